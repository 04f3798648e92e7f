#include "scaler.hpp"

#include <optional>

#include <fmt/format.h>

namespace tenantry::engine {
namespace {

using std::chrono::microseconds;

// Mean use between two looks, of 1000 of each task's CPU. Nothing where a task was not there at both: it has just
// started, or started again.
std::optional<std::uint32_t> load_between(const std::map<std::string, microseconds>& before,
                                          const std::map<std::string, microseconds>& after,
                                          std::chrono::milliseconds time, std::uint32_t cpu) {
    if (after.empty() || time.count() <= 0 || cpu == 0) return std::nullopt;
    microseconds used{0};
    for (const auto& [task, now] : after) {
        const auto then = before.find(task);
        if (then == before.end() || then->second > now) return std::nullopt;
        used += now - then->second;
    }
    // used / (time * cpu / 1024 * tasks), of 1000
    const auto share = static_cast<std::int64_t>(after.size()) * cpu * time.count();
    return static_cast<std::uint32_t>(used.count() * 1024 / share);
}

std::string reason(const plan::ScaleStep& step) {
    return fmt::format("CPU at {}.{} %, target {} %", step.load / 10, step.load % 10, plan::scaleTarget / 10);
}

}  // namespace

Scaler::Scaler(ports::Containers& containers, ports::Clock& clock, std::chrono::milliseconds every, Look look,
               Tell tell)
    : containers_(containers),
      clock_(clock),
      every_(every),
      look_(std::move(look)),
      tell_(std::move(tell)),
      thread_([this] { run(); }) {}

void Scaler::stop() {
    {
        const std::scoped_lock lock(mutex_);
        if (stopped_) return;
        stopped_ = true;
    }
    ending_.notify_all();
    thread_.join();
}

void Scaler::run() {
    std::unique_lock lock(mutex_);
    while (!ending_.wait_for(lock, every_, [this] { return stopped_; })) {
        lock.unlock();
        measure();
        lock.lock();
    }
}

void Scaler::measure() {
    std::map<std::string, Measured> now;
    for (const Ranged& service : look_()) {
        const std::string id = service.placement.str() + "/" + service.range.service;
        now.emplace(id, measured(service, std::move(measured_[id])));
    }
    measured_ = std::move(now);  // what is no more, or is being changed, begins anew
}

Scaler::Uses Scaler::uses_of(const Ranged& service) const {
    Uses uses;
    if (service.ready.size() != service.tasks) return uses;
    for (const std::string& task : service.ready)
        if (const auto used = containers_.cpu_used(service.placement, task)) uses.emplace(task, *used);
    if (uses.size() != service.tasks) uses.clear();
    return uses;
}

Scaler::Measured Scaler::measured(const Ranged& service, Measured before) {
    Measured now{{}, uses_of(service), clock_.boot_ms()};
    const std::chrono::milliseconds time(now.at - before.at);
    const auto load = load_between(before.uses, now.uses, time, service.range.cpu);
    plan::ScaleStep step =
        plan::step(std::move(before.state), {service.tasks, load}, {service.range.least, service.range.most});
    now.state = std::move(step.state);
    if (step.tasks) tell_(service.placement, {service.range.service, *step.tasks, reason(step)});
    return now;
}

}  // namespace tenantry::engine
