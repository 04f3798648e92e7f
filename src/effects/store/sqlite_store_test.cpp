#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/base/hash.hpp>
#include <tenantry/store/sqlite_store.hpp>

namespace tenantry::store {
namespace {

class SqliteStore : public testing::Test {
  protected:
    SqliteStore() : folder_(std::filesystem::temp_directory_path() / ("store-test-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    ~SqliteStore() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string path() const { return (folder_ / "state.db").string(); }
    std::unique_ptr<ports::StateStore> open() {
        auto store = open_sqlite(path());
        EXPECT_TRUE(store) << store.error().text();
        return std::move(*store);
    }

  private:
    std::filesystem::path folder_;
};

const ports::StoredMachine up{"local/lend/acme/demo", "environment", "{}"};

TEST_F(SqliteStore, GivesBackWhatWasCommittedAfterItIsOpenedAgain) {
    {
        const auto store = open();
        ASSERT_TRUE(store->commit({.done = {},
                                   .machines = {up},
                                   .gone = {},
                                   .commands = {{1, up.id, "writeFiles", 1}, {2, up.id, "makeNetwork", 1}},
                                   .spec = std::pair{"d1", "{\"a\": \"\0\u00e9\"}"},
                                   .ledger = {"{}"}},
                                  true));
        ASSERT_TRUE(store->commit({.done = 1}, false));
    }
    const auto store = open();
    const auto journal = store->load();
    ASSERT_TRUE(journal);
    EXPECT_EQ(journal->machines, std::vector{up});
    EXPECT_EQ(journal->commands, (std::vector{ports::StoredCommand{2, up.id, "makeNetwork", 1}}));
    EXPECT_EQ(journal->lastCommand, 2u) << "ids are not given twice, even when the rows are gone";
    EXPECT_EQ(store->spec("d1").value(), "{\"a\": \"\0\u00e9\"}");
    EXPECT_FALSE(store->spec("d2"));
}

TEST_F(SqliteStore, ATransitionIsTakenWholeOrNotAtAll) {
    const auto store = open();
    ASSERT_TRUE(store->commit({.machines = {up}, .commands = {{7, up.id, "check", 1}}}, true));
    ASSERT_FALSE(store->commit({.done = 7, .gone = {up.id}, .commands = {{9, "x", "y", 1}, {9, "x", "y", 1}}}, true));
    const auto journal = store->load();
    EXPECT_EQ(journal->machines.size(), 1u);
    EXPECT_EQ(journal->commands.size(), 1u);
}

TEST_F(SqliteStore, AMachineThatIsGoneTakesItsCommandsAlong) {
    const auto store = open();
    ASSERT_TRUE(store->commit({.machines = {up}, .commands = {{1, up.id, "check", 1}}}, true));
    ASSERT_TRUE(store->commit({.gone = {up.id}}, true));
    EXPECT_TRUE(store->load()->machines.empty());
    EXPECT_TRUE(store->load()->commands.empty());
}

TEST_F(SqliteStore, LedgerEntriesAreChainedByHash) {
    const auto store = open();
    ASSERT_TRUE(store->commit({.ledger = {"{\"n\": 1}", "{\"n\": 2}"}}, true));
    const auto entries = store->ledger(10);
    ASSERT_EQ(entries->size(), 2u);
    EXPECT_EQ((*entries)[0].hash, blake2b("{\"n\": 1}").hex());
    EXPECT_EQ((*entries)[1].hash, blake2b((*entries)[0].hash + "{\"n\": 2}").hex());
    EXPECT_EQ(store->ledger(1)->front().number, 2u);
}

TEST_F(SqliteStore, SpecsThatNobodyNamesAreDropped) {
    const auto store = open();
    ASSERT_TRUE(store->commit({.spec = std::pair{"a", "1"}}, true));
    ASSERT_TRUE(store->commit({.spec = std::pair{"b", "2"}}, true));
    ASSERT_TRUE(store->drop_specs_but({"b"}));
    EXPECT_FALSE(store->spec("a"));
    EXPECT_TRUE(store->spec("b"));
}

TEST_F(SqliteStore, OnlyTheOwnerMayReadTheFile) {
    const auto store = open();
    ASSERT_TRUE(store->commit({.ledger = {"{}"}}, true));
    for (const char* end : {"", "-wal"}) {
        struct stat status{};
        ASSERT_EQ(::stat((path() + end).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600u) << end;
    }
}

TEST_F(SqliteStore, RefusesLinksForeignFilesAndNewerVersions) {
    std::ofstream(path()) << "this is no database, but it is long enough to be taken for the head of one.............."
                             "..................................................";
    EXPECT_FALSE(open_sqlite(path()));
    std::filesystem::rename(path(), path() + ".other");
    std::filesystem::create_symlink(path() + ".other", path());
    EXPECT_FALSE(open_sqlite(path()));
}

}  // namespace
}  // namespace tenantry::store
