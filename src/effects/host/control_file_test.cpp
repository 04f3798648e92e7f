#include "control_file.hpp"

#include <string>

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

// What no version of PostgreSQL wrote, with all that is looked at: tests/e2e/test_host.py takes a real one.
std::string control(std::size_t checksumAt = 292) {
    std::string bytes(8192, '\0');
    for (std::size_t at = 0; at < checksumAt; ++at) bytes[at] = static_cast<char>(at * 7 + 1);
    const std::uint32_t sum = crc32c(std::string_view(bytes).substr(0, checksumAt));
    for (std::size_t byte = 0; byte < 4; ++byte) bytes[checksumAt + byte] = static_cast<char>(sum >> (8 * byte));
    return bytes;
}

TEST(ControlFile, TheChecksumIsCastagnolis) {
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);  // the check value of every table of CRCs
    EXPECT_EQ(crc32c(""), 0U);
}

TEST(ControlFile, AnotherIdentityChangesItsPlacesAlone) {
    ClusterIdentity identity{.system = 0x1122334455667788U};
    identity.nonce.fill('n');
    const std::string before = control(), after = with_identity(before, identity).value();
    EXPECT_EQ(system_of_control(after).value(), identity.system);
    EXPECT_NE(system_of_control(before).value(), identity.system);
    EXPECT_EQ(after.substr(8, 252), before.substr(8, 252));
    EXPECT_EQ(after.substr(260, 32), std::string(32, 'n'));
    EXPECT_EQ(after.substr(296), before.substr(296));
}

TEST(ControlFile, WhatIsNoControlFileIsRefused) {
    std::string broken = control();
    broken[100] = 'x';
    for (const std::string& bytes : {std::string(), std::string(8192, 'x'), broken, control().substr(0, 4096)}) {
        EXPECT_FALSE(system_of_control(bytes));
        EXPECT_FALSE(with_identity(bytes, {}));
    }
}

TEST(ControlFile, ALogOfAnotherClusterIsRefused) {
    std::string log(64, '\0');
    log[24] = 5;
    const std::string made = with_system(log, 5, 6).value();
    EXPECT_EQ(made[24], 6);
    EXPECT_FALSE(with_system(log, 7, 6));
    EXPECT_FALSE(with_system("short", 5, 6));
}

}  // namespace
}  // namespace tenantry::host
