// What can only be seen with the whole platform read: references, circles, names, hosts.

#include <algorithm>
#include <map>
#include <set>

#include <tenantry/model/hosts.hpp>
#include <tenantry/model/variables.hpp>

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
        // `localhost` stands in every hosts file; the two others are in every environment.
        if (const std::string& name = service.name.str();
            name == "load-balancer" || name == "router" || name == "localhost")
            diagnostics.add(code::sameName, service.at, fmt::format("Every environment has a `{}` of its own.", name),
                            "choose another name for the service");
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

struct Taken {
    const Service* by;
    Span at;
};
using TakenPrefixes = std::map<std::string_view, Taken>;

// Prefixes that the load balancer must tell apart: those inside another of the same frontend go there anyway.
std::size_t count_outer(const TakenPrefixes& taken) {
    return static_cast<std::size_t>(std::ranges::count_if(taken, [&](const auto& row) {
        for (std::string_view outer = row.first; outer.rfind('/') != 0;) {
            outer = outer.substr(0, outer.rfind('/'));
            if (const auto other = taken.find(outer); other != taken.end()) return other->second.by != row.second.by;
        }
        return true;
    }));
}

void check_routes(const Platform& platform, Diagnostics& diagnostics) {
    TakenPrefixes taken;
    const auto take = [&](std::string_view prefix, const Service& service, Span at) {
        const auto [other, fresh] = taken.try_emplace(prefix, Taken{&service, at});
        if (!fresh && other->second.by != &service)
            diagnostics.add(code::sameRoute, at,
                            fmt::format("`{}` is taken by `{}` and by `{}`.", prefix, other->second.by->name.str(),
                                        service.name.str()),
                            "give each prefix to one frontend", {{other->second.at, "first here"}});
    };
    for (const Service& service : platform.services) {
        for (const Route& route : service.routes) take(route.prefix.str(), service, route.at);
        if (service.staticFolder) take("/", service, service.at);
    }
    if (taken.contains("/")) return;
    if (const std::size_t count = count_outer(taken); count > mostPrefixesWithoutRoot)
        diagnostics.add(
            code::badValue, taken.begin()->second.at,
            fmt::format("No frontend takes `/`, and the load balancer tells {} prefixes apart then; here are "
                        "{}.",
                        mostPrefixesWithoutRoot, count),
            "give `/` to a frontend, or put prefixes together");
}

// Where `stages` has the stage.
std::vector<Note> note_of_stage(const Place& root, const Stage& stage) {
    const auto stages = root.node.find("stages");
    for (std::size_t i = 0; stages && i < stages->size(); ++i)
        if (const syntax::Entry entry = stages->entry(i); entry.key == stage.name.str())
            return {{entry.keyAt, "the stage"}};
    return {};
}

void check_tenant_names(const Platform& platform, const Place& root, Diagnostics& diagnostics) {
    for (const Tenant& tenant : platform.tenants)
        for (const Stage& stage : platform.stages)
            if (tenant.name.str().ends_with("-" + stage.name.str()))
                diagnostics.add(code::sameName, tenant.at,
                                fmt::format("`{}` ends in `-{}`, as the names of environments in that stage do.",
                                            tenant.name.str(), stage.name.str()),
                                "choose a name that does not end in a stage's", note_of_stage(root, stage));
}

struct HostUse {
    HostName name;
    Span at;
    std::string environment;
    const Tenant* tenant;
};

// Who owns a domain could answer for every name inside it, with a certificate of its own.
void check_nested_hosts(const std::vector<HostUse>& uses, Diagnostics& diagnostics) {
    std::map<std::string_view, const HostUse*> byName;
    for (const HostUse& use : uses) byName.emplace(use.name.str(), &use);
    for (const HostUse& use : uses)
        for (std::string_view outer = use.name.str(); outer.find('.') != std::string_view::npos;) {
            outer.remove_prefix(outer.find('.') + 1);
            const auto other = byName.find(outer);
            if (other == byName.end() || other->second->tenant == use.tenant) continue;
            diagnostics.add(code::sameHost, use.at,
                            fmt::format("`{}` of {} lies inside `{}` of {}.", use.name.str(), use.environment, outer,
                                        other->second->environment),
                            "a tenant's hosts lie in domains of its own", {{other->second->at, "the other host"}});
        }
}

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
        for (const auto& [stage, hosts] : tenant.hosts) {
            if (hosts.size() > mostOwnHosts)
                diagnostics.add(code::badValue, hosts[mostOwnHosts].at,
                                fmt::format("`{}` has {} hosts in `{}`; the load balancer knows at most {}.",
                                            tenant.name.str(), hosts.size(), stage, mostOwnHosts));
            for (const TenantHost& host : hosts) {
                check_own_host(platform, tenant, host, diagnostics);
                uses.push_back({host.name, host.at, tenant.name.str() + "/" + stage, &tenant});
            }
        }
    }
    std::ranges::stable_sort(uses, {}, &HostUse::name);
    for (std::size_t i = 1; i < uses.size(); ++i)
        if (uses[i].name == uses[i - 1].name)
            diagnostics.add(code::sameHost, uses[i].at,
                            fmt::format("`{}` is a host of {} and of {}.", uses[i].name.str(), uses[i - 1].environment,
                                        uses[i].environment),
                            "give it to one of them", {{uses[i - 1].at, "first here"}});
    check_nested_hosts(uses, diagnostics);
}

void check_override_variables(const Platform& platform, const Tenant& tenant, std::string_view stage,
                              std::string_view name, const ServiceOverride& change, Diagnostics& diagnostics) {
    const Service* service = platform.service(name);
    if (service == nullptr) return;
    const auto given = given_variables(platform, *service);
    for (const auto& [key, value] : change.env)
        if (key.str().starts_with("TENANTRY_") || std::ranges::find(given, key.str(), &Variable::name) != given.end())
            diagnostics.add(
                code::reservedVariable, tenant.at,
                fmt::format("`{}` of `{}` in {}/{} is set by Tenantry.", key.str(), name, tenant.name.str(), stage),
                "choose another name for the variable");
}

// Two things that give one variable, the program's own `env` among them.
template <class Program>
void check_variables_of(const Platform& platform, const Program& program, const std::optional<syntax::Node>& node,
                        std::string_view what, Diagnostics& diagnostics) {
    std::map<std::string, std::string, std::less<>> given;
    for (const Variable& variable : given_variables(platform, program)) {
        const auto [other, fresh] = given.emplace(variable.name, variable.by);
        if (!fresh && other->second != variable.by)
            diagnostics.add(code::reservedVariable, program.at,
                            fmt::format("In the {} `{}` the variable `{}` would come from {} and from {}.", what,
                                        program.name.str(), variable.name, other->second, variable.by),
                            "choose another name for one of them");
    }
    const auto env = node ? node->find("env") : std::nullopt;
    for (std::size_t i = 0; env && env->is_map() && i < env->size(); ++i) {
        const syntax::Entry entry = env->entry(i);
        const auto other = given.find(entry.key);
        if (other != given.end() || entry.key.starts_with("TENANTRY_"))
            diagnostics.add(code::reservedVariable, entry.keyAt,
                            fmt::format("`{}` of the {} `{}` is set by {}.", entry.key, what, program.name.str(),
                                        other != given.end() ? other->second : "Tenantry alone"),
                            "choose another name for the variable");
    }
}

void check_variables(const Platform& platform, const Place& root, Diagnostics& diagnostics) {
    const auto services = root.node.find("services");
    for (const Service& service : platform.services)
        check_variables_of(platform, service, services ? services->find(service.name.str()) : std::nullopt, "service",
                           diagnostics);
    const auto jobs = root.node.find("jobs");
    for (const Job& job : platform.jobs)
        check_variables_of(platform, job, jobs ? jobs->find(job.name.str()) : std::nullopt, "job", diagnostics);
    for (const Tenant& tenant : platform.tenants)
        for (const auto& [stage, changes] : tenant.overrides)
            for (const auto& [name, change] : changes.services)
                check_override_variables(platform, tenant, stage, name, change, diagnostics);
}

std::vector<std::string_view> store_names(const Platform& platform) {
    std::vector<std::string_view> names;
    for (const Store& store : platform.stores) names.push_back(store.name.str());
    return names;
}

void check_uses(const Platform& platform, std::string_view user, const std::vector<StoreUse>& stores,
                const std::vector<SecretUse>& secrets, std::set<std::string_view>& used, Diagnostics& diagnostics) {
    for (const StoreUse& use : stores) {
        if (platform.store(use.store.str()) == nullptr)
            diagnostics.add(code::unknownName, use.at,
                            fmt::format("{} uses {}, and there is no such store.", user, quote(use.store.str())),
                            suggest(use.store.str(), store_names(platform)));
        else
            used.insert(use.store.str());
    }
    std::vector<std::string_view> known;
    for (const Secret& secret : platform.secrets) known.push_back(secret.name.str());
    for (const SecretUse& use : secrets)
        if (platform.secret(use.secret.str()) == nullptr)
            diagnostics.add(code::unknownName, use.at,
                            fmt::format("{} reads {}, and there is no such secret.", user, quote(use.secret.str())),
                            suggest(use.secret.str(), known));
}

// Names that mean something else to a store: PostgreSQL's roles `public` and `none`, Redis' user `default`, and ours.
void check_user_names(const Platform& platform, Diagnostics& diagnostics) {
    const auto check = [&](const auto& users) {
        for (const auto& user : users)
            for (const std::string_view taken : {"default", "none", "public", "tenantry"})
                if (user.name.str() == taken && !user.stores.empty())
                    diagnostics.add(
                        code::sameName, user.at,
                        fmt::format("A store's user cannot be named `{}`; stores have one of their own.", taken),
                        "choose another name for who uses the store");
    };
    check(platform.services);
    check(platform.jobs);
    check(platform.access);
}

void check_stores(const Platform& platform, Diagnostics& diagnostics) {
    std::set<std::string_view> used;
    for (const Service& service : platform.services)
        check_uses(platform, fmt::format("The service `{}`", service.name.str()), service.stores, service.secrets, used,
                   diagnostics);
    for (const Job& job : platform.jobs)
        check_uses(platform, fmt::format("The job `{}`", job.name.str()), job.stores, job.secrets, used, diagnostics);
    for (const AccessEntry& access : platform.access)
        check_uses(platform, fmt::format("The access `{}`", access.name.str()), access.stores, {}, used, diagnostics);
    check_user_names(platform, diagnostics);
    for (const Store& store : platform.stores)
        if (!used.contains(store.name.str()))
            diagnostics.add(code::unusedStore, store.at,
                            fmt::format("No service, job or access uses `{}`.", store.name.str()),
                            "take it out, or name it in `stores` of a service");
}

void check_jobs(const Platform& platform, const Place& root, Diagnostics& diagnostics) {
    const auto jobs = root.node.find("jobs");
    for (const Job& job : platform.jobs) {
        if (!job.reset) continue;
        for (const StageName& name : job.stages) {
            const Stage* stage = platform.stage(name.str());
            if (stage == nullptr || !stage->protect) continue;
            const auto node = jobs ? jobs->find(job.name.str()) : std::nullopt;
            const auto reset = node ? node->find("reset") : std::nullopt;
            diagnostics.add(
                code::resetProtected, reset ? reset->at() : job.at,
                fmt::format("`{}` would empty stores in `{}`, which is protected.", job.name.str(), name.str()),
                "name the stages that may be emptied: `stages: [demo]`");
        }
    }
}

// Services, jobs and stores of an environment run side by side under their names; services, jobs and access entries
// are users of a store under theirs.
void check_one_name_each(const Platform& platform, Diagnostics& diagnostics) {
    std::map<std::string_view, std::pair<Span, std::string_view>> taken;
    const auto take = [&](std::string_view name, Span at, std::string_view what) {
        const auto [other, fresh] = taken.emplace(name, std::pair(at, what));
        if (!fresh)
            diagnostics.add(code::sameName, at,
                            fmt::format("`{}` is the name of a {} and of a {}.", name, other->second.second, what),
                            "choose another name for one of them", {{other->second.first, "the other"}});
    };
    for (const Service& service : platform.services) take(service.name.str(), service.at, "service");
    for (const Job& job : platform.jobs) take(job.name.str(), job.at, "job");
    for (const Store& store : platform.stores) take(store.name.str(), store.at, "store");
    std::vector<std::string> behind;
    behind.reserve(platform.stores.size());  // names are looked at until the end
    for (const Store& store : platform.stores)
        if (store.engine == Engine::mongodb)
            take(behind.emplace_back(store.name.str() + "-postgresql"), store.at, "PostgreSQL behind a store");
    for (const AccessEntry& access : platform.access) take(access.name.str(), access.at, "access");
}

// Tenants that are named in waves and exceptions must be there.
void check_tenant_references(const Platform& platform, const Place& root, Diagnostics& diagnostics) {
    std::vector<std::string_view> known;
    for (const Tenant& tenant : platform.tenants) known.push_back(tenant.name.str());
    const auto check = [&](std::string_view name, Span at) {
        if (platform.tenant(name) == nullptr)
            diagnostics.add(code::unknownName, at, fmt::format("There is no tenant {}.", quote(name)),
                            suggest(name, known));
    };
    for (const Exception& exception : platform.exceptions)
        if (exception.tenant != "*") check(exception.tenant, exception.at);
    const auto delivery = root.node.find("delivery");
    for (std::size_t i = 0; delivery && delivery->is_map() && i < delivery->size(); ++i) {
        const auto waves = delivery->entry(i).value.find("waves");
        for (std::size_t j = 0; waves && waves->is_list() && j < waves->size(); ++j) {
            const auto tenants = waves->item(j).find("tenants");
            for (std::size_t k = 0; tenants && tenants->is_list() && k < tenants->size(); ++k)
                if (tenants->item(k).is_scalar()) check(tenants->item(k).text(), tenants->item(k).at());
        }
    }
}

}  // namespace

void check_platform(const Place& root, Platform& platform, Diagnostics& diagnostics) {
    check_references(platform, diagnostics);
    CircleFinder(platform, diagnostics).run();
    check_routes(platform, diagnostics);
    check_one_name_each(platform, diagnostics);
    check_stores(platform, diagnostics);
    check_jobs(platform, root, diagnostics);
    check_tenant_references(platform, root, diagnostics);
    check_tenant_names(platform, root, diagnostics);
    check_hosts(platform, diagnostics);
    check_variables(platform, root, diagnostics);
}

}  // namespace tenantry::model
