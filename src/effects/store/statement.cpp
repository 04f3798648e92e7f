#include "statement.hpp"

namespace tenantry::store {

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
    failed_ = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
}

Statement& Statement::bind(std::string_view text) {
    if (failed_ == SQLITE_OK)
        failed_ = sqlite3_bind_text64(statement_, ++parameters_, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(std::uint64_t number) {
    if (failed_ == SQLITE_OK)
        failed_ = sqlite3_bind_int64(statement_, ++parameters_, static_cast<sqlite3_int64>(number));
    return *this;
}

Result<bool> Statement::row() {
    const int result = failed_ == SQLITE_OK ? sqlite3_step(statement_) : failed_;
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    return fail("the state database: {}", sqlite3_errmsg(database_));
}

Result<void> Statement::run() {
    while (TRY(row())) {}
    return {};
}

std::string Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace tenantry::store
