#include "effects.hpp"

#include <thread>

#include <fmt/format.h>

namespace tenantry::engine {
namespace {

using plan::EnvironmentCommand;
using world::EnvironmentSpec;
using world::Placement;

// How long a load balancer that has just started may take to find its services well.
constexpr std::chrono::seconds answersWithin{10};
constexpr std::chrono::milliseconds askEvery{10};

Result<void> check_answer(const Ports& ports, const Placement& placement, const std::string& host) {
    const auto until = std::chrono::steady_clock::now() + answersWithin;
    while (true) {
        const int status = TRY(wrap(ports.probe.answers(placement, host), "https://{}", host));
        // Any other answer is the service's own word; these are the load balancer's, when nothing is behind it.
        if (status != 502 && status != 503 && status != 504) return {};
        if (std::chrono::steady_clock::now() > until) return fail("https://{} answers with status {}", host, status);
        std::this_thread::sleep_for(askEvery);
    }
}

// A claim that does not hold, or nothing.
Result<std::optional<std::string>> check(const Ports& ports, const EnvironmentSpec& spec) {
    const world::ObservedNetwork observed = TRY(ports.network.observe(spec.placement));
    if (auto violated = TRY(ports.checker.prove(spec, observed))) return violated;
    for (const world::SocketSpec& socket : spec.network.sockets)
        TRY_VOID(check_answer(ports, spec.placement, socket.host));
    return std::nullopt;
}

Result<void> carry_out(const Ports& ports, EnvironmentCommand command, const Placement& placement,
                       const EnvironmentSpec* spec) {
    switch (command) {
        case EnvironmentCommand::closeIngress:
            return ports.ingress.remove(placement);
        case EnvironmentCommand::removeNetwork:
            return ports.network.remove(placement);
        case EnvironmentCommand::removeFiles:
            return ports.files.remove(placement);
        case EnvironmentCommand::destroyData:
            return ports.files.destroy(placement);
        case EnvironmentCommand::writeFiles:
        case EnvironmentCommand::makeNetwork:
        case EnvironmentCommand::openIngress:
        case EnvironmentCommand::grantStores:
        case EnvironmentCommand::check:
            break;
    }
    if (spec == nullptr) return fail("what {} shall be is not known", placement.str());
    switch (command) {
        case EnvironmentCommand::writeFiles:
            return ports.files.ensure(*spec);
        case EnvironmentCommand::makeNetwork: {
            const world::TextSpec* rules = spec->text("nftables.json");
            if (rules == nullptr) return fail("{} has no rule set", placement.str());
            return ports.network.ensure(spec->network, rules->text);
        }
        case EnvironmentCommand::grantStores:
            for (const world::StoreSpec& store : spec->stores)
                TRY_VOID(wrap(ports.stores.ensure(placement, store), "the store {}", store.name));
            return {};
        default:
            return ports.ingress.ensure(placement, spec->network.sockets);
    }
}

}  // namespace

Event run_command(const Ports& ports, EnvironmentCommand command, std::uint64_t epoch, const Placement& placement,
                  const EnvironmentSpec* spec) {
    plan::EnvironmentEvent event = plan::environment_event::Done{command, epoch};
    Result<void> done;
    if (command == EnvironmentCommand::check && spec != nullptr) {
        auto checked = check(ports, *spec);
        if (!checked)
            done = std::unexpected(checked.error());
        else if (*checked)
            event = plan::environment_event::Violated{epoch, **std::move(checked)};
    } else {
        done = carry_out(ports, command, placement, spec);
    }
    if (!done) event = plan::environment_event::Failed{command, epoch, done.error().text()};
    return {placement, "", std::move(event), {}, {}, {}};
}

Event run_command(const Ports& ports, plan::TaskCommand command, const TaskRow& row) {
    plan::TaskEvent event;
    if (command == plan::TaskCommand::start) {
        auto started = ports.containers.start(row.placement, row.spec);
        if (started)
            event = plan::task_event::Started{*started};
        else
            event = plan::task_event::StartFailed{started.error().text()};
    } else {
        const auto stopped = ports.containers.stop(row.placement, row.spec.name, row.spec.drain);
        if (stopped)
            event = plan::task_event::Stopped{};
        else
            event = plan::task_event::StopFailed{stopped.error().text()};
    }
    return {row.placement, row.spec.name, std::move(event), {}, {}, {}};
}

}  // namespace tenantry::engine
