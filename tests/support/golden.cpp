#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>

namespace tenantry::support {
namespace {

std::optional<std::string> read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

// The first line that differs, of both, with its number.
std::string first_difference(const std::string& expected, std::string_view actual) {
    std::istringstream left(expected);
    std::istringstream right{std::string(actual)};
    std::string leftLine, rightLine;
    for (int number = 1;; ++number) {
        const bool hasLeft = static_cast<bool>(std::getline(left, leftLine));
        const bool hasRight = static_cast<bool>(std::getline(right, rightLine));
        if (!hasLeft && !hasRight) return "they differ only in the last newline";
        if (hasLeft != hasRight || leftLine != rightLine)
            return "line " + std::to_string(number) + "\n  golden: " + (hasLeft ? leftLine : "<end>") +
                   "\n  actual: " + (hasRight ? rightLine : "<end>");
    }
}

}  // namespace

void expect_golden(std::string_view name, std::string_view actual) {
    const std::filesystem::path path = std::filesystem::path(TENANTRY_GOLDENS) / name;
    const auto expected = read(path);
    if (expected && *expected == actual) return;
    if (const char* accept = std::getenv("TENANTRY_ACCEPT"); accept != nullptr && std::string_view(accept) == "1") {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << actual;
        GTEST_SKIP() << "accepted " << path;
    }
    ASSERT_TRUE(expected) << path << " does not exist; `./dev accept` writes it";
    ADD_FAILURE() << path << " differs at " << first_difference(*expected, actual)
                  << "\n`./dev accept` rewrites it; read the diff.";
}

std::filesystem::path tests_folder() { return std::filesystem::path(TENANTRY_GOLDENS).parent_path(); }

std::string read_test_file(std::string_view pathBelowTests) {
    const std::filesystem::path path = tests_folder() / pathBelowTests;
    auto text = read(path);
    if (!text) {
        ADD_FAILURE() << "no test file " << path;
        std::abort();
    }
    return std::move(*text);
}

}  // namespace tenantry::support
