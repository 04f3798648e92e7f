#include "secret_files.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include <tenantry/host/workspace.hpp>

#include "store_files.hpp"

namespace tenantry::host {
namespace {

const world::Placement acme{"lend", "acme/production"};

world::StoreSpec store(const char* name, const char* engine, std::uint16_t port) {
    return {name, engine, std::string(name) + "-1", 1'048'600, port, {{"api", "readWrite"}}};
}

TEST(SecretFiles, HowAStoreIsReached) {
    const Secret password("pw-_");
    const auto url = [&](const world::StoreSpec& spec) { return store_url(spec, "api", password).value().reveal(); };
    EXPECT_EQ(url(store("books", "postgresql", 5432)),
              "postgresql://api:pw-_@books:5432/books?sslmode=verify-full&sslrootcert=/run/secrets/books.ca");
    EXPECT_EQ(url(store("cache", "redis", 6379)), "redis://api:pw-_@cache:6379/0");
    EXPECT_EQ(url(store("documents", "mongodb", 27017)),
              "mongodb://api:pw-_@documents:27017/documents?authMechanism=PLAIN&tls=true&tlsCAFile=/run/secrets/"
              "documents.ca");
    EXPECT_FALSE(store_url(store("x", "other", 1), "api", password));
}

TEST(SecretFiles, UsersOfRedisGetTheDigestsOfTheirPasswords) {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("users-" + random_id());
    const Vault vault(folder.string());
    const world::StoreSpec cache = store("cache", "redis", 6379);
    ASSERT_TRUE(vault.set(acme, "store.cache.api", Secret("abc")));
    const Secret users =
        users_with_passwords("user default off -@all\nuser tenantry on +@all\nuser api on +@read\n", vault, acme, cache)
            .value();
    // The digest of "abc" stands in FIPS 180-2.
    EXPECT_NE(
        users.reveal().find("user api on +@read #ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"),
        std::string::npos)
        << users.reveal();
    EXPECT_TRUE(users.reveal().starts_with("user default off -@all\nuser tenantry on +@all #"));
    EXPECT_FALSE(users_with_passwords("user stranger on +@all\n", vault, acme, cache)) << "no user of this store";
    EXPECT_FALSE(users_with_passwords("include x\n", vault, acme, cache));
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tenantry::host
