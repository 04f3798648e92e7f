

#include "programs.hpp"

namespace tenantry::model {
namespace {

// HAProxy's times end at 2^31 - 1 ms (its manual, 2.5), far behind anything of use.
constexpr Duration rarestCheck{3'600'000};

void read_routes(const std::optional<Place>& place, Service& service, Diagnostics& diagnostics) {
    if (!place || !expect_map(*place, "`routes`", diagnostics)) return;
    if (place->node.size() > mostRoutes) {
        diagnostics.add(code::badValue, place->keyAt,
                        fmt::format("`{}` has {} routes; a frontend has at most {}.", service.name.str(),
                                    place->node.size(), mostRoutes));
        return;
    }
    for (std::size_t i = 0; i < place->node.size(); ++i) {
        const syntax::Entry entry = place->node.entry(i);
        auto prefix = PathPrefix::parse(entry.key);
        if (!prefix)
            diagnostics.add(code::badValue, entry.keyAt,
                            fmt::format("The path prefix {} {}.", quote(entry.key), prefix.error()));
        auto to = read_scalar(entry.value, "The service", diagnostics, ServiceName::parse);
        if (prefix && to) service.routes.push_back({*std::move(prefix), *std::move(to), entry.value.at()});
    }
    std::ranges::sort(service.routes, {}, &Route::prefix);
}

void read_calls(const std::optional<Place>& place, Service& service, Diagnostics& diagnostics) {
    if (!place || !expect_list(*place, "`calls`", diagnostics)) return;
    for (std::size_t i = 0; i < place->node.size(); ++i) {
        const syntax::Node item = place->node.item(i);
        if (auto to = read_scalar(item, "The service", diagnostics, ServiceName::parse))
            service.calls.push_back({*std::move(to), item.at()});
    }
    sort_unique(service.calls, &Call::to);
}

void read_health(const std::optional<Place>& place, Service& service, Diagnostics& diagnostics) {
    Health& health = service.health;
    health.kind = service.port ? Health::Kind::tcp : Health::Kind::exit;
    if (service.tier == Tier::frontend) health.kind = Health::Kind::http, health.path = "/";
    if (!place) return;
    MapReader map(*place, "`health`", keys::health(), diagnostics);
    const auto path = map.scalar("path", PathPrefix::parse);
    const auto command = read_words(map.find("command"), "`command`", diagnostics);
    if (path && map.find("command"))
        diagnostics.add(code::badValue, place->keyAt, "A health check is a `path` or a `command`, not both.",
                        "keep one of the two");
    if (path) health.kind = Health::Kind::http, health.path = path->str();
    if (!command.empty()) health.kind = Health::Kind::command, health.command = command, health.path.clear();
    if (path && !service.port)
        diagnostics.add(code::noPort, place->keyAt,
                        fmt::format("`{}` has no `port` to ask for `{}`.", service.name.str(), path->str()),
                        "write `port: 8080`, or check with a `command`");
    health.every = map.scalar("every", parse_duration).value_or(health.every);
    health.grace = map.scalar("grace", parse_duration).value_or(health.grace);
    if (health.every < Duration{100})
        diagnostics.add(code::badValue, map.find("every")->node.at(),
                        "Checks less than 100ms apart would load the service.");
    if (health.every > rarestCheck)
        diagnostics.add(code::badValue, map.find("every")->node.at(),
                        "A service that is checked less than once an hour may be down for hours.");
}

void check_tier(MapReader& map, const Service& service, Diagnostics& diagnostics) {
    const bool frontend = service.tier == Tier::frontend;
    const auto refuse = [&](std::string_view key, std::string_view help) {
        if (const auto place = map.find(key))
            diagnostics.add(code::wrongTier, place->keyAt,
                            fmt::format("`{}` is no key of a {} service such as `{}`.", key, to_string(service.tier),
                                        service.name.str()),
                            std::string(help));
    };
    for (const TierRule& rule : keys::tier_rules())
        if (rule.tier == service.tier) refuse(rule.key, rule.help);
    if (frontend) {
        const auto place = map.find("static");
        const auto routes = map.find("routes");
        if (!place && (!routes || (routes->node.is_map() && routes->node.size() == 0)))
            diagnostics.add(code::nothingServed, service.at,
                            fmt::format("`{}` has neither `routes` nor `static`.", service.name.str()),
                            "write `routes: { /: SERVICE }`");
        if (place && !service.image)
            diagnostics.add(code::missingKey, place->keyAt,
                            fmt::format("`static` is a folder of an image, and `{}` names none.", service.name.str()),
                            "write `image: ...`");
    } else {
        map.require("image", "image: lend/api");
    }
}

void read_service(const syntax::Entry& entry, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    auto name = ServiceName::parse(entry.key);
    if (!name) {
        diagnostics.add(code::badValue, entry.keyAt,
                        fmt::format("The service name {} {}.", quote(entry.key), name.error()));
        return;
    }
    MapReader map({entry.value, entry.keyAt}, fmt::format("the service `{}`", entry.key), keys::service(), diagnostics);
    Service service{*std::move(name), entry.keyAt};
    const auto tier = map.scalar("tier", parse_tier);
    service.tier = tier.value_or(Tier::middleware);
    service.image = map.scalar("image", ImageRef::parse);
    service.staticFolder = map.scalar("static", parse_static_folder);
    service.port = map.scalar("port", parse_port);
    if (!service.port && map.find("port")) service.port = Port{8080};  // what is wrong with it was told
    if (service.tier == Tier::frontend && !service.port) service.port = Port{8080};
    service.drain = map.scalar("drain", parse_duration).value_or(service.drain);
    service.command = read_words(map.find("command"), "`command`", diagnostics);
    service.tasks =
        read_per_stage<TaskCount>(map.find("tasks"), "The number of tasks", stages, diagnostics, parse_tasks);
    service.cpu = read_per_stage<Cpu>(map.find("cpu"), "The CPU", stages, diagnostics, parse_cpu);
    service.memory = read_per_stage<Bytes>(map.find("memory"), "The memory", stages, diagnostics, parse_bytes);
    if (const auto env = map.find("env")) service.env = read_env(*env, diagnostics);
    service.stores = read_store_uses(map.find("stores"), diagnostics);
    service.secrets = read_secret_uses(map.find("secrets"), diagnostics);
    service.egress = read_egress(map.find("egress"), diagnostics);
    read_routes(map.find("routes"), service, diagnostics);
    read_calls(map.find("calls"), service, diagnostics);
    read_health(map.find("health"), service, diagnostics);
    if (tier && map.is_map()) check_tier(map, service, diagnostics);
    platform.services.push_back(std::move(service));
}

}  // namespace

void read_services(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    if (!expect_map(place, "`services`", diagnostics)) return;
    if (place.node.size() > mostServices) {
        diagnostics.add(
            code::badValue, place.keyAt,
            fmt::format("There are {} services; a platform has at most {}.", place.node.size(), mostServices));
        return;
    }
    for (std::size_t i = 0; i < place.node.size(); ++i)
        read_service(place.node.entry(i), stages, platform, diagnostics);
}

}  // namespace tenantry::model
