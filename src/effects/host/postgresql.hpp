#pragma once

// A session with a PostgreSQL, by libpq.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>

#include "control_socket.hpp"

struct pg_conn;

namespace tenantry::host {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

/// Errors have the server's own words for what is wrong, never the statement, which may hold what is secret.
class PostgresqlSession {
  public:
    /// As the superuser. Nothing of the database is found but by its full name, so that no function of a user is
    /// called; a statement takes 30 s at most, and waits for 10 s for a lock.
    static Result<PostgresqlSession> connect(const ControlFolder& folder, const std::string& database,
                                             const world::StoreSpec& store);

    /// Runs statements as one transaction; the rows of each. NULL is empty.
    Result<std::vector<Rows>> ask(const std::string& statements);
    Result<void> run(const std::string& statements);

    [[nodiscard]] std::string name(std::string_view text) const;
    [[nodiscard]] std::string literal(std::string_view text) const;

  private:
    struct Finish {
        void operator()(pg_conn* connection) const;
    };
    explicit PostgresqlSession(pg_conn* connection) : connection_(connection) {}
    std::unique_ptr<pg_conn, Finish> connection_;
};

}  // namespace tenantry::host
