#pragma once

#include <tenantry/base/codes.hpp>

namespace tenantry::model::code {

#define TENANTRY_CODE TENANTRY_CODE_CONSTANT
#include <tenantry/model/codes.def>
#undef TENANTRY_CODE

/// All codes of this room, in the order of codes.def.
std::span<const CodeInfo* const> all();

}  // namespace tenantry::model::code
