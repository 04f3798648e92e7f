#pragma once

// The example platform of tests/data/lending. For tests of rooms that see `model`.

#include <string>

#include <tenantry/support/golden.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::support {

/// All its files in one text, as PlatformText takes them.
inline std::string lending_text() {
    std::string text = read_test_file("data/lending/platform.yaml");
    for (const char* file : {"tenants/acme.yaml", "tenants/norte.yaml", "tenants/sur.yaml"})
        text += "--- " + std::string(file) + "\n" + read_test_file("data/lending/" + std::string(file));
    return text;
}

}  // namespace tenantry::support
