#pragma once

// A machine in memory that can end at any moment: what was done stays, nothing more is done until `restart`.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <tenantry/engine/runner.hpp>

namespace tenantry::engine {

class FakeMachine : public ports::Files,
                    public ports::Network,
                    public ports::Ingress,
                    public ports::Containers,
                    public ports::Stores,
                    public ports::Probe,
                    public ports::Checker,
                    public ports::StateStore,
                    public ports::Clock {
  public:
    struct Task {
        std::string digest;
        world::TaskProcess process;
        bool operator==(const Task&) const = default;
    };
    /// What the world has.
    std::map<std::string, world::EnvironmentSpec> files;
    std::map<std::string, world::NetSpec> networks;
    std::map<std::string, std::string> rules;
    std::set<std::string> ingress;
    std::set<std::string> data, granted;
    std::vector<std::string> settled, secretsWritten;
    std::map<std::string, Task> tasks;
    std::set<std::string> brokenTasks;  // names that do not start
    std::set<std::string> endedJobs;    // jobs that have run and were not stopped since
    std::vector<std::string> ran;       // jobs, each time that one did
    bool takesPassword = false;         // what `ensure` of a store says
    std::atomic<bool> storesNeverCome = false, waitsForStore = false;
    std::string refused;  // what `prove` says, where it is not empty
    int starts = 0;
    std::vector<std::string> emptied;  // stores, each time that one was
    bool emptiedWhileItRan = false;
    std::atomic<std::int64_t> wallSeconds = 1'795'939'200;  // 2026-11-29T08:00:00Z
    std::atomic<std::chrono::microseconds> usesCpu{};       // of each task, between two looks

    /// Whether the rules of the environment that there is direct connections to the address.
    bool spreads_over(const std::string& address) {
        const std::scoped_lock lock(mutex_);
        return std::ranges::any_of(
            rules, [&](const auto& row) { return row.second.find('"' + address + '"') != std::string::npos; });
    }
    /// Of the ledger.
    std::vector<std::string> lines() {
        const std::scoped_lock lock(mutex_);
        std::vector<std::string> lines;
        for (const ports::LedgerEntry& entry : ledger_) lines.push_back(entry.body);
        return lines;
    }

    Ports ports() { return {*this, *this, *this, *this, *this, *this, *this, *this, *this}; }

    void die() {
        const std::scoped_lock lock(mutex_);
        dead_ = true;
    }
    void restart() {
        const std::scoped_lock lock(mutex_);
        dead_ = false;
    }
    bool dead() {
        const std::scoped_lock lock(mutex_);
        return dead_;
    }

    Result<void> ensure(const world::EnvironmentSpec& spec) override {
        return act([&] {
            files[spec.placement.str()] = spec;
            if (!spec.stores.empty()) data.insert(spec.placement.str());
        });
    }
    Result<void> ensure_secrets(const world::EnvironmentSpec& spec) override {
        return act([&] { secretsWritten.push_back(spec.placement.str()); });
    }
    Result<bool> settle(const world::Placement& placement, const world::StoreSpec& store,
                        const ports::StillWanted&) override {
        TRY_VOID(act([&] { settled.push_back(placement.str() + "/" + store.name); }));
        return false;
    }
    Result<void> ensure(const world::NetSpec& spec, std::string_view text) override {
        const std::string id = "local/" + spec.platform + "/" + spec.environment;
        return act([&] { networks[id] = spec, rules[id] = text; });
    }
    Result<void> set_rules(const world::Placement& placement, std::string_view text) override {
        return act([&] { rules[placement.str()] = text; });
    }
    Result<std::size_t> connections(const world::Placement&, Ipv4) override { return 0; }
    Result<void> direct(const world::Placement&, std::string_view, std::span<const world::BehindSpec>) override {
        return act([] {});
    }
    Result<void> ensure(const world::Placement& placement, std::span<const world::SocketSpec>) override {
        return act([&] { ingress.insert(placement.str()); });
    }
    // Files, Network and Ingress have one `remove`, called in the order ingress, network, files.
    Result<void> remove(const world::Placement& placement) override {
        return act([&] {
            const std::string id = placement.str();
            if (ingress.erase(id) != 0 || networks.erase(id) != 0) return;
            files.erase(id);
        });
    }
    Result<void> empty(const world::EnvironmentSpec& spec, std::span<const std::string> stores) override {
        return act([&] {
            for (const std::string& store : stores) emptied.push_back(store);
            for (const auto& [id, task] : tasks)
                for (const world::StoreSpec& one : spec.stores)
                    if (id == spec.placement.str() + "/" + one.task) emptiedWhileItRan = true;
        });
    }
    Result<void> destroy(const world::Placement& placement) override {
        return act([&] { data.erase(placement.str()); });
    }
    Result<bool> ensure(const world::Placement& placement, const world::StoreSpec& store,
                        const ports::StillWanted& isWanted) override {
        if (storesNeverCome) {
            waitsForStore = true;
            waitsForStore.notify_all();
            while (isWanted()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return fail("it is not wanted any more");
        }
        TRY_VOID(act([&] { granted.insert(placement.str() + "/" + store.name); }));
        return takesPassword;
    }
    Result<world::ObservedStore> observe(const world::Placement&, const world::StoreSpec&) override {
        return world::ObservedStore{};
    }
    Result<world::ObservedNetwork> observe(const world::Placement&) override { return world::ObservedNetwork{}; }

    Result<world::TaskProcess> start(const world::Placement& placement, const world::TaskSpec& task) override {
        if (brokenTasks.contains(task.name)) return fail("no such program");
        const std::string id = placement.str() + "/" + task.name;
        world::TaskProcess process;
        TRY_VOID(act([&] {
            if (task.job) {
                if (endedJobs.insert(id).second) ran.push_back(task.name);
                process = {::getpid(), 1, 0};
                return;
            }
            Task& there = tasks[id];
            if (there.digest != task.digest) {
                there = {task.digest, {::getpid(), static_cast<std::uint64_t>(++starts), 0}};
            }
            process = there.process;
        }));
        return process;
    }
    Result<void> stop(const world::Placement& placement, std::string_view task, std::chrono::milliseconds) override {
        return act([&] {
            tasks.erase(placement.str() + "/" + std::string(task));
            endedJobs.erase(placement.str() + "/" + std::string(task));
        });
    }
    std::optional<world::TaskProcess> find(const world::Placement& placement, std::string_view task) override {
        const std::scoped_lock lock(mutex_);
        const auto found = tasks.find(placement.str() + "/" + std::string(task));
        return found == tasks.end() ? std::nullopt : std::optional(found->second.process);
    }
    std::optional<world::TaskEnd> ended(const world::Placement& placement, std::string_view task) override {
        const std::scoped_lock lock(mutex_);
        if (!endedJobs.contains(placement.str() + "/" + std::string(task))) return std::nullopt;
        return world::TaskEnd{};
    }
    Result<world::ObservedSandbox> observe(const world::Placement&, std::string_view) override {
        return world::ObservedSandbox{};
    }
    std::optional<std::chrono::microseconds> cpu_used(const world::Placement&, std::string_view) override {
        const std::scoped_lock lock(mutex_);
        return used_ += usesCpu.load();
    }
    Result<std::vector<std::string>> last_lines(const world::Placement&, std::string_view, std::size_t) override {
        return std::vector<std::string>{};
    }
    Result<void> healthy(const world::Placement&, const world::TaskSpec&) override { return {}; }
    Result<int> answers(const world::Placement&, std::string_view) override { return 200; }
    Result<std::optional<std::string>> prove(const world::EnvironmentSpec&, const world::ObservedNetwork&) override {
        return refused.empty() ? std::nullopt : std::optional(refused);
    }

    Result<ports::Journal> load() override {
        const std::scoped_lock lock(mutex_);
        ports::Journal journal;
        for (const auto& [id, machine] : machines_) journal.machines.push_back(machine);
        for (const auto& [id, command] : commands_) journal.commands.push_back(command);
        journal.lastCommand = lastCommand_;
        return journal;
    }
    Result<void> commit(const ports::Transition& transition, bool) override {
        return act([&] {
            if (transition.done) commands_.erase(*transition.done);
            if (transition.spec) specs_.insert(*transition.spec);
            for (const auto& machine : transition.machines) machines_[machine.id] = machine;
            for (const auto& id : transition.gone) {
                machines_.erase(id);
                std::erase_if(commands_, [&](const auto& row) { return row.second.machine == id; });
            }
            for (const auto& command : transition.commands) {
                commands_[command.id] = command;
                lastCommand_ = command.id;
            }
            for (const std::string& body : transition.ledger) ledger_.push_back({ledger_.size() + 1, body, {}});
        });
    }
    Result<std::string> spec(const std::string& digest) override {
        const std::scoped_lock lock(mutex_);
        return specs_.at(digest);
    }
    Result<void> drop_specs_but(const std::vector<std::string>&) override { return {}; }
    Result<std::vector<ports::LedgerEntry>> ledger(std::size_t count) override {
        const std::scoped_lock lock(mutex_);
        return std::vector(ledger_.end() - static_cast<std::ptrdiff_t>(std::min(count, ledger_.size())), ledger_.end());
    }

    std::int64_t boot_ms() override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }
    world::WallTime wall_time() override { return {wallSeconds}; }
    Result<world::ZoneRules> zone(const std::string& name, world::WallTime from, world::WallTime) override {
        if (name != "UTC") return fail("there is no zone {}", name);
        return world::ZoneRules{{{from, 0}}};
    }
    std::string wall() override { return "2026-11-24T08:00:00.000Z"; }

  private:
    template <class Act>
    Result<void> act(const Act& how) {
        const std::scoped_lock lock(mutex_);
        if (dead_) return fail("the process was killed");
        how();
        return {};
    }

    std::mutex mutex_;
    bool dead_ = false;
    std::map<std::string, ports::StoredMachine> machines_;
    std::map<std::uint64_t, ports::StoredCommand> commands_;
    std::map<std::string, std::string> specs_;
    std::uint64_t lastCommand_ = 0;
    std::chrono::microseconds used_{0};
    std::vector<ports::LedgerEntry> ledger_;
};

}  // namespace tenantry::engine
