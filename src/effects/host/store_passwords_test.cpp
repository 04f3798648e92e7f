#include <filesystem>

#include <gtest/gtest.h>

#include <tenantry/host/store_passwords.hpp>
#include <tenantry/host/workspace.hpp>

#include "store_files.hpp"

namespace tenantry::host {
namespace {

const world::Placement acme{"lend", "acme/production"};
const std::string api = "store.cache.api";

class StorePasswords : public testing::Test {
  protected:
    ~StorePasswords() override { std::filesystem::remove_all(folder_); }
    UserPassword password() const { return password_of(vault_, acme, api).value(); }
    std::uint32_t version() const { return version_to_be(vault_, acme, *vault_.info(acme, api).value()).value(); }
    std::string users() const {
        const world::StoreSpec cache{"cache", "redis", "cache-1", 7, 6379, {{"api", "readWrite"}}};
        return users_with_passwords("user api on +@read\n", vault_, acme, cache)->reveal();
    }

    const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("passwords-" + random_id());
    const Vault vault_{folder_.string()};
};

TEST_F(StorePasswords, TheNextOneIsThePasswordOnceTheStoreHasTakenIt) {
    const std::string first = password().now.reveal();
    EXPECT_EQ(version(), 1U);
    ASSERT_TRUE(vault_.renew(acme, next_password(api), 32));
    EXPECT_EQ(version(), 2U);
    UserPassword turning = password();
    EXPECT_EQ(turning.now.reveal(), first);
    const std::string second = turning.last().reveal();
    EXPECT_NE(second, first);
    // Tasks have the one or the other meanwhile.
    EXPECT_EQ(users(), "user api on +@read " + redis_digest(Secret(first)) + " " + redis_digest(Secret(second)) + "\n");

    ASSERT_TRUE(password_taken(vault_, acme, api, turning, "then"));
    EXPECT_EQ(version(), 2U);
    EXPECT_EQ(vault_.info(acme, api).value()->version, 2U);
    const UserPassword taken = password();
    EXPECT_EQ(taken.now.reveal(), second);
    EXPECT_FALSE(taken.next);
    EXPECT_EQ(taken.before->reveal(), first);
    EXPECT_EQ(taken.since, "then");
    EXPECT_EQ(users(), "user api on +@read " + redis_digest(Secret(second)) + " " + redis_digest(Secret(first)) + "\n");

    ASSERT_TRUE(forget_password_before(vault_, acme, api));
    EXPECT_FALSE(password().before);
    EXPECT_EQ(users(), "user api on +@read " + redis_digest(Secret(second)) + "\n");
    EXPECT_EQ(vault_.list(acme)->size(), 1U);
}

TEST_F(StorePasswords, WhoIsKilledWhileItIsTakenComesToTheSameEnd) {
    (void)password();
    ASSERT_TRUE(vault_.renew(acme, next_password(api), 32));
    const UserPassword turning = password();
    ASSERT_TRUE(password_taken(vault_, acme, api, turning, "then"));
    // All of it was done but the last step.
    ASSERT_TRUE(vault_.set(acme, next_password(api), turning.last()));
    EXPECT_FALSE(password().next);
    EXPECT_EQ(version(), 2U);
    // The first steps alone.
    ASSERT_TRUE(vault_.renew(acme, next_password(api), 32));
    ASSERT_TRUE(vault_.set(acme, api + ".before", password().now));
    const UserPassword again = password();
    EXPECT_TRUE(again.next);
    ASSERT_TRUE(password_taken(vault_, acme, api, again, "later"));
    EXPECT_EQ(password().now.reveal(), again.last().reveal());
    EXPECT_EQ(password().before->reveal(), turning.last().reveal());
    EXPECT_EQ(version(), 3U);
}

TEST(UserPasswords, AreNamedByStoreAndUser) {
    EXPECT_TRUE(is_user_password("store.books.api"));
    for (const char* name : {"jwt_key", "store.books", "store.books.tenantry", "store.books.api.next", "books.api.x"})
        EXPECT_FALSE(is_user_password(name)) << name;
}

}  // namespace
}  // namespace tenantry::host
