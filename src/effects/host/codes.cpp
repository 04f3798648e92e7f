#include <array>

#include <tenantry/host/codes.hpp>

namespace tenantry::host::code {

std::span<const CodeInfo* const> all() {
    static constexpr std::array codes{
#define TENANTRY_CODE TENANTRY_CODE_ADDRESS
#include <tenantry/host/codes.def>
#undef TENANTRY_CODE
    };
    return codes;
}

}  // namespace tenantry::host::code
