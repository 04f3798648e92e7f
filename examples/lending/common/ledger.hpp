// What is kept in the books: applications, and for each loan entries that sum to zero.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "application.hpp"
#include "books.hpp"

namespace lending {

struct Booked {
    Application application;
    Decision decision;
    std::string takenAt;  // UTC, RFC 3339
    bool scheduled = false;
};

std::optional<Booked> find_application(Books& books, const std::string& id);
std::vector<Booked> latest_applications(Books& books);

// Books the application, and if it is approved the money that leaves; all of it or nothing. False where an application
// of this id is booked already: then nothing changes.
bool book_application(Books& books, const Application& application, const Decision& decision);

// Writes the repayment schedules that approved loans lack; as many workers as wanted may do it at once. How many it
// wrote.
std::size_t write_missing_schedules(Books& books);

// Books the interest of one day (empty: today, UTC) for each loan that has not got it. How many got it.
std::size_t accrue_interest(Books& books, const std::string& day);

boost::json::object to_json(const Booked& booked);

}  // namespace lending
