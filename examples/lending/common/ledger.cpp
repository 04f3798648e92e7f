#include "ledger.hpp"

#include <boost/json.hpp>

namespace lending {

namespace {

const std::string columns =
    "id, name, email, purpose, amount, months, yearly_basis_points, decision, score, basis, bureau,"
    " to_char(taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
    " EXISTS (SELECT FROM instalments WHERE application = id)";

Booked booked_of(const Books::Row& row) {
    return {.application = {.id = row[0],
                            .name = row[1],
                            .email = row[2],
                            .purpose = row[3],
                            .terms = {.amount = std::stoll(row[4]),
                                      .months = std::stoi(row[5]),
                                      .yearlyBasisPoints = std::stoi(row[6])}},
            .decision = {.decision = row[7], .score = std::stoi(row[8]), .basis = row[9], .bureau = row[10]},
            .takenAt = row[11],
            .scheduled = row[12] == "t"};
}

// A text array of PostgreSQL; numbers need no quotes.
std::string array_of(const std::vector<Instalment>& instalments, Minor Instalment::* part) {
    std::string text = "{";
    for (const Instalment& instalment : instalments)
        text.append(text.size() > 1 ? "," : "").append(std::to_string(instalment.*part));
    return text + "}";
}

}  // namespace

std::optional<Booked> find_application(Books& books, const std::string& id) {
    const auto rows = books.run("SELECT " + columns + " FROM applications WHERE id = $1", {id});
    if (rows.empty()) return std::nullopt;
    return booked_of(rows.front());
}

std::vector<Booked> latest_applications(Books& books) {
    std::vector<Booked> latest;
    for (const auto& row : books.run("SELECT " + columns + " FROM applications ORDER BY taken_at DESC, id LIMIT 20"))
        latest.push_back(booked_of(row));
    return latest;
}

bool book_application(Books& books, const Application& application, const Decision& decision) {
    const Terms& terms = application.terms;
    const auto rows = books.run(
        "WITH taken AS ("
        "  INSERT INTO applications (id, name, email, purpose, amount, months, yearly_basis_points, decision, score, "
        "basis, bureau)"
        "  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING id, amount, "
        "decision),"
        " paid AS ("
        "  INSERT INTO entries (application, kind, day, account, amount)"
        "  SELECT id, 'payout', (now() AT TIME ZONE 'UTC')::date, account, sign * amount"
        "  FROM taken, (VALUES ('loans', 1), ('cash', -1)) AS side (account, sign) WHERE decision = 'approved')"
        " SELECT pg_notify('loans', id) FROM taken",
        {application.id, application.name, application.email, application.purpose, std::to_string(terms.amount),
         std::to_string(terms.months), std::to_string(terms.yearlyBasisPoints), decision.decision,
         std::to_string(decision.score), decision.basis, decision.bureau});
    return !rows.empty();
}

std::size_t write_missing_schedules(Books& books) {
    std::size_t written = 0;
    for (;;) {
        Transaction transaction(books);
        const auto rows = books.run(
            "SELECT id, amount, months, yearly_basis_points, (taken_at AT TIME ZONE 'UTC')::date FROM applications"
            " WHERE decision = 'approved' AND NOT EXISTS (SELECT FROM instalments WHERE application = id)"
            " ORDER BY taken_at LIMIT 1 FOR UPDATE SKIP LOCKED");
        if (rows.empty()) return written;
        const Books::Row& row = rows.front();
        const auto instalments = schedule_of({std::stoll(row[1]), std::stoi(row[2]), std::stoi(row[3])});
        books.run("INSERT INTO instalments (application, number, due, principal, interest)"
                  " SELECT $1, number, ($2::date + make_interval(months => number::int))::date, principal, interest"
                  " FROM unnest($3::bigint[], $4::bigint[]) WITH ORDINALITY AS each (principal, interest, number) ON "
                  "CONFLICT DO NOTHING",
                  {row[0], row[4], array_of(instalments, &Instalment::principal),
                   array_of(instalments, &Instalment::interest)});
        transaction.commit();
        ++written;
    }
}

std::size_t accrue_interest(Books& books, const std::string& day) {
    // Rounded half up, in integers; a day's interest of less than half a minor unit is none.
    const auto rows = books.run(
        "WITH loan AS ("
        "  SELECT id, day, (2 * amount * yearly_basis_points + 3650000) / (2 * 3650000) AS interest"
        "  FROM applications, (SELECT coalesce(nullif($1, '')::date, (now() AT TIME ZONE 'UTC')::date) AS day) AS today"
        "  WHERE decision = 'approved' AND (taken_at AT TIME ZONE 'UTC')::date <= day),"
        " booked AS ("
        "  INSERT INTO entries (application, kind, day, account, amount)"
        "  SELECT id, 'interest', day, account, sign * interest"
        "  FROM loan, (VALUES ('interest receivable', 1), ('interest income', -1)) AS side (account, sign) WHERE "
        "interest > 0"
        "  ON CONFLICT DO NOTHING RETURNING application)"
        " SELECT count(DISTINCT application) FROM booked",
        {day});
    return std::stoul(rows.front().front());
}

boost::json::object to_json(const Booked& booked) {
    boost::json::object object = to_json(booked.application);
    for (const auto& [key, value] : to_json(booked.decision)) object[key] = value;
    object["instalment"] = instalment_of(booked.application.terms);
    object["takenAt"] = booked.takenAt;
    return object;
}

}  // namespace lending
