#include <tenantry/base/text.hpp>
#include <tenantry/host/kernel_network.hpp>

#include "net_ensure.hpp"
#include "net_observe.hpp"
#include "net_pins.hpp"
#include "net_rules.hpp"
#include "net_space.hpp"
#include "net_tracked.hpp"

namespace tenantry::host {
namespace {

// Folders are made, unmounted and removed by these words.
Result<void> check_words(const world::Placement& placement) {
    const std::string& environment = placement.environment;
    const std::size_t slash = std::min(environment.find('/'), environment.size());
    const std::string_view tenant = std::string_view(environment).substr(0, slash);
    const std::string_view stage = std::string_view(environment).substr(std::min(slash + 1, environment.size()));
    if (grammar::label(placement.platform) || grammar::label(tenant) || grammar::label(stage))
        return fail("`{}` of `{}` is no environment", environment, placement.platform);
    return {};
}

Result<void> enter_router(const world::Placement& placement) {
    const auto router = TRY(open_pin(pin_path(namespaces_of(placement), routerName)));
    if (!router) return fail("its router is not there");
    return enter(*router);
}

}  // namespace

Result<void> KernelNetwork::ensure(const world::NetSpec& spec, std::string_view rules) {
    const world::Placement placement{spec.platform, spec.environment};
    TRY_VOID(check_words(placement));
    const std::string folder = namespaces_of(placement);
    return wrap(on_own_thread([&] { return ensure_network(spec, folder, rules); }), "making the network of {}",
                placement.str());
}

Result<void> KernelNetwork::set_rules(const world::Placement& placement, std::string_view rules) {
    TRY_VOID(check_words(placement));
    const auto set = [&]() -> Result<void> {
        TRY_VOID(enter_router(placement));
        return replace_rules(rules);
    };
    return wrap(on_own_thread(set), "changing the rules of {}", placement.str());
}

Result<std::size_t> KernelNetwork::connections(const world::Placement& placement, Ipv4 to) {
    TRY_VOID(check_words(placement));
    const auto count = [&]() -> Result<std::size_t> {
        TRY_VOID(enter_router(placement));
        return count_connections(to);
    };
    return wrap(on_own_thread(count), "looking for connections of {}", placement.str());
}

Result<void> KernelNetwork::remove(const world::Placement& placement) {
    TRY_VOID(check_words(placement));
    return wrap(remove_pin_folder(namespaces_of(placement)), "removing the network of {}", placement.str());
}

Result<world::ObservedNetwork> KernelNetwork::observe(const world::Placement& placement) {
    TRY_VOID(check_words(placement));
    const std::vector<world::SocketSpec> sockets = sockets_ ? sockets_(placement) : std::vector<world::SocketSpec>{};
    return wrap(on_own_thread([&] { return observe_network(placement, sockets); }), "looking at the network of {}",
                placement.str());
}

}  // namespace tenantry::host
