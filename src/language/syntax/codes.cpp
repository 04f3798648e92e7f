#include <tenantry/syntax/codes.hpp>

namespace tenantry::syntax::code {

std::span<const CodeInfo* const> all() {
    static constexpr const CodeInfo* table[] = {
#define TENANTRY_CODE TENANTRY_CODE_ADDRESS
#include <tenantry/syntax/codes.def>
#undef TENANTRY_CODE
    };
    return table;
}

}  // namespace tenantry::syntax::code
