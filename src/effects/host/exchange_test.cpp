#include "exchange.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

TEST(StatusLine, GivesItsCode) {
    EXPECT_EQ(*status_of("HTTP/1.1 200 OK"), 200);
    EXPECT_EQ(*status_of("HTTP/1.0 503"), 503);
    EXPECT_EQ(*status_of("HTTP/1.1 204 "), 204);
}

TEST(StatusLine, OfAnotherProtocolIsRefused) {
    for (const char* line : {"", "HTTP/1.1", "HTTP/1.1 2xx OK", "HTTP/1.1 2000 OK", "HTTP/2 200 OK", "SSH-2.0-x",
                             "HTTP/1.1  20 OK", "HTTP/1.1 099 OK", "HTTP/1.1-200 OK"})
        EXPECT_FALSE(status_of(line)) << line;
    EXPECT_EQ(status_of("SSH-2.0\x1b[31m").error().text(), "the answer is no HTTP: `SSH-2.0 [31m`");
}

TEST(Request, ClosesTheConnectionBehindIt) {
    EXPECT_EQ(get_request("/healthz", "api"),
              "GET /healthz HTTP/1.1\r\nHost: api\r\nUser-Agent: tenantry\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace tenantry::host
