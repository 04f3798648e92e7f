#include <array>

#include <tenantry/compile/codes.hpp>

namespace tenantry::compile::code {

std::span<const CodeInfo* const> all() {
    static constexpr std::array codes{
#define TENANTRY_CODE TENANTRY_CODE_ADDRESS
#include <tenantry/compile/codes.def>
#undef TENANTRY_CODE
    };
    return codes;
}

}  // namespace tenantry::compile::code
