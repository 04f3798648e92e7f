#pragma once

// What every sandbox has in common, a task's and the entry's: rights, limits, system calls, hidden process files.

#include <functional>
#include <string>
#include <string_view>

#include "claims.hpp"

namespace tenantry::verify {

/// Told of each difference: a key for its kind, the end of a sentence about the process, and the fact's place.
using Differs = std::function<void(std::string_view key, std::string what, Span at)>;

/// Compares with what is published; how many facts it looked at.
std::size_t check_rights(const Sandbox& sandbox, const ProfileDifferences& profiles, const Differs& differs);

}  // namespace tenantry::verify
