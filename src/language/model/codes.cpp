#include <array>

#include <tenantry/model/codes.hpp>

namespace tenantry::model::code {

std::span<const CodeInfo* const> all() {
    static constexpr std::array codes{
#define TENANTRY_CODE TENANTRY_CODE_ADDRESS
#include <tenantry/model/codes.def>
#undef TENANTRY_CODE
    };
    return codes;
}

}  // namespace tenantry::model::code
