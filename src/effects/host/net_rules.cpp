#include "net_rules.hpp"

#include <memory>
#include <mutex>

#include <boost/json.hpp>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <nftables/libnftables.h>

#include "netlink.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

// libnftables keeps the names of interfaces in one place for the whole process (src/iface.c), and more.
std::mutex oneAtATime;

Result<std::string> run(const std::string& commands) {
    const std::lock_guard lock(oneAtATime);
    const std::unique_ptr<nft_ctx, decltype(&nft_ctx_free)> context(nft_ctx_new(NFT_CTX_DEFAULT), &nft_ctx_free);
    if (!context) return fail("nftables cannot be used here");
    nft_ctx_output_set_flags(context.get(), NFT_CTX_OUTPUT_JSON);
    nft_ctx_buffer_output(context.get());
    nft_ctx_buffer_error(context.get());
    if (nft_run_cmd_from_buffer(context.get(), commands.c_str()) != 0)
        return fail("nftables: {}", nft_ctx_get_error_buffer(context.get()));
    return std::string(nft_ctx_get_output_buffer(context.get()));
}

Result<json::array> read_commands(std::string_view text) {
    json::error_code error;
    json::value value = json::parse(text, error);
    if (error) return fail("the rule set is no JSON: {}", error.message());
    json::value* list = value.is_object() ? value.get_object().if_contains("nftables") : nullptr;
    if (list == nullptr || !list->is_array()) return fail("the rule set has no list `nftables`");
    return std::move(list->get_array());
}

json::value flush_everything() {
    json::object what, command;
    what["ruleset"] = nullptr;
    command["flush"] = std::move(what);
    return command;
}

std::string_view family_name(std::uint8_t family) {
    switch (family) {
        case NFPROTO_INET:
            return "inet";
        case NFPROTO_IPV4:
            return "ip";
        case NFPROTO_IPV6:
            return "ip6";
        case NFPROTO_ARP:
            return "arp";
        case NFPROTO_BRIDGE:
            return "bridge";
        case NFPROTO_NETDEV:
            return "netdev";
        default:
            return "other";
    }
}

}  // namespace

Result<std::string> list_rules() {
    return wrap(run(R"({"nftables": [{"list": {"ruleset": null}}]})"), "listing the rules");
}

Result<void> replace_rules(std::string_view commands) {
    json::array all{flush_everything()};
    const json::array wanted = TRY(read_commands(commands));
    all.insert(all.end(), wanted.begin(), wanted.end());
    json::object whole;
    whole["nftables"] = std::move(all);
    TRY(wrap(run(json::serialize(whole)), "replacing the rules"));
    return {};
}

Result<std::vector<std::string>> list_rule_tables() {
    Netlink netfilter = TRY(Netlink::open(NETLINK_NETFILTER));
    Request request((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETTABLE, 0, nfgenmsg{AF_UNSPEC, NFNETLINK_V0, 0});
    std::vector<std::string> tables;
    for (const Message& message : TRY(wrap(netfilter.list(std::move(request)), "listing the tables of rules"))) {
        const Attributes found(message.header(), sizeof(nfgenmsg));
        tables.push_back(
            fmt::format("{} {}", family_name(message.get<nfgenmsg>().nfgen_family), found.text(NFTA_TABLE_NAME)));
    }
    return tables;
}

}  // namespace tenantry::host
