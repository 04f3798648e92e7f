#include "answer_head.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

using Domains = std::vector<std::string>;

AnswerHead head(const std::string& fields) {
    const auto parsed = parse_answer_head("HTTP/1.1 200 OK\r\n" + fields + "\r\n");
    EXPECT_TRUE(parsed) << fields;
    return parsed.value_or(AnswerHead());
}

TEST(AnswerHead, HasStatusAndLocation) {
    const auto moved = parse_answer_head("HTTP/1.1 308 Permanent Redirect\r\nlocation: https://a.example/\r\n\r\n");
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved->status, 308u);
    EXPECT_EQ(moved->location, "https://a.example/");
    EXPECT_EQ(head("Content-Length: 5\r\n").location, "");
}

TEST(AnswerHead, HasTheSecondsOfTransportSecurity) {
    EXPECT_EQ(head("Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n").transportSecurity,
              63'072'000u);
    EXPECT_EQ(head("strict-transport-security: includeSubDomains ;MAX-AGE=\"7\"\r\n").transportSecurity, 7u);
    for (const char* none :
         {"", "Strict-Transport-Security: includeSubDomains\r\n", "Strict-Transport-Security: max-age=x\r\n",
          "Strict-Transport-Security: max-age=\r\n", "Strict-Transport-Security: max-age=1; max-age=2\r\n"})
        EXPECT_EQ(head(none).transportSecurity, std::nullopt) << none;
    EXPECT_EQ(
        head("Strict-Transport-Security: max-age=0\r\nStrict-Transport-Security: max-age=9\r\n").transportSecurity, 0u)
        << "the first counts";
}

TEST(AnswerHead, HasTheDomainsOfCookies) {
    EXPECT_EQ(head("Set-Cookie: a=1; Path=/; Domain=.Lend.Localhost; Secure\r\nSet-Cookie: b=2\r\n"
                   "set-cookie: c=3;domain=x.example;domain=y.example\r\n")
                  .cookieDomains,
              (Domains{"lend.localhost", "y.example"}));
    EXPECT_EQ(head("Set-Cookie: domain=x.example; Path=/\r\n").cookieDomains, Domains{}) << "a cookie of that name";
    EXPECT_EQ(head("Set-Cookie: a=1; Domain=\r\n").cookieDomains, Domains{});
}

TEST(AnswerHead, RefusesWhatIsNoHttp) {
    for (const char* text : {"", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 2000 OK\r\n\r\n"})
        EXPECT_FALSE(parse_answer_head(text)) << text;
    EXPECT_EQ(parse_answer_head("220 mail\x1b[1m\r\n\r\n").error().text(), "the answer is no HTTP: `220 mail [1m`");
    EXPECT_FALSE(parse_answer_head("HTTP/1.1 200 OK\r\na: " + std::string(longestHead, 'x') + "\r\n\r\n"));
}

}  // namespace
}  // namespace tenantry::host
