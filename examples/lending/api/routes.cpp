#include "routes.hpp"

#include <charconv>

#include <boost/json.hpp>

#include "../common/json_client.hpp"
#include "../common/ledger.hpp"
#include "../common/log.hpp"
#include "receipt.hpp"

namespace lending {

namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::chrono::milliseconds scoringDeadline{1000};
constexpr std::chrono::minutes quoteKept{10};
constexpr std::string_view applications = "/api/applications";

// The value of a number in a query, -1 where there is none.
Minor number_in(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=") continue;
        const std::string_view text = pair.substr(name.size() + 1);
        Minor number = 0;
        const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        return error == std::errc{} && last == text.data() + text.size() ? number : -1;
    }
    return -1;
}

Response invalid(const Invalid& why) {
    return answer(http::status::unprocessable_entity, {{"error", why.what()}, {"field", why.field}});
}

Response taken() { return refusal(http::status::conflict, "this id belongs to another application"); }

Decision ask_scoring(const Application& application) {
    json::object question = to_json(application);
    question.erase("email");
    const auto said = post_json(variable("SCORING_URL"), "/score", question, scoringDeadline);
    if (!said) return {.decision = "review", .score = 0, .basis = "scoring did not answer", .bureau = "not asked"};
    const auto text = [&](const char* key) { return json::value_to<std::string>(said->at(key)); };
    return {.decision = text("decision"),
            .score = said->at("score").to_number<int>(),
            .basis = text("basis"),
            .bureau = text("bureau")};
}

}  // namespace

Response Api::handle(const Request& request) {
    const std::string_view target(request.target().data(), request.target().size());
    const std::string_view path = target.substr(0, target.find('?'));
    const std::string_view query = path.size() < target.size() ? target.substr(path.size() + 1) : "";
    const bool get = request.method() == http::verb::get;
    const bool post = request.method() == http::verb::post;
    std::string id;
    if (path.starts_with(applications) && path.substr(applications.size()).starts_with('/'))
        id = path.substr(applications.size() + 1);
    try {
        if (get && path == "/api/hello") return hello();
        if (get && path == "/api/quote") return quote(query);
        if (get && path == applications) return latest();
        if (get && is_id(id)) return one(id);
        if (post && path == applications) id = std::string(request["Idempotency-Key"]);
        if (post && path.starts_with(applications)) return apply(id, request.body());
    } catch (const Invalid& why) {
        return invalid(why);
    }
    return refusal(http::status::not_found, "there is nothing here");
}

Response Api::hello() const {
    return answer(http::status::ok, {{"tenant", identity_.tenant},
                                     {"stage", identity_.stage},
                                     {"release", identity_.release},
                                     {"currency", identity_.currency}});
}

Response Api::quote(std::string_view query) {
    const Terms terms = checked_terms(number_in(query, "amount"), number_in(query, "months"));
    const std::string key = "quote:" + std::to_string(terms.amount) + ":" + std::to_string(terms.months) + ":" +
                            std::to_string(terms.yearlyBasisPoints);
    const auto stores = pool_.borrow();
    std::optional<std::string> body = stores->cache.get(key);
    const bool hit = body.has_value();
    if (!hit) {
        body = json::serialize(json::object{{"amount", terms.amount},
                                            {"months", terms.months},
                                            {"yearlyBasisPoints", terms.yearlyBasisPoints},
                                            {"instalment", instalment_of(terms)},
                                            {"total", total_of(terms)},
                                            {"currency", identity_.currency}});
        stores->cache.put(key, *body, quoteKept);
    }
    Response response = answer(http::status::ok, {});
    response.body() = *body + "\n";
    response.set("X-Cache", hit ? "hit" : "miss");
    return response;
}

// What was acknowledged is in the books, once, and what the applicant sent is kept in the documents. In this order, so
// that any store may die between two steps, and this program too:
//   1. What is booked is answered from the books, and nothing is done again.
//   2. The document. The first one under an id stays, so that the id is that application's from here on: what others
//   send
//      with it is refused, and what is kept is what will be booked. Without the next step it is no loan and promises
//      nothing.
//   3. The books: one transaction, in which the id is a key. They are the record.
//   4. The answer is read from them. A client that got none sends the same again: it finds its document or its booking,
//      and goes on from there.
// The cache has no part in it.
Response Api::apply(const std::string& id, const std::string& body) {
    if (!is_id(id)) throw Invalid("Idempotency-Key", "an id of 1 to 64 letters, digits, - or _ is needed");
    const Application application = checked_application(id, body);
    const auto stores = pool_.borrow();
    std::optional<Booked> booked = find_application(stores->books, id);
    bool first = false;
    if (!booked) {
        const Decision decision = ask_scoring(application);
        if (!stores->documents.keep("applications", id, to_json(application))) return taken();
        first = book_application(stores->books, application, decision);
        booked = find_application(stores->books, id);
    }
    if (!booked || booked->application != application) return taken();
    if (first) log("application_booked", {{"id", id}, {"decision", booked->decision.decision}});
    json::object said = to_json(*booked);
    said["tenant"] = identity_.tenant;
    said["currency"] = identity_.currency;
    if (!variable("JWT_KEY_FILE").empty()) said["receipt"] = receipt_of(*booked, identity_.tenant);
    return answer(first ? http::status::created : http::status::ok, said);
}

Response Api::one(const std::string& id) {
    const auto booked = find_application(pool_.borrow()->books, id);
    if (!booked) return refusal(http::status::not_found, "there is no such application");
    json::object said = to_json(*booked);
    said["scheduled"] = booked->scheduled;
    return answer(http::status::ok, said);
}

Response Api::latest() {
    json::array list;
    for (const Booked& booked : latest_applications(pool_.borrow()->books)) {
        json::object said = to_json(booked);
        said.erase("email");
        said["scheduled"] = booked.scheduled;
        list.push_back(std::move(said));
    }
    return answer(http::status::ok, {{"applications", std::move(list)}});
}

}  // namespace lending
