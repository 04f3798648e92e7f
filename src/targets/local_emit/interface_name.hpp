#pragma once

#include <span>
#include <string>
#include <vector>

namespace tenantry::local_emit {

/// A link's name holds at most 15 bytes (IFNAMSIZ of linux/if.h less the NUL).
inline constexpr std::size_t maxInterfaceName = 15;

/// A name for each task's link, all different: the task's own where it is short enough, else its beginning, hex digits
/// of a BLAKE2b-256 and its number. `tasks` are different; each ends in a hyphen and a number. Their order changes no
/// name.
std::vector<std::string> interface_names(std::span<const std::string> tasks);

}  // namespace tenantry::local_emit
