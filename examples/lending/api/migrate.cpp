#include <string>

#include "../common/books.hpp"
#include "../common/log.hpp"
#include "jobs.hpp"
#include "schema.hpp"

namespace lending {

namespace {

constexpr std::chrono::seconds patience{60};  // for a store that starts with us

// Any number; those who migrate these tables share it.
const std::string lockOut = "SELECT pg_advisory_xact_lock(7125361)";

}  // namespace

void migrate() {
    Books books(std::chrono::milliseconds(0));
    books.wait_until_there(patience);
    Transaction transaction(books);
    books.run(lockOut);
    books.script("CREATE TABLE IF NOT EXISTS schema_steps (step integer PRIMARY KEY, taken_at timestamptz NOT NULL "
                 "DEFAULT now())");
    const std::size_t taken = std::stoul(books.run("SELECT count(*) FROM schema_steps").front().front());
    const auto steps = schema_steps();
    for (std::size_t step = taken; step < steps.size(); ++step) {
        books.script(std::string(steps[step]));
        books.run("INSERT INTO schema_steps (step) VALUES ($1)", {std::to_string(step + 1)});
    }
    transaction.commit();
    log("migrated", {{"from", std::to_string(taken)}, {"to", std::to_string(std::max(taken, steps.size()))}});
}

}  // namespace lending
