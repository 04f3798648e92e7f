#include "postgresql.hpp"

#include <array>
#include <chrono>

#include <poll.h>

#include <tenantry/base/check.hpp>

#include "files.hpp"
#include "openssl.hpp"
#include "store_files.hpp"

#include <libpq-fe.h>

namespace tenantry::host {
namespace {

using Answer = Owned<PGresult, PQclear>;

constexpr const char* settings =
    "-c search_path= -c statement_timeout=30s -c lock_timeout=10s -c client_min_messages=error";

std::string words_of(const PGresult* answer) {
    const char* text = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
    return one_line(text != nullptr ? text : PQresultErrorMessage(answer));
}

Rows rows_of(const PGresult* answer) {
    Rows rows;
    for (int row = 0; row < PQntuples(answer); ++row) {
        rows.emplace_back();
        for (int column = 0; column < PQnfields(answer); ++column)
            rows.back().emplace_back(PQgetvalue(answer, row, column),
                                     static_cast<std::size_t>(PQgetlength(answer, row, column)));
    }
    return rows;
}

std::string escaped(char* text) {
    TENANTRY_CHECK(text != nullptr, "names are UTF-8");
    const Owned<char, PQfreemem> owned(text);
    return text;
}

// The server ends a statement itself after 30 s; a task that is stuck says nothing at all.
constexpr std::chrono::seconds patience{45};

Result<void> await_answer(PGconn* connection) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (PQisBusy(connection) == 1) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd poll{PQsocket(connection), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&poll, 1, static_cast<int>(left.count())) == 0)
            return fail("it does not answer within {} s", patience.count());
        if (PQconsumeInput(connection) != 1) return fail("{}", one_line(PQerrorMessage(connection)));
    }
    return {};
}

}  // namespace

void PostgresqlSession::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<PostgresqlSession> PostgresqlSession::connect(const ControlFolder& folder, const std::string& database,
                                                     const world::StoreSpec& store) {
    const std::string path = folder.path(), port = std::to_string(keeper_of(store).port);
    constexpr std::array keys{"host",
                              "port",
                              "user",
                              "dbname",
                              "sslmode",
                              "gssencmode",
                              "options",
                              "application_name",
                              "connect_timeout",
                              static_cast<const char*>(nullptr)};
    const std::array values{path.c_str(), port.c_str(),
                            controlUser,  database.c_str(),
                            "disable",    "disable",
                            settings,     "tenantry",
                            "10",         static_cast<const char*>(nullptr)};
    PostgresqlSession session(PQconnectdbParams(keys.data(), values.data(), 0));
    pg_conn* made = session.connection_.get();
    if (made == nullptr) return fail("there is no memory for a connection");
    if (PQstatus(made) != CONNECTION_OK) return fail("{}", one_line(PQerrorMessage(made)));
    TRY_VOID(check_listener(PQsocket(made), store));
    return session;
}

Result<std::vector<Rows>> PostgresqlSession::ask(const std::string& statements) {
    if (PQsendQuery(connection_.get(), statements.c_str()) != 1)
        return fail("{}", one_line(PQerrorMessage(connection_.get())));
    std::vector<Rows> answers;
    std::string wrong;
    // Up to the end of the answers also behind an error: else the next question would get them.
    while (true) {
        TRY_VOID(await_answer(connection_.get()));
        const Answer answer(PQgetResult(connection_.get()));
        if (!answer) break;
        const ExecStatusType status = PQresultStatus(answer.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            wrong = words_of(answer.get());
        else if (status == PGRES_TUPLES_OK)
            answers.push_back(rows_of(answer.get()));
    }
    if (!wrong.empty()) return fail("{}", wrong);
    return answers;
}

Result<void> PostgresqlSession::run(const std::string& statements) {
    TRY(ask(statements));
    return {};
}

std::string PostgresqlSession::name(std::string_view text) const {
    return escaped(PQescapeIdentifier(connection_.get(), text.data(), text.size()));
}
std::string PostgresqlSession::literal(std::string_view text) const {
    return escaped(PQescapeLiteral(connection_.get(), text.data(), text.size()));
}

}  // namespace tenantry::host
