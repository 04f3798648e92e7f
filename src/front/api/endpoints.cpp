#include "endpoints.hpp"

#include <charconv>
#include <map>
#include <optional>

#include <tenantry/base/json_text.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/wire/codec.hpp>

namespace tenantry::api {
namespace {

using Query = std::map<std::string, std::string, std::less<>>;

// Names and numbers of ours need no escapes in a query.
Query query_of(std::string_view text) {
    Query query;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos) query.emplace(pair.substr(0, equals), pair.substr(equals + 1));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
    }
    return query;
}

std::string word(const Query& query, std::string_view name) {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
}

std::uint64_t number(const Query& query, std::string_view name, std::uint64_t most) {
    const std::string text = word(query, name);
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return std::min(value, most);
}

Reply error(unsigned status, std::string_view what) {
    JsonText json;
    json.object(Layout::line).member("error", what).end();
    return {status, std::move(json).take()};
}

// `local/lend/acme/production`
std::optional<world::Placement> placement_of(const Query& query) {
    const std::string text = word(query, "placement");
    const std::size_t first = text.find('/'), second = text.find('/', first + 1), third = text.find('/', second + 1);
    if (first == std::string::npos || second == std::string::npos || third == std::string::npos) return std::nullopt;
    world::Placement placement{text.substr(first + 1, second - first - 1), text.substr(second + 1)};
    const bool names = !grammar::label(placement.platform) &&
                       !grammar::label(text.substr(second + 1, third - second - 1)) &&
                       !grammar::label(text.substr(third + 1));
    if (text.substr(0, first) != "local" || !names) return std::nullopt;
    return placement;
}

template <class Request, class Do>
Reply with(const std::string& body, Do work) {
    const auto request = wire::decode<Request>(body);
    if (!request) return error(400, request.error().text());
    const wire::Answer answer = work(*request);
    return {answer.error.empty() ? 202u : 422u, wire::encode(answer)};
}

template <class Message>
Reply found(const Message& message) {
    return {message.error.empty() ? 200u : 422u, wire::encode(message)};
}

Reply of_placement(std::string_view path, const Query& query, Service& service) {
    const auto placement = placement_of(query);
    if (!placement) return error(400, "a placement is written local/PLATFORM/TENANT/STAGE");
    if (path == "/v1/observed") return found(service.observe(*placement));
    const std::string task = word(query, "task");
    if (grammar::label(task)) return error(400, "the name of a task is missing");
    if (const auto place = query.find("place"); place != query.end())
        return found(service.logs_behind(*placement, task, place->second));
    return found(service.logs(*placement, task,
                              {.lines = number(query, "lines", wire::mostLines),
                               .since = static_cast<std::int64_t>(number(query, "since", INT64_MAX)),
                               .previous = word(query, "previous") == "1"}));
}

Reply of_platform(std::string_view path, const Query& query, Service& service) {
    const std::string platform = word(query, "platform");
    if (grammar::label(platform)) return error(400, "the name of a platform is missing");
    if (path == "/v1/secrets") return found(service.secrets(platform));
    if (path == "/v1/certificates") return found(service.certificates(platform));
    return found(service.applied(platform));
}

Reply set_secret(const Asked& asked, const Query& query, Service& service, const Caller& caller) {
    const auto placement = placement_of(query);
    if (!placement) return error(400, "a placement is written local/PLATFORM/TENANT/STAGE");
    const std::string name = word(query, "name");
    if (const auto refusal = grammar::secret_name(name)) return error(400, "the name of a secret " + *refusal);
    if (asked.body.empty()) return error(400, "the value is empty");
    if (asked.body.size() > wire::longestSecret) return error(400, "the value has more than 64 KiB");
    return found(service.set_secret(*placement, name, asked.body, caller));
}

Reply rotate(const Asked& asked, Service& service, const Caller& caller) {
    const auto request = wire::decode<wire::RotateRequest>(asked.body);
    return request ? found(service.rotate(*request, caller)) : error(400, request.error().text());
}

}  // namespace

Reply answer(const Asked& asked, Service& service, const Caller& caller) {
    const std::size_t mark = asked.target.find('?');
    const std::string path = asked.target.substr(0, mark);
    const Query query = query_of(mark == std::string::npos ? "" : std::string_view(asked.target).substr(mark + 1));
    const std::string what = asked.method + " " + path;
    if (what == "POST /v1/up")
        return with<wire::UpRequest>(asked.body, [&](const auto& request) { return service.up(request, caller); });
    if (what == "POST /v1/down")
        return with<wire::DownRequest>(asked.body, [&](const auto& request) { return service.down(request, caller); });
    if (what == "POST /v1/exec") {
        const auto request = wire::decode<wire::ExecRequest>(asked.body);
        return request ? found(service.exec(*request, caller)) : error(400, request.error().text());
    }
    if (what == "POST /v1/jobs/run") {
        const auto request = wire::decode<wire::JobRequest>(asked.body);
        return request ? found(service.run_job(*request, caller)) : error(400, request.error().text());
    }
    if (what == "POST /v1/probe") {
        const auto request = wire::decode<wire::ProbeRequest>(asked.body);
        return request ? found(service.probe(*request)) : error(400, request.error().text());
    }
    if (what == "GET /v1/status")
        return {200, wire::encode(service.status(number(query, "after", UINT64_MAX),
                                                 std::chrono::milliseconds(number(query, "wait", 10'000))))};
    if (what == "PUT /v1/images") {
        const auto files = wire::decode_image(asked.body);
        return files ? found(service.store_image(*files)) : error(400, files.error().text());
    }
    if (what == "GET /v1/images") {
        const std::string digest = word(query, "digest");
        return service.has_image(digest) ? Reply{200, "{}"} : error(404, "there is no such image");
    }
    if (what == "GET /v1/observed" || what == "GET /v1/logs") return of_placement(path, query, service);
    if (what == "GET /v1/usage") return found(service.usage());
    if (what == "GET /v1/events")
        return found(service.events(number(query, "after", UINT64_MAX),
                                    std::chrono::milliseconds(number(query, "wait", 10'000))));
    if (what == "GET /v1/machine") return found(service.observe_machine());
    if (what == "GET /v1/applied" || what == "GET /v1/secrets" || what == "GET /v1/certificates")
        return of_platform(path, query, service);
    if (what == "PUT /v1/secret") return set_secret(asked, query, service, caller);
    if (what == "POST /v1/secrets/rotate") return rotate(asked, service, caller);
    if (what == "POST /v1/certificates/renew")
        return with<wire::RenewRequest>(
            asked.body, [&](const auto& request) { return service.renew_certificates(request, caller); });
    if (what == "GET /v1/authority") return found(service.authority());
    return error(404, "there is no such endpoint");
}

}  // namespace tenantry::api
