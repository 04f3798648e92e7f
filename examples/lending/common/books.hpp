// The store `books`: one connection to PostgreSQL, made when it is needed and made anew when it broke.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "away.hpp"

struct pg_conn;

namespace lending {

// Every error of PostgreSQL is Away: with the tables that a release brings, nothing else is wrong with our SQL.
class Books {
  public:
    using Row = std::vector<std::string>;  // of a NULL, nothing

    // BOOKS_URL_FILE is read at each connection. `limit` is the server's for one statement; none for those who change
    // tables.
    explicit Books(std::chrono::milliseconds limit = std::chrono::seconds(3)) : limit_(limit) {}

    // One statement, so one transaction unless one is open. Values are never part of the text.
    std::vector<Row> run(const std::string& sql, std::initializer_list<std::string> values = {});

    // Several statements of our own, without values.
    void script(const std::string& sql);

    // Until a notification comes (LISTEN was run before) or the time is over.
    void wait_for_notification(std::chrono::milliseconds time);

    // For programs that run once: until it answers, or throws Away after `patience`.
    void wait_until_there(std::chrono::seconds patience);

    // Ends what is open; without a connection nothing is.
    void roll_back() noexcept;

  private:
    struct Close {
        void operator()(pg_conn* connection) const;
    };

    pg_conn& connected();
    void broken_if_lost();

    std::chrono::milliseconds limit_;
    BackOff backOff_;
    std::unique_ptr<pg_conn, Close> connection_;
};

// Rolls back unless it is committed.
class Transaction {
  public:
    explicit Transaction(Books& books) : books_(books) { books_.script("BEGIN"); }
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

  private:
    Books& books_;
    bool committed_ = false;
};

}  // namespace lending
