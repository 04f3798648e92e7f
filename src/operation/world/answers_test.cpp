#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/world/answers.hpp>

namespace tenantry::world {
namespace {

TEST(HostAnswers, AreAText) {
    HostAnswers answered{.host = "acme.lend.localhost",
                         .refused = {},
                         .days = 89,
                         .offers = {{"TLSv1.3", "TLSv1.3 TLS_AES_256_GCM_SHA384"}, {"TLSv1.1 or older", ""}},
                         .transportSecurity = 63'072'000,
                         .redirect = "https://acme.lend.localhost:8443/",
                         .others = {{"acme.lend.localhost", "norte.lend.localhost", 421}},
                         .cookieDomains = {"lend.localhost"}};
    HostAnswers silent;
    silent.host = "prestamos.acme.example";
    silent.refused = "connecting: Connection refused";
    support::expect_golden("world/answers.json", to_text(std::vector{answered, silent}));
}

}  // namespace
}  // namespace tenantry::world
