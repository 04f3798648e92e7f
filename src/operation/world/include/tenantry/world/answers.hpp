#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenantry::world {

/// What the machine's entry answers to a stranger who asks for one host by its name.
struct HostAnswers {
    /// A handshake that offered nothing else, and what the other side took of it.
    struct Offer {
        std::string offered;  ///< for people: `TLSv1.1 or older`
        std::string taken;    ///< version and cipher by OpenSSL's names, `TLSv1.2 AES128-SHA`; empty: it refused
    };
    /// A request whose names are not both the host's.
    struct OtherName {
        std::string serverName, host;
        std::uint32_t status = 0;  ///< 0: no answer, the connection was closed
    };

    std::string host;
    std::string refused;     ///< why no connection with a certificate valid for the host came; empty: one came
    std::uint32_t days = 0;  ///< whole ones that the certificate is still valid
    std::vector<Offer> offers;
    std::optional<std::uint64_t> transportSecurity;  ///< seconds of Strict-Transport-Security (RFC 6797)
    std::string redirect;                            ///< where plain HTTP is sent (Location); empty: nowhere
    std::vector<OtherName> others;
    std::vector<std::string> cookieDomains;  ///< Domain of each Set-Cookie that has one (RFC 6265), without a first dot
};

/// answers.json of docs/local-files.md: of the hosts of one environment.
std::string to_text(const std::vector<HostAnswers>& answers);

}  // namespace tenantry::world
