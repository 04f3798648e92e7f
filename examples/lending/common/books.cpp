#include "books.hpp"

#include <array>
#include <thread>

#include <poll.h>

#include "environment.hpp"
#include "log.hpp"

#include <libpq-fe.h>

namespace lending {

namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool worked(const Result& result) {
    const ExecStatusType status = PQresultStatus(result.get());
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

void Books::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

pg_conn& Books::connected() {
    if (connection_) return *connection_;
    backOff_.check("books");
    const std::string url = text_of_file_in("BOOKS_URL_FILE");
    // A machine that vanished is noticed by TCP; a database that hangs, by the statement's limit.
    const std::array names{"dbname", "connect_timeout", "tcp_user_timeout", "application_name",
                           static_cast<const char*>(nullptr)};
    const std::array values{url.c_str(), "2", "3000", "lending", static_cast<const char*>(nullptr)};
    connection_.reset(PQconnectdbParams(names.data(), values.data(), 1));
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
        const std::string why = first_line(PQerrorMessage(connection_.get()));
        connection_.reset();
        backOff_.failed();
        throw Away("books: " + why);
    }
    backOff_.worked();
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
    const Result limited(
        PQexec(connection_.get(), ("SET statement_timeout = " + std::to_string(limit_.count())).c_str()), PQclear);
    return *connection_;
}

void Books::broken_if_lost() {
    if (PQstatus(connection_.get()) != CONNECTION_OK) connection_.reset();
}

std::vector<Books::Row> Books::run(const std::string& sql, std::initializer_list<std::string> values) {
    std::vector<const char*> texts;
    for (const std::string& value : values) texts.push_back(value.c_str());
    pg_conn& connection = connected();
    const Result result(PQexecParams(&connection, sql.c_str(), static_cast<int>(texts.size()), nullptr, texts.data(),
                                     nullptr, nullptr, 0),
                        PQclear);
    if (!worked(result)) {
        const std::string why = first_line(PQerrorMessage(&connection));
        broken_if_lost();
        throw Away("books: " + why);
    }
    std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (int row = 0; row < PQntuples(result.get()); ++row)
        for (int column = 0; column < PQnfields(result.get()); ++column)
            rows[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(result.get(), row, column));
    return rows;
}

void Books::script(const std::string& sql) {
    pg_conn& connection = connected();
    const Result result(PQexec(&connection, sql.c_str()), PQclear);
    if (worked(result)) return;
    const std::string why = first_line(PQerrorMessage(&connection));
    broken_if_lost();
    throw Away("books: " + why);
}

void Books::roll_back() noexcept {
    if (!connection_) return;
    const Result result(PQexec(connection_.get(), "ROLLBACK"), PQclear);
    if (!worked(result)) connection_.reset();
}

void Books::wait_for_notification(std::chrono::milliseconds time) {
    pg_conn& connection = connected();
    pollfd ready{.fd = PQsocket(&connection), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(time.count())) <= 0) return;
    if (PQconsumeInput(&connection) == 0) {
        connection_.reset();
        throw Away("books: the connection was lost");
    }
    while (PGnotify* notification = PQnotifies(&connection)) PQfreemem(notification);
}

void Books::wait_until_there(std::chrono::seconds patience) {
    const auto end = BackOff::Clock::now() + patience;
    for (;;) {
        try {
            connected();
            return;
        } catch (const Away& away) {
            if (BackOff::Clock::now() >= end) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

Transaction::~Transaction() {
    if (!committed_) books_.roll_back();
}

void Transaction::commit() {
    books_.script("COMMIT");
    committed_ = true;
}

}  // namespace lending
