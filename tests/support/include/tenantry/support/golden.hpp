#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tenantry::support {

/// Compares `actual` with tests/golden/NAME, whole text; a difference fails the test and shows the first lines that
/// differ. With TENANTRY_ACCEPT=1 (`./dev accept`) the file is written instead and the test is skipped, never passed.
void expect_golden(std::string_view name, std::string_view actual);

/// The folder tests/ of the source tree.
std::filesystem::path tests_folder();

/// The bytes of a file below tests/; ends the test program where there is none.
std::string read_test_file(std::string_view pathBelowTests);

}  // namespace tenantry::support
