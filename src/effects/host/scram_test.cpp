#include "scram.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <sodium.h>

#include <libpq-fe.h>

namespace tenantry::host {
namespace {

// libpq's own function makes a salt of its own; with that one ours must come to the same.
TEST(Scram, AVerifierIsWhatLibpqMakes) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> nobody(PQconnectStart("host=/nowhere"), &PQfinish);
    for (const char* password : {"pencil", "Ab-_0123456789Ab-_0123456789Ab-_0123456789A"}) {
        const std::unique_ptr<char, decltype(&PQfreemem)> made(
            PQencryptPasswordConn(nobody.get(), password, "api", "scram-sha-256"), &PQfreemem);
        const std::string theirs = made.get();
        const std::size_t begin = std::string("SCRAM-SHA-256$4096:").size(), end = theirs.find('$', begin);
        std::string salt(64, '\0');
        std::size_t size = 0;
        ASSERT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(salt.data()), salt.size(), theirs.data() + begin,
                                    end - begin, nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL),
                  0);
        salt.resize(size);
        EXPECT_EQ(scram_verifier(Secret(password), salt).value(), theirs);
        EXPECT_TRUE(has_salt(theirs, salt));
    }
}

TEST(Scram, ASaltTellsWhichPasswordAVerifierIsOf) {
    const Secret password(std::string(43, 'a')), other(std::string(42, 'a') + "b");
    const std::string salt = salt_of(password, "books/api");
    EXPECT_EQ(salt, salt_of(password, "books/api"));
    EXPECT_EQ(salt.size(), 16U);
    EXPECT_NE(salt, salt_of(other, "books/api"));
    EXPECT_NE(salt, salt_of(password, "books/web"));
    EXPECT_FALSE(has_salt(scram_verifier(other, salt_of(other, "books/api")).value(), salt));
    EXPECT_FALSE(has_salt("", salt));
}

}  // namespace
}  // namespace tenantry::host
