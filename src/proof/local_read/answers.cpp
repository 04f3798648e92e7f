// What was seen of the machine's entry and of stores (docs/local-files.md).

#include "answers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <tenantry/local_read/codes.hpp>

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
    read_seen(scope, source, "answers.json", {"version", "hosts"}, [&](const Object& root) {
        if (!scope.reading.facts.answers) scope.reading.facts.answers.emplace();
        each_object(scope, root, "hosts", "the host", [&](const Object& host) { read_host(scope, host); });
    });
}

namespace {

void read_probe(const Scope& scope, const Object& object) {
    object.expect_only({"task", "source", "address", "port", "arrived"});
    const auto task = object.text("task"), source = object.text("source"), address = object.text("address");
    const auto port = object.number("port");
    const auto arrived = object.boolean("arrived");
    if (!task || !source || !address || !port || !arrived) return;
    const auto to = Ipv4::parse(*address), from = Ipv4::parse(*source);
    if (*port > 65535)
        scope.wrong(code::malformedValue, object.find("port")->at(), "A port is at most 65535.");
    else if (!to || (!source->empty() && !from))
        scope.wrong(code::malformedValue, object.at(), "A probe goes from an IPv4 address to another.");
    else
        scope.reading.facts.probes->push_back({scope.owner, std::string(*task), from, *to,
                                               Port{static_cast<std::uint16_t>(*port)}, *arrived, object.at()});
}

}  // namespace

void read_probes(const Scope& scope, SourceId source) {
    read_seen(scope, source, "probes.json", {"version", "probes"}, [&](const Object& root) {
        if (!scope.reading.facts.probes) scope.reading.facts.probes.emplace();
        each_object(scope, root, "probes", "the probe", [&](const Object& probe) { read_probe(scope, probe); });
    });
}

void read_listeners(const Scope& scope, SourceId source) {
    read_seen(scope, source, "sockets.json", {"version", "sockets"}, [&](const Object& root) {
        if (!root.list("sockets")) return;
        auto& listeners = scope.reading.facts.listeners.emplace();
        each_object(scope, root, "sockets", "the socket", [&](const Object& socket) {
            socket.expect_only({"holder", "protocol", "address", "port"});
            const auto holder = socket.text("holder"), protocol = socket.text("protocol"),
                       address = socket.text("address");
            const auto port = socket.number("port");
            if (!holder || !protocol || !address || !port) return;
            if (*port > 65535)
                scope.wrong(code::malformedValue, socket.find("port")->at(), "A port is at most 65535.");
            else
                listeners.push_back({std::string(*holder), std::string(*protocol), std::string(*address),
                                     Port{static_cast<std::uint16_t>(*port)}, socket.at()});
        });
    });
}

namespace {

void read_user(const Scope& scope, const Object& object, verify::StoreFact& store) {
    object.expect_only({"name", "rights"});
    const auto name = object.text("name");
    const auto rights = object.list("rights");
    if (!name || !rights) return;
    verify::StoreFact::User user{std::string(*name), {}, object.at()};
    for (std::size_t i = 0; i < rights->size(); ++i)
        if (const auto right = as_text(rights->item(i)))
            user.rights.emplace_back(*right);
        else
            scope.unclear(rights->item(i).at(), "A right is no text.");
    std::ranges::sort(user.rights);
    store.users.push_back(std::move(user));
}

}  // namespace

void read_store(const Scope& scope, SourceId source) {
    read_seen(
        scope, source, "a store's observed.json", {"version", "store", "engine", "users"}, [&](const Object& root) {
            const auto name = root.text("store");
            if (!name || !root.list("users")) return;
            verify::StoreFact fact{scope.owner, std::string(*name), {}, root.at()};
            each_object(scope, root, "users", "the user", [&](const Object& user) { read_user(scope, user, fact); });
            scope.reading.facts.stores.push_back(std::move(fact));
        });
}

}  // namespace tenantry::local_read
