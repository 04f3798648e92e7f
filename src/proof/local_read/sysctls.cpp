#include "sysctls.hpp"

#include <fmt/format.h>

namespace tenantry::local_read {
namespace {

constexpr std::string_view forwardKey = "net.ipv4.ip_forward";
constexpr std::string_view noIpv6Key = "net.ipv6.conf.all.disable_ipv6";

}  // namespace

bool is_irrelevant_sysctl(std::string_view key) {
    // Which ports a process may bind without a capability: it has the namespace to itself.
    if (key == "net.ipv4.ip_unprivileged_port_start") return true;
    // How soon a near port is used again.
    if (key == "net.ipv4.tcp_tw_reuse") return true;
    // `all` is what must be set; this one is for interfaces that come later.
    return key == "net.ipv6.conf.default.disable_ipv6";
}

void read_sysctls(const Scope& scope, const Object& sysctls, std::string_view space, bool forwards) {
    bool withoutIpv6 = false, saysForward = false;
    const Node& node = sysctls.node();
    for (std::size_t i = 0; i < node.size(); ++i) {
        const syntax::Entry entry = node.entry(i);
        const std::string_view value = as_text(entry.value).value_or("");
        if (entry.key == noIpv6Key) {
            withoutIpv6 = value == "1";
        } else if (entry.key == forwardKey) {
            saysForward = true;
            if (value != (forwards ? "1" : "0"))
                scope.unclear(entry.value.at(),
                              fmt::format("`forwards` of the namespace `{}` is {}, but its {} is `{}`.", space,
                                          forwards, forwardKey, value));
        } else if (!is_irrelevant_sysctl(entry.key)) {
            scope.unclear(entry.keyAt, fmt::format("What the sysctl `{}` changes is not known.", entry.key));
        }
    }
    if (!withoutIpv6)
        scope.unclear(sysctls.at(), fmt::format("The namespace `{}` does not set {} to 1, and IPv6 is not modelled.",
                                                space, noIpv6Key));
    // Off is what a new namespace begins with, unless the host forwards too; on has to be said.
    if (forwards && !saysForward)
        scope.unclear(sysctls.at(),
                      fmt::format("The namespace `{}` forwards, but does not set {}.", space, forwardKey));
}

}  // namespace tenantry::local_read
