#include "net_rules.hpp"

#include <cerrno>
#include <chrono>

#include <boost/json.hpp>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.hpp"
#include "netlink.hpp"
#include "process.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds longest{10};
constexpr std::size_t largestListing = 64 << 20;

Result<Descriptor> memory_file(const char* name, std::string_view text) {
    Descriptor file(memfd_create(name, MFD_CLOEXEC));
    if (file.number() < 0) return fail("making a file in memory: {}", reason(errno));
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t wrote = pwrite(file.number(), text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (wrote < 0 && errno != EINTR) return fail("writing a file in memory: {}", reason(errno));
        done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
    }
    return file;
}

Result<std::string> read_memory(const Descriptor& file, std::size_t most) {
    struct stat found{};
    if (fstat(file.number(), &found) != 0) return fail("reading a file in memory: {}", reason(errno));
    if (static_cast<std::size_t>(found.st_size) > most) return fail("it wrote more than {} bytes", most);
    std::string text(static_cast<std::size_t>(found.st_size), '\0');
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t got = pread(file.number(), text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (got == 0 || (got < 0 && errno != EINTR)) return fail("reading a file in memory: {}", reason(errno));
        done += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return text;
}

// The program, not its library: see docs/decisions. It starts in the namespaces of this thread.
Result<std::string> run(const std::string& commands) {
    const Descriptor input = TRY(memory_file("commands", commands));
    const Descriptor output = TRY(memory_file("output", ""));
    const Descriptor errors = TRY(memory_file("errors", ""));
    Child nft = TRY(spawn({.argv = {"/usr/sbin/nft", "-j", "-f", "-"},
                           .environment = {"PATH=/usr/sbin:/usr/bin", "LC_ALL=C"},
                           .descriptors = {input.number(), output.number(), errors.number()},
                           .groups = {}}));
    const int code = TRY(wrap(nft.wait(longest), "running nft"));
    if (code != 0)
        return fail("nftables ended with {}: {}", code, one_line(read_memory(errors, 64 << 10).value_or("")));
    return read_memory(output, largestListing);
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
    TRY_VOID(wrap(run(json::serialize(whole)), "replacing the rules"));
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
