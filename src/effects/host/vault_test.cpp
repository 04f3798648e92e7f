#include <array>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tenantry/host/vault.hpp>
#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

const world::Placement acme{"lend", "acme/production"}, norte{"lend", "norte/production"};

class VaultTest : public testing::Test {
  protected:
    ~VaultTest() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path file(const world::Placement& placement, const std::string& name) const {
        return folder_ / "placements" / placement.platform / placement.environment / "secrets" / name;
    }
    static mode_t mode(const std::filesystem::path& path) {
        struct stat status{};
        stat(path.c_str(), &status);
        return status.st_mode & 07777U;
    }

    const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("vault-" + random_id());
    const Vault vault_{folder_.string()};
};

TEST_F(VaultTest, MakesARandomValueOnceAndKeepsIt) {
    EXPECT_FALSE(vault_.get(acme, "jwt_key").value());
    const Secret made = vault_.get_or_make(acme, "jwt_key", 32).value();
    EXPECT_EQ(made.reveal().size(), 43U);  // 32 bytes in base64 without padding
    EXPECT_EQ(made.reveal().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_EQ(vault_.get_or_make(acme, "jwt_key", 32).value().reveal(), made.reveal());
    EXPECT_EQ(Vault(folder_.string()).get(acme, "jwt_key").value()->reveal(), made.reveal());
    EXPECT_NE(vault_.get_or_make(norte, "jwt_key", 32).value().reveal(), made.reveal());
    EXPECT_EQ(mode(file(acme, "jwt_key")), 0600U);
    EXPECT_EQ(mode(file(acme, "jwt_key").parent_path()), 0700U);
    EXPECT_EQ(mode(folder_ / "machine.key"), 0600U);
}

TEST_F(VaultTest, WhatIsOnTheDiskDoesNotHoldTheValue) {
    ASSERT_TRUE(vault_.set(acme, "given", Secret("a value that is easily found")));
    EXPECT_EQ(read_small(file(acme, "given"))->find("value"), std::string::npos);
    EXPECT_EQ(vault_.get(acme, "given").value()->reveal(), "a value that is easily found");
    ASSERT_TRUE(vault_.set(acme, "empty", Secret()));
    EXPECT_EQ(vault_.get(acme, "empty").value()->reveal(), "");
}

TEST_F(VaultTest, AFileOfAnotherNameOrPlacementIsRefused) {
    ASSERT_TRUE(vault_.set(acme, "one", Secret("first")));
    ASSERT_TRUE(vault_.set(norte, "one", Secret("second")));
    std::filesystem::copy(file(acme, "one"), file(acme, "two"));
    const auto moved = vault_.get(acme, "two");
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().text().find("first"), std::string::npos);
    std::filesystem::copy(file(acme, "one"), file(norte, "one"), std::filesystem::copy_options::overwrite_existing);
    EXPECT_FALSE(vault_.get(norte, "one"));
    EXPECT_FALSE(vault_.get_or_make(norte, "one", 32)) << "it is not made anew in silence";
    EXPECT_FALSE(vault_.list(norte));
}

TEST_F(VaultTest, AChangedFileIsRefusedWhereverItWasChanged) {
    ASSERT_TRUE(vault_.set(acme, "one", Secret("value")));
    const std::string sealed = read_small(file(acme, "one")).value();
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        std::string changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        ASSERT_TRUE(write_whole(file(acme, "one"), changed, 0600));
        EXPECT_FALSE(vault_.get(acme, "one")) << "byte " << at;
        ASSERT_TRUE(write_whole(file(acme, "one"), std::string_view(sealed).substr(0, at), 0600));
        EXPECT_FALSE(vault_.get(acme, "one")) << "cut at " << at;
    }
}

TEST_F(VaultTest, AnotherMachinesKeyOpensNothing) {
    ASSERT_TRUE(vault_.set(acme, "one", Secret("value")));
    std::filesystem::remove(folder_ / "machine.key");
    const auto read = vault_.get(acme, "one");
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().text().find("machine.key"), std::string::npos) << read.error().text();
    ASSERT_TRUE(write_whole(folder_ / "machine.key", "short", 0600));
    EXPECT_FALSE(vault_.get(acme, "one"));
}

TEST_F(VaultTest, ListsNamesAndVersionsAndRemovesAPlacementsOnly) {
    EXPECT_TRUE(vault_.list(acme)->empty());
    for (const char* name : {"b", "a", "store.books.api"}) ASSERT_TRUE(vault_.set(acme, name, Secret("1")));
    ASSERT_TRUE(vault_.set(acme, "a", Secret("2")));
    ASSERT_TRUE(vault_.set(acme, "a", Secret("2"))) << "the same value is no new version";
    ASSERT_TRUE(vault_.set(norte, "a", Secret("3")));
    const auto listed = vault_.list(acme).value();
    ASSERT_EQ(listed.size(), 3U);
    EXPECT_EQ(listed[0].name, "a");
    EXPECT_EQ(listed[0].version, 2U);
    EXPECT_EQ(listed[1].name, "b");
    EXPECT_EQ(listed[1].version, 1U);
    ASSERT_TRUE(vault_.remove_all(acme));
    EXPECT_TRUE(vault_.list(acme)->empty());
    EXPECT_EQ(vault_.get(norte, "a").value()->reveal(), "3");
}

TEST_F(VaultTest, KnowsWhoseAValueIsAndCountsEachNewOne) {
    EXPECT_FALSE(vault_.info(acme, "key").value());
    EXPECT_EQ(vault_.set(acme, "key", Secret("given"), SecretOrigin::given).value(), 1U);
    EXPECT_EQ(vault_.set(acme, "key", Secret("given"), SecretOrigin::given).value(), 1U);
    EXPECT_EQ(vault_.info(acme, "key").value()->origin, SecretOrigin::given);
    EXPECT_EQ(vault_.get_or_make(acme, "key", 32).value().reveal(), "given");
    EXPECT_EQ(vault_.renew(acme, "key", 32).value(), 2U);
    const SecretInfo renewed = *vault_.info(acme, "key").value();
    EXPECT_EQ(renewed.origin, SecretOrigin::made);
    EXPECT_EQ(renewed.version, 2U);
    const std::string first = vault_.get(acme, "key").value()->reveal();
    EXPECT_EQ(first.size(), 43U);
    EXPECT_EQ(vault_.renew(acme, "key", 32).value(), 3U);
    EXPECT_NE(vault_.get(acme, "key").value()->reveal(), first);
    ASSERT_TRUE(vault_.remove(acme, "key"));
    ASSERT_TRUE(vault_.remove(acme, "key"));
    EXPECT_FALSE(vault_.get(acme, "key").value());
}

TEST_F(VaultTest, NamesThePlacementsOfAPlatformThatHaveSecrets) {
    EXPECT_TRUE(vault_.placements("lend")->empty());
    for (const world::Placement& placement : {norte, acme, world::Placement{"other", "acme/demo"}})
        ASSERT_TRUE(vault_.set(placement, "one", Secret("1")));
    EXPECT_EQ(vault_.placements("lend").value(), (std::vector{acme, norte}));
    EXPECT_TRUE(vault_.placements("none")->empty());
}

// An apply and a caller may change one placement at once.
TEST_F(VaultTest, ThreadsOfOneProcessTakeTurns) {
    std::vector<std::thread> threads;
    for (int number = 0; number < 8; ++number)
        threads.emplace_back([&] {
            for (int round = 0; round < 5; ++round) EXPECT_TRUE(vault_.renew(acme, "key", 32));
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(vault_.info(acme, "key").value()->version, 40U);
}

TEST_F(VaultTest, NamesThatAreNoFileNamesAreRefused) {
    for (const char* name : {"", ".", "..", ".hidden", "a/b", "../a", "A", "a b"})
        EXPECT_FALSE(vault_.set(acme, name, Secret("x"))) << name;
    EXPECT_FALSE(vault_.set(acme, std::string(201, 'a'), Secret("x")));
}

TEST_F(VaultTest, AValueDoesNotPrint) {
    EXPECT_EQ(fmt::format("{} {}", Secret("word"), Secret()), "<redacted> <redacted>");
}

// Killed at any moment while it writes, the old value or the new one is there.
TEST_F(VaultTest, KilledWhileWritingLeavesOneOfBothValues) {
    ASSERT_TRUE(vault_.set(acme, "one", Secret("0")));
    for (int round = 0; round < 50; ++round) {
        std::array<int, 2> ends{};
        ASSERT_EQ(pipe(ends.data()), 0);
        const int child = fork();
        if (child == 0) {
            signal(SIGPIPE, SIG_IGN);  // until it is killed
            for (int value = 0;; ++value) {
                (void)vault_.set(acme, "one", Secret(std::to_string(value % 10)));
                (void)write(ends[1], "", 1);
            }
        }
        close(ends[1]);
        // It has written so often, and is somewhere in the next one.
        char byte = 0;
        for (int written = 0; written < round % 5; ++written) ASSERT_EQ(read(ends[0], &byte, 1), 1);
        close(ends[0]);
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        const auto read = vault_.get(acme, "one");
        ASSERT_TRUE(read) << read.error().text();
        EXPECT_EQ((*read)->reveal().size(), 1U);
    }
}

TEST_F(VaultTest, TwoThatMakeTheKeyAtOnceHaveOne) {
    std::vector<int> children;
    for (int number = 0; number < 8; ++number) {
        children.push_back(fork());
        if (children.back() == 0) _exit(vault_.set(acme, "of-" + std::to_string(number), Secret("value")) ? 0 : 1);
    }
    for (const int child : children) {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(vault_.list(acme)->size(), 8U);
}

}  // namespace
}  // namespace tenantry::host
