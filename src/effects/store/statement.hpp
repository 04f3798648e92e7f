#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <tenantry/base/error.hpp>

namespace tenantry::store {

/// One prepared statement, run once from the first `bind` to the last `row`. Text that is bound must outlive it.
class Statement {
  public:
    Statement(sqlite3* database, std::string_view sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(statement_); }

    Statement& bind(std::string_view text);
    Statement& bind(std::uint64_t number);

    /// True while there is a row.
    Result<bool> row();
    /// Runs it to its end.
    Result<void> run();

    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
    }

  private:
    sqlite3* database_;
    sqlite3_stmt* statement_ = nullptr;
    int parameters_ = 0;
    int failed_ = SQLITE_OK;
};

}  // namespace tenantry::store
