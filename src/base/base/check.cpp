#include <cstdio>
#include <cstdlib>

#include <fmt/core.h>

#include <tenantry/base/check.hpp>

namespace tenantry {

void fail_check(std::string_view condition, std::string_view text, std::string_view file, int line) {
    fmt::print(stderr, "This is a bug in Tenantry, not in your files: {} ({} at {}:{}).\n", text, condition, file,
               line);
    std::fflush(stderr);
    std::_Exit(70);
}

}  // namespace tenantry
