#pragma once

// Asks the machine's entry as anybody can who connects to it.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/error.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/world/answers.hpp>

namespace tenantry::host {

struct Entry {
    Ipv4 address;
    Port tlsPort, redirectPort;
};

/// Handshakes with what must be taken and, one by one, with what must be refused (TLS 1.1 and older; TLS 1.2 without
/// forward secrecy or authenticated encryption; the CCM suites of TLS 1.3); a GET of `/` by the host's name, by plain
/// HTTP, and under names that do not fit together: each of `foreign`, and one that nobody has. `authority`: PEM of the
/// only one that is trusted. `within`: time for each connection. What the entry does is in the answers, an entry that
/// cannot be reached too; an error is ours: this machine's OpenSSL cannot offer what was to be offered.
Result<world::HostAnswers> ask_as_stranger(const Entry& entry, std::string_view authority, const HostName& host,
                                           const std::vector<HostName>& foreign, std::chrono::milliseconds within);

}  // namespace tenantry::host
