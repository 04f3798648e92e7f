#pragma once

#include <span>

#include <tenantry/base/codes.hpp>

namespace tenantry::local_read::code {

#define TENANTRY_CODE TENANTRY_CODE_CONSTANT
#include <tenantry/local_read/codes.def>
#undef TENANTRY_CODE

/// Every code of this room, in the order of `codes.def`.
std::span<const CodeInfo* const> all();

}  // namespace tenantry::local_read::code
