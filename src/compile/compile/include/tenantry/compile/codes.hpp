#pragma once

#include <tenantry/base/codes.hpp>

namespace tenantry::compile::code {

#define TENANTRY_CODE TENANTRY_CODE_CONSTANT
#include <tenantry/compile/codes.def>
#undef TENANTRY_CODE

/// All codes of this room, in the order of codes.def.
std::span<const CodeInfo* const> all();

}  // namespace tenantry::compile::code
