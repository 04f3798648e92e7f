#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include <tenantry/laws/laws.hpp>

#include "laws.hpp"

// The input is platform.yaml, and behind lines `--- NAME` its lock and tenants' files.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const tenantry::laws::Outcome run = tenantry::laws::run(std::string(data, data + size));
    if (!run.broken.empty()) std::fprintf(stderr, "%s\n", run.broken.c_str());
    tenantry::fuzz::require(run.broken.empty());
    return 0;
}
