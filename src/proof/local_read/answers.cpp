// answers.json: what the machine's entry answered to a stranger (docs/local-files.md).

#include "answers.hpp"

#include <fmt/format.h>

#include <tenantry/syntax/json.hpp>

#include "json_fields.hpp"

namespace tenantry::local_read {
namespace {

using verify::HostAnswer;

template <class Read>
void each_object(const Scope& scope, const Object& parent, std::string_view key, std::string_view what,
                 const Read& read) {
    const auto list = parent.list(key);
    for (std::size_t i = 0; list && i < list->size(); ++i)
        if (const auto object = Object::of(scope, list->item(i), what)) read(*object);
}

void read_others(const Scope& scope, const Object& root, HostAnswer& answer) {
    each_object(scope, root, "offers", "the offer", [&](const Object& offer) {
        offer.expect_only({"offered", "taken"});
        const auto offered = offer.text("offered"), taken = offer.text("taken");
        if (offered && taken) answer.offers.push_back({std::string(*offered), std::string(*taken), offer.at()});
    });
    each_object(scope, root, "others", "the request", [&](const Object& other) {
        other.expect_only({"serverName", "host", "status"});
        const auto serverName = other.text("serverName"), host = other.text("host");
        const auto status = other.number("status");
        if (serverName && host && status)
            answer.others.push_back({std::string(*serverName), std::string(*host), *status, other.at()});
    });
    const auto domains = root.list("cookieDomains");
    for (std::size_t i = 0; domains && i < domains->size(); ++i)
        if (const auto domain = as_text(domains->item(i)))
            answer.cookieDomains.push_back({std::string(*domain), domains->item(i).at()});
        else
            scope.unclear(domains->item(i).at(), "A cookie's domain is no text.");
}

void read_host(const Scope& scope, const Object& root) {
    root.expect_only({"host", "refused", "days", "offers", "transportSecurity", "redirect", "others", "cookieDomains"});
    const auto host = root.text("host"), refused = root.text("refused"), redirect = root.text("redirect");
    const auto days = root.number("days");
    const auto security = root.need("transportSecurity");
    if (!host || !refused || !redirect || !days || !security) return;
    HostAnswer answer;
    answer.owner = scope.owner;
    answer.host = *host;
    answer.refused = *refused;
    answer.days = {*days, root.find("days")->at()};
    answer.redirect = {std::string(*redirect), root.find("redirect")->at()};
    answer.transportSecurity = {as_large_number(*security), security->at()};
    answer.at = root.at();
    read_others(scope, root, answer);
    scope.reading.facts.answers->push_back(std::move(answer));
}

}  // namespace

void read_answers(const Scope& scope, SourceId source) {
    const auto tree = syntax::parse_json(scope.reading.sources, source, {}, scope.reading.diagnostics);
    if (!tree) return;
    const auto root = Object::of(scope, Node::root(*tree), "what was answered");
    if (!root) return;
    root->expect_only({"version", "hosts"});
    if (const auto version = root->number("version"); version && *version != 1)
        scope.unclear(root->find("version")->at(), fmt::format("Version {} of answers.json is not known.", *version));
    if (!scope.reading.facts.answers) scope.reading.facts.answers.emplace();
    each_object(scope, *root, "hosts", "the host", [&](const Object& host) { read_host(scope, host); });
}

}  // namespace tenantry::local_read
