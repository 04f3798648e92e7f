// The image lend/scoring: POST /score {name, purpose, amount, months} on PORT.
#include <exception>

#include <boost/json.hpp>

#include "../common/environment.hpp"
#include "../common/http_server.hpp"
#include "../common/log.hpp"
#include "score.hpp"

namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

lending::Response answer(const lending::Request& request) {
    if (request.method() != http::verb::post || request.target() != "/score")
        return lending::refusal(http::status::not_found, "there is nothing here");
    try {
        const json::value body = json::parse(request.body());
        const auto text = [&](const char* key) { return json::value_to<std::string>(body.at(key)); };
        const lending::Terms terms = lending::checked_terms(body.at("amount").to_number<lending::Minor>(),
                                                            body.at("months").to_number<lending::Minor>());
        return lending::answer(http::status::ok, to_json(lending::score({text("name"), text("purpose"), terms})));
    } catch (const std::exception& error) {
        return lending::refusal(http::status::unprocessable_entity, error.what());
    }
}

}  // namespace

int main() {
    try {
        lending::serve(lending::port(), 1, answer);
    } catch (const std::exception& error) {
        lending::log("failed", {{"why", error.what()}});
        return 1;
    }
    return 0;
}
