#include <array>

#include <tenantry/blueprint/codes.hpp>

namespace tenantry::blueprint::code {

std::span<const CodeInfo* const> all() {
    static constexpr std::array codes{
#define TENANTRY_CODE TENANTRY_CODE_ADDRESS
#include <tenantry/blueprint/codes.def>
#undef TENANTRY_CODE
    };
    return codes;
}

}  // namespace tenantry::blueprint::code
