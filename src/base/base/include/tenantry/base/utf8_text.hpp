#pragma once

#include <string>
#include <string_view>

namespace tenantry {

/// Bytes that somebody else wrote, as valid UTF-8: each byte that belongs to no sequence is U+FFFD.
std::string as_utf8(std::string_view bytes);

/// At most `most` bytes of the same, cut between two code points and ended with `...` where it was cut.
std::string as_short_utf8(std::string_view bytes, std::size_t most);

}  // namespace tenantry
