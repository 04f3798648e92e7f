#include "net_rules.hpp"

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

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

json::object command(std::string_view verb, std::string_view kind, json::value object) {
    json::object inside, whole;
    inside[kind] = std::move(object);
    whole[verb] = std::move(inside);
    return whole;
}

/// Tables, chains, sets and maps of a rule set by what names them, each with what it cannot change while it is there.
class Frame {
  public:
    using Key = std::array<std::string, 4>;  // kind, family, table, name

    /// Commands, or objects as they are listed; false where there is one of another kind than those and rules.
    bool read(const json::array& list) {
        for (const json::value& item : list) {
            if (!item.is_object() || item.get_object().empty()) return false;
            const json::object* object = &item.get_object();
            if (const json::value* added = object->if_contains("add"); added != nullptr && added->is_object())
                object = &added->get_object();
            if (!read_object(*object)) return false;
        }
        return true;
    }

    [[nodiscard]] const std::map<Key, json::object>& parts() const { return parts_; }
    [[nodiscard]] bool has(const Key& key) const { return parts_.contains(key); }
    [[nodiscard]] bool differs(const Key& key, const json::object& fixed) const {
        const auto found = parts_.find(key);
        return found != parts_.end() && found->second != fixed;
    }

    static json::object name_of(const Key& key) {
        if (key[0] == "table") return {{"family", key[1]}, {"name", key[3]}};
        return {{"family", key[1]}, {"table", key[2]}, {"name", key[3]}};
    }

  private:
    bool read_object(const json::object& object) {
        const std::string kind = object.begin()->key();
        if (kind == "metainfo" || kind == "rule" || kind == "element") return true;
        const json::value& body = object.begin()->value();
        if ((kind != "table" && kind != "chain" && kind != "set" && kind != "map") || !body.is_object()) return false;
        const auto text = [&](std::string_view key) {
            const json::value* value = body.get_object().if_contains(key);
            return std::string(value != nullptr && value->is_string() ? std::string_view(value->get_string()) : "");
        };
        json::object fixed;
        for (const char* key : {"type", "hook", "prio", "policy", "map", "flags"})
            if (const json::value* value = body.get_object().if_contains(key)) fixed[key] = *value;
        parts_[{kind, text("family"), text("table"), text("name")}] = std::move(fixed);
        return true;
    }

    std::map<Key, json::object> parts_;
};

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

// Empties what stays and takes away what goes. Nothing: the tables have to be made anew.
std::optional<json::array> clearing(const Frame& there, const Frame& wanted) {
    json::array emptied, sets, rest;
    for (const auto& [key, fixed] : there.parts()) {
        if (wanted.differs(key, fixed)) return std::nullopt;
        const std::string& kind = key[0];
        const bool stays = wanted.has(key);
        if (kind == "table")
            (stays ? emptied : rest).push_back(command(stays ? "flush" : "delete", kind, Frame::name_of(key)));
        else if (!wanted.has({"table", key[1], "", key[2]}))
            continue;  // goes with its table
        else if (kind == "chain" && !stays)
            rest.push_back(command("delete", kind, Frame::name_of(key)));
        else if (kind != "chain")
            sets.push_back(command(stays ? "flush" : "delete", kind, Frame::name_of(key)));
    }
    // Rules name sets and chains, elements of maps name chains: those that name go first.
    emptied.insert(emptied.end(), sets.begin(), sets.end());
    emptied.insert(emptied.end(), rest.begin(), rest.end());
    return emptied;
}

}  // namespace

Result<std::string> list_rules() {
    return wrap(run(R"({"nftables": [{"list": {"ruleset": null}}]})"), "listing the rules");
}

Result<void> replace_rules(std::string_view commands) {
    const json::array wanted = TRY(read_commands(commands));
    const std::string listed = TRY(list_rules());
    const json::array there = TRY(read_commands(listed));
    Frame wantedFrame, thereFrame;
    if (!wantedFrame.read(wanted)) return fail("the rule set has more than tables, chains, sets, maps and rules");
    std::optional<json::array> all;
    if (thereFrame.read(there)) all = clearing(thereFrame, wantedFrame);
    if (!all) all.emplace().push_back(command("flush", "ruleset", nullptr));
    all->insert(all->end(), wanted.begin(), wanted.end());
    if (all->empty()) return {};
    json::object whole;
    whole["nftables"] = *std::move(all);
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
