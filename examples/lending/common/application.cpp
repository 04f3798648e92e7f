#include "application.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

namespace lending {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 5> purposes{"home", "car", "studies", "business", "other"};

std::string text_at(const json::object& body, std::string_view key, std::size_t longest) {
    const json::value* value = body.if_contains(key);
    if (value == nullptr || !value->is_string()) throw Invalid(std::string(key), "a text is needed");
    std::string text(value->get_string());
    const bool control = std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (text.empty() || text.size() > longest || control)
        throw Invalid(std::string(key), "1 to " + std::to_string(longest) + " characters are needed");
    return text;
}

Minor number_at(const json::object& body, std::string_view key) {
    const json::value* value = body.if_contains(key);
    if (value == nullptr || !value->is_int64()) throw Invalid(std::string(key), "a whole number is needed");
    return value->get_int64();
}

void check_email(std::string_view email) {
    const std::size_t at = email.find('@');
    const bool good = at != 0 && at != std::string_view::npos && at + 1 < email.size() &&
                      email.find('@', at + 1) == std::string_view::npos &&
                      email.find_first_of(" ,;<>\"") == std::string_view::npos;
    if (!good) throw Invalid("email", "this is no e-mail address");
}

}  // namespace

bool is_id(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    return text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") ==
           std::string_view::npos;
}

Terms checked_terms(Minor amount, Minor months) {
    if (amount < 100'00 || amount > 50'000'00) throw Invalid("amount", "100.00 to 50,000.00, in minor units, are lent");
    if (months < 3 || months > 84) throw Invalid("months", "a loan takes 3 to 84 months");
    return {.amount = amount, .months = static_cast<int>(months), .yearlyBasisPoints = yearlyBasisPoints};
}

Application checked_application(std::string id, std::string_view body) {
    json::error_code error;
    const json::value value = json::parse(body, error);
    if (error || !value.is_object()) throw Invalid("", "the body is no JSON object");
    const json::object& object = value.get_object();
    Application application{.id = std::move(id),
                            .name = text_at(object, "name", 100),
                            .email = text_at(object, "email", 254),
                            .purpose = text_at(object, "purpose", 20),
                            .terms = checked_terms(number_at(object, "amount"), number_at(object, "months"))};
    check_email(application.email);
    if (std::ranges::find(purposes, application.purpose) == purposes.end())
        throw Invalid("purpose", "home, car, studies, business or other");
    return application;
}

json::object to_json(const Application& application) {
    return {
        {"id", application.id},           {"name", application.name},           {"email", application.email},
        {"purpose", application.purpose}, {"amount", application.terms.amount}, {"months", application.terms.months}};
}

json::object to_json(const Decision& decision) {
    return {{"decision", decision.decision},
            {"score", decision.score},
            {"basis", decision.basis},
            {"bureau", decision.bureau}};
}

}  // namespace lending
