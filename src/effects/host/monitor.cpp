#include "monitor.hpp"

#include <boost/json.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

std::string words_of(const json::object& message) {
    const json::value* text = message.if_contains("message");
    if (text == nullptr || !text->is_string()) return "the container runtime failed without a word";
    return one_line(text->as_string());
}

}  // namespace

Result<int> read_monitor_message(std::string_view text) {
    json::error_code error;
    const json::value value = json::parse(text, error);
    const json::object* message = error ? nullptr : value.if_object();
    const json::value* pid = message == nullptr ? nullptr : message->if_contains("data");
    if (pid == nullptr || !pid->is_int64())
        return fail("the container's monitor ended without an answer: `{}`", one_line(text));
    if (pid->as_int64() > 0) return static_cast<int>(pid->as_int64());
    return fail("{}", words_of(*message));
}

}  // namespace tenantry::host
