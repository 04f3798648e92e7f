#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/base/hash.hpp>
#include <tenantry/store/sqlite_store.hpp>

#include "statement.hpp"

namespace tenantry::store {
namespace {

using ports::Journal;
using ports::LedgerEntry;
using ports::StoredCommand;
using ports::StoredMachine;
using ports::Transition;

// Step 1. A later version adds steps and never changes one.
constexpr const char* schema = R"(
CREATE TABLE machine (id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE command (id INTEGER PRIMARY KEY, machine TEXT NOT NULL, name TEXT NOT NULL, epoch INTEGER NOT NULL);
CREATE TABLE spec (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ledger (number INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counter VALUES ('command', 0);
)";

class SqliteStore final : public ports::StateStore {
  public:
    explicit SqliteStore(sqlite3* database) : database_(database) {}
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;
    ~SqliteStore() override { sqlite3_close(database_); }

    Result<void> prepare() {
        TRY_VOID(run("PRAGMA journal_mode=WAL"));
        TRY_VOID(run("PRAGMA synchronous=FULL"));
        TRY_VOID(run("PRAGMA trusted_schema=OFF"));
        Statement version(database_, "PRAGMA user_version");
        if (!TRY(version.row())) return fail("the state database has no version");
        const auto found = static_cast<int>(version.number(0));
        if (found == schemaVersion) return {};
        if (found != 0)
            return fail("the state database has version {}, which this program does not know; it knows {}", found,
                        schemaVersion);
        return script(fmt::format("BEGIN IMMEDIATE;{}PRAGMA user_version={};COMMIT", schema, schemaVersion));
    }

    Result<Journal> load() override {
        const std::scoped_lock lock(mutex_);
        Journal journal;
        Statement machines(database_, "SELECT id, kind, state FROM machine ORDER BY id");
        while (TRY(machines.row())) journal.machines.push_back({machines.text(0), machines.text(1), machines.text(2)});
        Statement commands(database_, "SELECT id, machine, name, epoch FROM command ORDER BY id");
        while (TRY(commands.row()))
            journal.commands.push_back({commands.number(0), commands.text(1), commands.text(2), commands.number(3)});
        Statement counter(database_, "SELECT value FROM counter WHERE name = 'command'");
        if (TRY(counter.row())) journal.lastCommand = counter.number(0);
        return journal;
    }

    Result<void> commit(const Transition& transition, bool durable) override {
        const std::scoped_lock lock(mutex_);
        TRY_VOID(run(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
        TRY_VOID(run("BEGIN IMMEDIATE"));
        if (auto done = write(transition); !done) {
            sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);  // the first error is the one to tell
            return done;
        }
        return run("COMMIT");
    }

    Result<std::string> spec(const std::string& digest) override {
        const std::scoped_lock lock(mutex_);
        Statement found(database_, "SELECT text FROM spec WHERE digest = ?");
        found.bind(digest);
        if (!TRY(found.row())) return fail("the state database has no spec {}", digest);
        return found.text(0);
    }

    Result<void> drop_specs_but(const std::vector<std::string>& digests) override {
        const std::scoped_lock lock(mutex_);
        std::vector<std::string> gone;
        Statement all(database_, "SELECT digest FROM spec");
        while (TRY(all.row()))
            if (std::string digest = all.text(0); std::ranges::find(digests, digest) == digests.end())
                gone.push_back(std::move(digest));
        for (const std::string& digest : gone)
            TRY_VOID(Statement(database_, "DELETE FROM spec WHERE digest = ?").bind(digest).run());
        return {};
    }

    Result<std::vector<LedgerEntry>> ledger(std::size_t count) override {
        const std::scoped_lock lock(mutex_);
        std::vector<LedgerEntry> entries;
        Statement last(database_, "SELECT number, body, hash FROM ledger ORDER BY number DESC LIMIT ?");
        last.bind(std::uint64_t{count});
        while (TRY(last.row())) entries.push_back({last.number(0), last.text(1), last.text(2)});
        std::ranges::reverse(entries);
        return entries;
    }

  private:
    Result<void> run(std::string_view sql) { return Statement(database_, sql).run(); }

    Result<void> script(const std::string& sql) {
        if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            return fail("the state database: {}", sqlite3_errmsg(database_));
        return {};
    }

    Result<void> write(const Transition& transition) {
        if (transition.done)
            TRY_VOID(Statement(database_, "DELETE FROM command WHERE id = ?").bind(*transition.done).run());
        if (transition.spec)
            TRY_VOID(Statement(database_, "INSERT OR IGNORE INTO spec VALUES (?, ?)")
                         .bind(transition.spec->first)
                         .bind(transition.spec->second)
                         .run());
        for (const StoredMachine& machine : transition.machines)
            TRY_VOID(Statement(database_, "INSERT OR REPLACE INTO machine VALUES (?, ?, ?)")
                         .bind(machine.id)
                         .bind(machine.kind)
                         .bind(machine.state)
                         .run());
        for (const std::string& id : transition.gone) {
            TRY_VOID(Statement(database_, "DELETE FROM machine WHERE id = ?").bind(id).run());
            TRY_VOID(Statement(database_, "DELETE FROM command WHERE machine = ?").bind(id).run());
        }
        for (const StoredCommand& command : transition.commands) {
            TRY_VOID(Statement(database_, "INSERT INTO command VALUES (?, ?, ?, ?)")
                         .bind(command.id)
                         .bind(command.machine)
                         .bind(command.name)
                         .bind(command.epoch)
                         .run());
            TRY_VOID(
                Statement(database_, "UPDATE counter SET value = ? WHERE name = 'command'").bind(command.id).run());
        }
        for (const std::string& body : transition.ledger) TRY_VOID(append(body));
        return {};
    }

    Result<void> append(const std::string& body) {
        Statement last(database_, "SELECT number, hash FROM ledger ORDER BY number DESC LIMIT 1");
        const bool any = TRY(last.row());
        const std::uint64_t number = any ? last.number(0) + 1 : 1;
        const std::string hash = blake2b((any ? last.text(1) : std::string()) + body).hex();
        return Statement(database_, "INSERT INTO ledger VALUES (?, ?, ?)").bind(number).bind(body).bind(hash).run();
    }

    std::mutex mutex_;
    sqlite3* database_;
};

}  // namespace

Result<std::unique_ptr<ports::StateStore>> open_sqlite(const std::string& path) {
    // SQLite makes its other files with the mode of this one.
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (file < 0) return fail("opening {}: {}", path, std::strerror(errno));
    ::close(file);
    sqlite3* database = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &database,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
    auto store = std::make_unique<SqliteStore>(database);
    if (opened != SQLITE_OK) return fail("opening {}: {}", path, sqlite3_errstr(opened));
    TRY_VOID(wrap(store->prepare(), "opening {}", path));
    return store;
}

}  // namespace tenantry::store
