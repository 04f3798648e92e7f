#include "effects.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "spread.hpp"

namespace tenantry::engine {
namespace {

using plan::EnvironmentCommand;
using ports::StillWanted;
using world::EnvironmentSpec;
using world::Placement;

// How long a load balancer that has just started may take to find its services well.
constexpr std::chrono::seconds answersWithin{10};
constexpr std::chrono::milliseconds askEvery{10};
// Each question is a TLS handshake at both ends: the longer it takes, the less often it is asked.
constexpr std::chrono::milliseconds rarestAsk{100};
constexpr std::chrono::milliseconds takenUpWithin{200};
// Of a load balancer that shall end with all that is behind it.
constexpr std::chrono::milliseconds balancerDrain{1'000};

// Whether a task shall answer for `/`; where none does, the load balancer itself says so.
bool is_front_served(const EnvironmentSpec& spec) {
    return spec.front.empty() || std::ranges::any_of(spec.tasks, [&](const world::TaskSpec& task) {
               return task.service == spec.front && !task.spare && !task.onLoad;
           });
}

Result<void> check_answer(const Ports& ports, const Placement& placement, const std::string& host, bool isServed,
                          const StillWanted& isWanted) {
    const auto until = std::chrono::steady_clock::now() + answersWithin;
    for (auto every = askEvery;; every = std::min(every * 3 / 2, rarestAsk)) {
        const int status = TRY(wrap(ports.probe.answers(placement, host), "https://{}", host));
        // Any other answer is the service's own word; these are the load balancer's, when nothing is behind it.
        if (!isServed || (status != 502 && status != 503 && status != 504)) return {};
        if (!isWanted()) return fail("it is not wanted any more");
        if (std::chrono::steady_clock::now() > until) return fail("https://{} answers with status {}", host, status);
        std::this_thread::sleep_for(every);
    }
}

// The files follow at once: who reads a password just before it is needed finds the one that the store takes.
Result<void> grant_stores(const Ports& ports, const EnvironmentSpec& spec, const StillWanted& isWanted) {
    bool changed = false;
    for (const world::StoreSpec& store : spec.stores)
        changed =
            TRY(wrap(ports.stores.ensure(spec.placement, store, isWanted), "the store {}", store.name)) || changed;
    return changed ? ports.files.ensure_secrets(spec) : Result<void>();
}

// Whoever reads passwords has read the last ones by now.
Result<void> settle_stores(const Ports& ports, const EnvironmentSpec& spec, const StillWanted& isWanted) {
    bool changed = false;
    for (const world::StoreSpec& store : spec.stores)
        changed =
            TRY(wrap(ports.stores.settle(spec.placement, store, isWanted), "the store {}", store.name)) || changed;
    return changed ? ports.files.ensure_secrets(spec) : Result<void>();
}

// A claim that does not hold, or nothing.
Result<std::optional<std::string>> check(const Ports& ports, const EnvironmentSpec& spec, const StillWanted& isWanted) {
    TRY_VOID(settle_stores(ports, spec, isWanted));
    const world::ObservedNetwork observed = TRY(ports.network.observe(spec.placement));
    if (auto violated = TRY(ports.checker.prove(spec, observed))) return violated;
    for (const world::SocketSpec& socket : spec.network.sockets)
        TRY_VOID(check_answer(ports, spec.placement, socket.host, is_front_served(spec), isWanted));
    return std::nullopt;
}

// New connections go to those that serve; the load balancer is told last, when the tasks can reach what they call.
Result<void> direct(const Ports& ports, const EnvironmentSpec& spec, const std::set<std::string>& serving) {
    const std::string rules = TRY(spread_over(spec, serving));
    TRY_VOID(ports.network.set_rules(spec.placement, rules));
    const std::vector<world::BehindSpec> behind = behind_balancer(spec, serving);
    for (const world::TaskSpec& task : spec.tasks)
        if (task.kind == world::TaskKind::balancer)
            TRY_VOID(ports.containers.direct(spec.placement, task.name, behind));
    return {};
}

std::vector<std::string> stores_to_empty(const EnvironmentSpec& spec, const std::string& job) {
    for (const world::TaskSpec& task : spec.tasks)
        if (task.job && task.job->reset && task.service == job) return task.job->reset->stores;
    return {};
}

Result<void> carry_out(const Ports& ports, EnvironmentCommand command, const EnvironmentRow& row,
                       const EnvironmentSpec* spec, const StillWanted& isWanted) {
    const Placement& placement = row.placement;
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
        case EnvironmentCommand::direct:
        case EnvironmentCommand::check:
        case EnvironmentCommand::emptyStores:
            break;
    }
    if (spec == nullptr) return fail("what {} shall be is not known", placement.str());
    switch (command) {
        case EnvironmentCommand::writeFiles:
            return ports.files.ensure(*spec);
        case EnvironmentCommand::makeNetwork:
            return ports.network.ensure(spec->network, TRY(spread_over(*spec, row.state.serving)));
        case EnvironmentCommand::emptyStores:
            return ports.files.empty(*spec, stores_to_empty(*spec, row.state.resetting));
        case EnvironmentCommand::direct:
            return direct(ports, *spec, row.state.serving);
        case EnvironmentCommand::grantStores:
            return grant_stores(ports, *spec, isWanted);
        default:
            return ports.ingress.ensure(placement, spec->network.sockets);
    }
}

// No new connection comes any more: those that came end first. The load balancer keeps connections to frontends open;
// what it has sent on them is taken up in this time, and answered before the frontend ends.
void await_drained(const Ports& ports, const TaskRow& row) {
    if (row.spec.kind == world::TaskKind::balancer) return;  // it waits itself
    const auto until = std::chrono::steady_clock::now() + row.spec.drain;
    std::this_thread::sleep_for(takenUpWithin);
    if (!row.spec.calledAt) return;
    while (std::chrono::steady_clock::now() < until) {
        const auto left = ports.network.connections(row.placement, row.spec.address);
        if (!left || *left == 0) return;
        std::this_thread::sleep_for(askEvery);
    }
}

}  // namespace

Event run_command(const Ports& ports, EnvironmentCommand command, const EnvironmentRow& row,
                  const EnvironmentSpec* spec, const StillWanted& isWanted) {
    const std::uint64_t epoch = row.state.epoch;
    plan::EnvironmentEvent event = plan::environment_event::Done{command, epoch};
    Result<void> done;
    if (command == EnvironmentCommand::check && spec != nullptr) {
        auto checked = check(ports, *spec, isWanted);
        if (!checked)
            done = std::unexpected(checked.error());
        else if (*checked)
            event = plan::environment_event::Violated{epoch, **std::move(checked)};
    } else {
        done = carry_out(ports, command, row, spec, isWanted);
    }
    if (!done) event = plan::environment_event::Failed{command, epoch, done.error().text()};
    return {row.placement, "", std::move(event), {}, {}, {}};
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
        const bool drains = command == plan::TaskCommand::drain;
        if (drains) await_drained(ports, row);
        const bool ends = row.spec.kind == world::TaskKind::balancer && !drains;
        const auto stopped = ports.containers.stop(row.placement, row.spec.name, ends ? balancerDrain : row.spec.drain);
        if (stopped)
            event = plan::task_event::Stopped{};
        else
            event = plan::task_event::StopFailed{stopped.error().text()};
    }
    return {row.placement, row.spec.name, std::move(event), {}, {}, {}};
}

}  // namespace tenantry::engine
