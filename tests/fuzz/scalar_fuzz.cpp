#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include <tenantry/laws/laws.hpp>

#include "laws.hpp"

// The first byte chooses a scalar or key of a good platform, the second how the rest stands in its place: even, as a
// quoted scalar; odd, as YAML.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenantry;
    if (size < 2) return 0;
    const laws::Slot& slot = laws::slots()[data[0] % laws::slots().size()];
    const std::string bytes(data + 2, data + size);
    const std::string broken =
        data[1] % 2 == 0 ? laws::broken_by_scalar(slot, bytes) : laws::broken_by_yaml(slot, bytes);
    if (!broken.empty()) std::fprintf(stderr, "in the place of %s: %s\n", slot.text.c_str(), broken.c_str());
    fuzz::require(broken.empty());
    return 0;
}
