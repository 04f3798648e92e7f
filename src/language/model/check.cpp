// What can only be seen with the whole platform read: references, circles, names, hosts.

#include <algorithm>

#include <tenantry/model/hosts.hpp>

#include "reading.hpp"

namespace tenantry::model {
namespace {

std::vector<std::string_view> service_names(const Platform& platform) {
    std::vector<std::string_view> names;
    for (const Service& service : platform.services) names.push_back(service.name.str());
    return names;
}

// A call or route must lead to a middleware service that listens.
void check_target(const Platform& platform, const Service& from, const ServiceName& to, Span at,
                  Diagnostics& diagnostics) {
    const Service* target = platform.service(to.str());
    if (target == nullptr) {
        diagnostics.add(
            code::unknownName, at,
            fmt::format("`{}` refers to {}, and there is no such service.", from.name.str(), quote(to.str())),
            suggest(to.str(), service_names(platform)));
    } else if (target->tier == Tier::frontend) {
        diagnostics.add(code::wrongTier, at,
                        fmt::format("`{}` is a frontend; only the load balancer reaches it.", to.str()),
                        "name a middleware service");
    } else if (!target->port) {
        diagnostics.add(
            code::noPort, at, fmt::format("`{}` connects to `{}`, which has no `port`.", from.name.str(), to.str()),
            fmt::format("write `port: 8080` at `{}`", to.str()), {{target->at, "a worker, as it stands here"}});
    }
}

void check_references(const Platform& platform, Diagnostics& diagnostics) {
    for (const Service& service : platform.services) {
        for (const Call& call : service.calls) check_target(platform, service, call.to, call.at, diagnostics);
        for (const Route& route : service.routes) check_target(platform, service, route.to, route.at, diagnostics);
        if (service.name.str() == "load-balancer" || service.name.str() == "router")
            diagnostics.add(code::sameName, service.at,
                            fmt::format("Every environment has a `{}` of its own.", service.name.str()),
                            "choose another name for the service");
        if (service.tier == Tier::frontend && service.routes.empty() && !service.staticFolder)
            diagnostics.add(code::nothingServed, service.at,
                            fmt::format("`{}` has neither `routes` nor `static`.", service.name.str()),
                            "write `routes: { /: SERVICE }`");
    }
}

// Depth first over calls; tells each circle once, from its first service by name.
class CircleFinder {
  public:
    CircleFinder(const Platform& platform, Diagnostics& diagnostics)
        : platform_(platform), diagnostics_(diagnostics), state_(platform.services.size(), State::fresh) {}

    void run() {
        for (std::size_t i = 0; i < state_.size(); ++i)
            if (state_[i] == State::fresh) visit(i);
    }

  private:
    enum class State : std::uint8_t { fresh, open, done };

    void visit(std::size_t at) {
        state_[at] = State::open;
        path_.push_back(at);
        for (const Call& call : platform_.services[at].calls) {
            const Service* target = platform_.service(call.to.str());
            if (target == nullptr) continue;
            const auto next = static_cast<std::size_t>(target - platform_.services.data());
            if (state_[next] == State::open) tell(next, call.at);
            if (state_[next] == State::fresh && path_.size() < longest) visit(next);
        }
        path_.pop_back();
        state_[at] = State::done;
    }

    void tell(std::size_t first, Span at) {
        std::string circle;
        for (auto step = std::ranges::find(path_, first); step != path_.end(); ++step)
            circle += platform_.services[*step].name.str() + " -> ";
        circle += platform_.services[first].name.str();
        diagnostics_.add(code::callCycle, at, fmt::format("This call closes the circle {}.", circle),
                         "take one of these calls out");
    }

    static constexpr std::size_t longest = 1000;  // bounds the depth of the stack
    const Platform& platform_;
    Diagnostics& diagnostics_;
    std::vector<State> state_;
    std::vector<std::size_t> path_;
};

void check_routes(const Platform& platform, Diagnostics& diagnostics) {
    struct Taken {
        std::string_view prefix;
        const Service* by;
        Span at;
    };
    std::vector<Taken> taken;
    const auto take = [&](std::string_view prefix, const Service& service, Span at) {
        const auto other = std::ranges::find(taken, prefix, &Taken::prefix);
        if (other == taken.end()) {
            taken.push_back({prefix, &service, at});
        } else if (other->by != &service) {
            diagnostics.add(
                code::sameRoute, at,
                fmt::format("`{}` is taken by `{}` and by `{}`.", prefix, other->by->name.str(), service.name.str()),
                "give each prefix to one frontend", {{other->at, "first here"}});
        }
    };
    for (const Service& service : platform.services) {
        for (const Route& route : service.routes) take(route.prefix.str(), service, route.at);
        if (service.staticFolder) take("/", service, service.at);
    }
}

void check_tenant_names(const Platform& platform, Diagnostics& diagnostics) {
    for (const Tenant& tenant : platform.tenants)
        for (const Stage& stage : platform.stages)
            if (tenant.name.str().ends_with("-" + stage.name.str()))
                diagnostics.add(code::sameName, tenant.at,
                                fmt::format("`{}` ends in `-{}`, as the names of environments in that stage do.",
                                            tenant.name.str(), stage.name.str()),
                                "choose a name that does not end in a stage's");
}

struct HostUse {
    HostName name;
    Span at;
    std::string environment;
};

void check_host_limits(const Platform& platform, const Tenant& tenant, const Stage& stage, Diagnostics& diagnostics) {
    const std::string label = host_label(platform, tenant, stage);
    const std::size_t domain = platform.domain.str().size();
    if (label.size() > 63)
        diagnostics.add(code::nameTooLong, tenant.at,
                        fmt::format("The label `{}` has {} bytes; a DNS label has at most 63.", label, label.size()));
    else if (label.size() + 1 + domain > 253)
        diagnostics.add(code::nameTooLong, tenant.at,
                        fmt::format("The host `{}.{}` has more than 253 bytes.", label, platform.domain.str()));
    if (const std::size_t local = label.size() + 1 + platform.local.domain.size(); local > longestLocalHost)
        diagnostics.add(
            code::nameTooLong, tenant.at,
            fmt::format("On target local the host `{}.{}` has {} bytes; a socket's path leaves room for {}.", label,
                        platform.local.domain, local, longestLocalHost),
            "shorten the tenant's name or `targets.local.domain`");
}

void check_own_host(const Platform& platform, const Tenant& tenant, const TenantHost& host, Diagnostics& diagnostics) {
    const std::string& name = host.name.str();
    for (const std::string* domain : {&platform.domain.str(), &platform.local.domain})
        if (name == *domain || name.ends_with("." + *domain))
            diagnostics.add(code::sameHost, host.at,
                            fmt::format("`{}` lies inside the platform's own domain `{}`.", name, *domain),
                            "hosts of that domain are made from the tenant's name");
    if (name.size() > longestLocalHost)
        diagnostics.add(code::nameTooLong, host.at,
                        fmt::format("`{}` of `{}` has {} bytes; on target local a socket's path leaves room for {}.",
                                    name, tenant.name.str(), name.size(), longestLocalHost));
}

void check_hosts(const Platform& platform, Diagnostics& diagnostics) {
    std::vector<HostUse> uses;
    for (const Tenant& tenant : platform.tenants) {
        for (const StageName& name : tenant.stages)
            if (const Stage* stage = platform.stage(name.str()))
                check_host_limits(platform, tenant, *stage, diagnostics);
        for (const auto& [stage, hosts] : tenant.hosts)
            for (const TenantHost& host : hosts) {
                check_own_host(platform, tenant, host, diagnostics);
                uses.push_back({host.name, host.at, tenant.name.str() + "/" + stage});
            }
    }
    std::ranges::stable_sort(uses, {}, &HostUse::name);
    for (std::size_t i = 1; i < uses.size(); ++i)
        if (uses[i].name == uses[i - 1].name)
            diagnostics.add(code::sameHost, uses[i].at,
                            fmt::format("`{}` is a host of {} and of {}.", uses[i].name.str(), uses[i - 1].environment,
                                        uses[i].environment),
                            "give it to one of them", {{uses[i - 1].at, "first here"}});
}

// Variables that every task gets, or that this service's calls make.
bool is_reserved(const Service& service, std::string_view key) {
    if (key.starts_with("TENANTRY_") || key == "PORT") return true;
    return std::ranges::any_of(service.calls, [&](const Call& call) { return key == url_variable(call.to); });
}

void check_variables(const Platform& platform, const Place& root, Diagnostics& diagnostics) {
    const auto services = root.node.find("services");
    for (const Service& service : platform.services) {
        const auto node = services ? services->find(service.name.str()) : std::nullopt;
        const auto env = node ? node->find("env") : std::nullopt;
        for (std::size_t i = 0; env && env->is_map() && i < env->size(); ++i) {
            const syntax::Entry entry = env->entry(i);
            if (is_reserved(service, entry.key))
                diagnostics.add(
                    code::reservedVariable, entry.keyAt,
                    fmt::format("`{}` is set by Tenantry for every task of `{}`.", entry.key, service.name.str()),
                    "choose another name for the variable");
        }
    }
    for (const Tenant& tenant : platform.tenants)
        for (const auto& [stage, changes] : tenant.overrides)
            for (const auto& [name, change] : changes.services)
                for (const auto& [key, value] : change.env)
                    if (const Service* service = platform.service(name);
                        service != nullptr && is_reserved(*service, key.str()))
                        diagnostics.add(code::reservedVariable, tenant.at,
                                        fmt::format("`{}` of `{}` in {}/{} is set by Tenantry.", key.str(), name,
                                                    tenant.name.str(), stage),
                                        "choose another name for the variable");
}

}  // namespace

void check_platform(const Place& root, Platform& platform, Diagnostics& diagnostics) {
    check_references(platform, diagnostics);
    CircleFinder(platform, diagnostics).run();
    check_routes(platform, diagnostics);
    check_tenant_names(platform, diagnostics);
    check_hosts(platform, diagnostics);
    check_variables(platform, root, diagnostics);
}

}  // namespace tenantry::model
