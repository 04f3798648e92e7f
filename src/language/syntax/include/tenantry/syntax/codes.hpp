#pragma once

#include <span>

#include <tenantry/base/codes.hpp>

namespace tenantry::syntax::code {

#define TENANTRY_CODE TENANTRY_CODE_CONSTANT
#include <tenantry/syntax/codes.def>
#undef TENANTRY_CODE

/// Every code of this room, in the order of `codes.def`.
std::span<const CodeInfo* const> all();

}  // namespace tenantry::syntax::code
