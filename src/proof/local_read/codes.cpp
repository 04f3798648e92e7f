#include <tenantry/local_read/codes.hpp>

namespace tenantry::local_read::code {

std::span<const CodeInfo* const> all() {
    static constexpr const CodeInfo* table[] = {
#define TENANTRY_CODE TENANTRY_CODE_ADDRESS
#include <tenantry/local_read/codes.def>
#undef TENANTRY_CODE
    };
    return table;
}

}  // namespace tenantry::local_read::code
