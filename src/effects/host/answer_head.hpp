#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

inline constexpr std::size_t longestHead = 64 << 10;

/// What the head of an HTTP answer says (RFC 9112 section 4).
struct AnswerHead {
    std::uint32_t status = 0;
    std::optional<std::uint64_t> transportSecurity;  ///< max-age of Strict-Transport-Security (RFC 6797)
    std::string location;
    std::vector<std::string> cookieDomains;  ///< Domain of each Set-Cookie (RFC 6265), lower-case, without a first dot
};

/// `text`: up to and with the empty line, `longestHead` bytes at most.
Result<AnswerHead> parse_answer_head(std::string_view text);

}  // namespace tenantry::host
