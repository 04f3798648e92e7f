#include "listening.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

// Rows as Linux 6 writes them, on a little-endian machine.
constexpr std::string_view head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

std::vector<SocketRow> rows(std::string_view protocol, const std::string& text) {
    return socket_rows(protocol, std::string(head) + text);
}

TEST(SocketRows, TellsAListenerFromAConnection) {
    const auto found = rows(
        "tcp", "   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 71 1 "
               "0000000000000000 100 0 0 10 0\n"
               "   1: 0100007F:20FB 0100007F:D2A4 01 00000000:00000000 00:00000000 00000000     0        0 72 1\n");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].address, "127.0.0.1");
    EXPECT_EQ(found[0].port, 8443);
    EXPECT_EQ(found[0].inode, "71");
    EXPECT_TRUE(found[0].takes);
    EXPECT_FALSE(found[1].takes);
}

TEST(SocketRows, ReadsAddressesOfIpv6) {
    const auto found =
        rows("tcp", "   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A "
                    "00000000:00000000 00:00000000 00000000     0        0 9 1\n");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].address, "::1");
    EXPECT_EQ(found[0].port, 22);
}

TEST(SocketRows, TakesADatagramSocketWithoutAPeerForOneThatTakes) {
    const auto found =
        rows("udp", "  10: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5 2\n"
                    "  11: 0100007F:9C40 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 6 2\n");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_TRUE(found[0].takes);
    EXPECT_EQ(found[0].address, "0.0.0.0");
    EXPECT_FALSE(found[1].takes);
}

TEST(SocketRows, LeavesOutWhatIsNoRow) {
    EXPECT_TRUE(rows("tcp", "").empty());
    EXPECT_TRUE(rows("tcp", "0: XYZ:1 0:0 0A 0:0 0:0 0 0 0 1\n0: 0100007F 0:0 0A 0:0 0:0 0 0 0 1\n").empty());
}

}  // namespace
}  // namespace tenantry::host
