#include "machines.hpp"

#include <algorithm>
#include <deque>

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/base/hash.hpp>
#include <tenantry/base/json_text.hpp>
#include <tenantry/plan/json.hpp>

namespace tenantry::engine {

BOOST_DESCRIBE_STRUCT(EnvironmentRow, (), (placement, state))
BOOST_DESCRIBE_STRUCT(TaskRow, (), (placement, spec, state))

using plan::EnvironmentCommand;
using plan::TaskCommand;

std::string name_of(EnvironmentCommand command) { return boost::describe::enum_to_string(command, ""); }
std::string name_of(TaskCommand command) { return boost::describe::enum_to_string(command, ""); }

std::optional<EnvironmentCommand> environment_command(const std::string& name) {
    EnvironmentCommand command{};
    return boost::describe::enum_from_string(name.c_str(), command) ? std::optional(command) : std::nullopt;
}

std::optional<TaskCommand> task_command(const std::string& name) {
    TaskCommand command{};
    return boost::describe::enum_from_string(name.c_str(), command) ? std::optional(command) : std::nullopt;
}

std::pair<std::string, std::string> encoded(const world::EnvironmentSpec& spec) {
    std::string text = world::to_json(spec);
    std::string digest = blake2b(text).hex();
    return {std::move(digest), std::move(text)};
}

namespace {

// What is told in the ledger: the asked-for ends, not each step on the way.
bool is_told(plan::EnvironmentPhase before, plan::EnvironmentPhase after) {
    using plan::EnvironmentPhase;
    if (before == after) return false;
    return after == EnvironmentPhase::closing || after == EnvironmentPhase::closed || after == EnvironmentPhase::up ||
           after == EnvironmentPhase::failed || after == EnvironmentPhase::absent;
}

std::string asked_for(const Event& event) {
    const auto& body = std::get<plan::EnvironmentEvent>(event.body);
    if (const auto* run = std::get_if<plan::environment_event::Run>(&body))
        return "a run of the job " + run->job + " asked for";
    return event.spec ? "up asked for" : "down asked for";
}

std::uint32_t tasks_now(const plan::EnvironmentState& state, const std::string& service) {
    const auto found = std::ranges::find(state.ranged, service, &plan::RangedService::service);
    return found == state.ranged.end() ? 0 : plan::tasks_of(state, *found);
}

std::string ledger_line(const EnvironmentRow& row, const std::string& what, const std::string& by,
                        const std::string& wall, const std::string& why) {
    JsonText json;
    json.object(Layout::line).member("at", wall).member("placement", row.placement.str()).member("what", what);
    if (!by.empty()) json.member("by", by);
    json.member("spec", row.state.spec);
    if (!why.empty()) json.member("why", why);
    json.end();
    std::string line = std::move(json).take();
    line.pop_back();  // the newline
    return line;
}

std::string job_line(const Event& of, const plan::told::Finished& finished, const std::string& wall) {
    JsonText json;
    json.object(Layout::line).member("at", wall).member("placement", of.placement.str()).member("task", of.task);
    json.member("what", finished.well ? "job finished" : "job failed");
    if (!finished.well) json.member("why", finished.how);
    json.end();
    std::string line = std::move(json).take();
    line.pop_back();  // the newline
    return line;
}

}  // namespace

/// One event and all that it leads to in other machines.
class Applying {
  public:
    Applying(const Machines& before, plan::Instant now, const std::string& wall)
        : before_(before), now_(now), wall_(wall), lastCommand_(before.lastCommand_) {}

    Change run(const Event& event) {
        change_.transition.done = event.command;
        waiting_.push_back(event);
        while (!waiting_.empty()) {
            const Event next = std::move(waiting_.front());
            waiting_.pop_front();
            next.task.empty() ? environment(next) : task(next);
        }
        finish();
        return std::move(change_);
    }

  private:
    EnvironmentRow& row(const world::Placement& placement) {
        const std::string id = id_of(placement);
        auto [touched, isNew] = change_.environments.try_emplace(id);
        if (isNew) {
            const auto found = before_.environments_.find(id);
            touched->second = found == before_.environments_.end() ? EnvironmentRow{placement, {}} : found->second;
        }
        return *touched->second;
    }

    TaskRow* task_row(const world::Placement& placement, const std::string& name) {
        const std::string id = id_of(placement, name);
        auto [touched, isNew] = change_.tasks.try_emplace(id);
        if (!isNew) return &*touched->second;
        const auto found = before_.tasks_.find(id);
        const world::TaskSpec* wanted = wanted_task(placement, name);
        if (found != before_.tasks_.end())
            touched->second = found->second;
        else if (wanted != nullptr)
            touched->second = TaskRow{placement, *wanted, {}};
        if (touched->second) return &*touched->second;
        change_.tasks.erase(touched);
        return nullptr;
    }

    // What was asked for last.
    std::shared_ptr<const world::EnvironmentSpec> pending(const world::Placement& placement) const {
        const std::string id = id_of(placement);
        if (const auto found = change_.pending.find(id); found != change_.pending.end()) return found->second;
        const auto found = before_.pending_.find(id);
        return found == before_.pending_.end() ? nullptr : found->second;
    }

    const world::EnvironmentSpec* spec(const world::Placement& placement) const {
        const std::string id = id_of(placement);
        if (const auto found = change_.specs.find(id); found != change_.specs.end()) return found->second.get();
        const auto found = before_.specs_.find(id);
        return found == before_.specs_.end() ? nullptr : found->second.get();
    }

    const world::TaskSpec* wanted_task(const world::Placement& placement, const std::string& name) const {
        if (const world::EnvironmentSpec* known = spec(placement))
            for (const world::TaskSpec& task : known->tasks)
                if (task.name == name) return &task;
        return nullptr;
    }

    void environment(const Event& event) {
        EnvironmentRow& at = row(event.placement);
        const plan::EnvironmentPhase before = at.state.phase;
        if (event.spec) {
            change_.pending[id_of(event.placement)] = event.spec;
            change_.transition.spec = encoded(*event.spec);
        }
        const std::string spec = at.state.spec;
        const auto& body = std::get<plan::EnvironmentEvent>(event.body);
        const auto* scale = std::get_if<plan::environment_event::Scale>(&body);
        const std::uint32_t had = scale == nullptr ? 0 : tasks_now(at.state, scale->service);
        plan::EnvironmentStep step = plan::step(std::move(at.state), body, now_);
        at.state = std::move(step.state);
        if (at.state.spec != spec)
            if (auto adopted = pending(event.placement)) change_.specs[id_of(event.placement)] = std::move(adopted);
        for (const EnvironmentCommand command : step.commands)
            add(id_of(event.placement), name_of(command), at.state.epoch);
        for (plan::ToTask& told : step.told)
            waiting_.push_back({event.placement, told.task, plan::TaskEvent(std::move(told.event)), {}, {}, {}});
        change_.refused += step.refused;
        if (!event.by.empty() && step.refused.empty()) tell(at, asked_for(event), event.by);
        for (const std::string& note : step.notes) tell(at, note, "");
        if (scale != nullptr)
            if (const std::uint32_t has = tasks_now(at.state, scale->service); has != had)
                tell(at, fmt::format("{} scaled from {} to {} tasks", scale->service, had, has), "", scale->why);
        if (is_told(before, at.state.phase)) tell(at, std::string(plan::to_string(at.state.phase)), "");
    }

    void task(const Event& event) {
        TaskRow* at = task_row(event.placement, event.task);
        const auto& body = std::get<plan::TaskEvent>(event.body);
        if (at == nullptr) {  // a result of a task that is no more, or one that never began shall stop
            if (std::holds_alternative<plan::task_event::Stop>(body)) tell_environment(event, plan::told::Stopped{});
            return;
        }
        // One that shall go on as it is keeps its own until its turn has come.
        if (const auto* start = std::get_if<plan::task_event::Start>(&body))
            if (const world::TaskSpec* wanted = wanted_task(event.placement, event.task);
                wanted != nullptr && wanted->digest == start->digest)
                at->spec = *wanted;
        plan::TaskStep step = plan::step(std::move(at->state), body, at->spec, now_);
        at->state = std::move(step.state);
        for (const TaskCommand command : step.commands) add(id_of(event.placement, event.task), name_of(command), 0);
        for (plan::Told& told : step.told) tell_environment(event, std::move(told));
    }

    void tell_environment(const Event& of, plan::Told told) {
        if (const auto* finished = std::get_if<plan::told::Finished>(&told)) {
            change_.transition.ledger.push_back(job_line(of, *finished, wall_));
            change_.durable = true;
        }
        plan::EnvironmentEvent event = plan::environment_event::OfTask{of.task, std::move(told)};
        waiting_.push_back({of.placement, "", std::move(event), {}, {}, {}});
    }

    void add(const std::string& machine, std::string name, std::uint64_t epoch) {
        change_.transition.commands.push_back({++lastCommand_, machine, std::move(name), epoch});
    }

    void tell(const EnvironmentRow& at, const std::string& what, const std::string& by) {
        tell(at, what, by, at.state.why);
    }
    void tell(const EnvironmentRow& at, const std::string& what, const std::string& by, const std::string& why) {
        change_.transition.ledger.push_back(ledger_line(at, what, by, wall_, why));
        change_.durable = true;
    }

    // Rows that say nothing any more go; the others are encoded.
    void finish() {
        for (auto& [id, at] : change_.tasks) {
            if (at->state.phase == plan::TaskPhase::stopped) at.reset();
            at ? change_.transition.machines.push_back({id, "task", world::to_json(*at)})
               : change_.transition.gone.push_back(id);
        }
        for (auto& [id, at] : change_.environments) {
            if (plan::is_gone(at->state) && at->state.why.empty() && !at->state.keepsData && at->state.runs.empty())
                at.reset();
            if (at && plan::is_gone(at->state)) at->state.spec.clear();
            at ? change_.transition.machines.push_back({id, "environment", world::to_json(*at)})
               : change_.transition.gone.push_back(id);
        }
    }

    const Machines& before_;
    plan::Instant now_;
    const std::string& wall_;
    std::uint64_t lastCommand_;
    Change change_;
    std::deque<Event> waiting_;
};

Change Machines::apply(const Event& event, plan::Instant now, const std::string& wall) const {
    return Applying(*this, now, wall).run(event);
}

std::shared_ptr<const world::EnvironmentSpec> Machines::asked(const world::Placement& placement) const {
    for (const Specs* specs : {&pending_, &specs_})
        if (const auto found = specs->find(id_of(placement)); found != specs->end()) return found->second;
    return nullptr;
}

std::optional<Event> Machines::renewed(Event event, const std::string& before) const {
    const auto found = environments_.find(id_of(event.placement));
    if (found == environments_.end()) return std::nullopt;
    const plan::EnvironmentState& state = found->second.state;
    const bool isOf = (state.pending ? state.pending->spec : state.spec) == before;
    if (!isOf || !plan::may_be_renewed(state.phase)) return std::nullopt;
    auto& up = std::get<plan::environment_event::Up>(std::get<plan::EnvironmentEvent>(event.body));
    up.onViolation = state.pending ? state.pending->onViolation : state.onViolation;
    return event;
}

ports::Transition Machines::note(const world::Placement& placement, const std::string& what, const std::string& by,
                                 const std::string& wall) const {
    const auto found = environments_.find(id_of(placement));
    EnvironmentRow row{placement, {}};
    if (found != environments_.end()) row.state.spec = found->second.state.spec;
    ports::Transition transition;
    transition.ledger.push_back(ledger_line(row, what, by, wall, {}));
    return transition;
}

void Machines::accept(Change change) {
    for (const ports::StoredCommand& command : change.transition.commands) lastCommand_ = command.id;
    for (auto& [id, spec] : change.specs) specs_[id] = std::move(spec);
    for (auto& [id, spec] : change.pending) pending_[id] = std::move(spec);
    for (auto& [id, row] : change.tasks) {
        if (row)
            tasks_.insert_or_assign(id, std::move(*row));
        else
            tasks_.erase(id);
    }
    for (auto& [id, row] : change.environments) {
        if (!row || !row->state.pending) pending_.erase(id);
        if (row) {
            if (plan::is_gone(row->state)) specs_.erase(id);
            environments_.insert_or_assign(id, std::move(*row));
        } else {
            environments_.erase(id);
            specs_.erase(id);
        }
    }
}

namespace {

Result<std::shared_ptr<const world::EnvironmentSpec>> read_spec(ports::StateStore& store, const std::string& digest) {
    const std::string text = TRY(store.spec(digest));
    return std::make_shared<const world::EnvironmentSpec>(
        TRY(wrap(world::from_json<world::EnvironmentSpec>(text), "reading a spec")));
}

}  // namespace

Result<Machines> Machines::decode(const ports::Journal& journal, ports::StateStore& store) {
    Machines machines;
    machines.lastCommand_ = journal.lastCommand;
    for (const ports::StoredMachine& stored : journal.machines) {
        if (stored.kind == "task") {
            auto row = TRY(wrap(world::from_json<TaskRow>(stored.state), "reading the state of {}", stored.id));
            machines.tasks_.emplace(stored.id, std::move(row));
            continue;
        }
        if (stored.kind != "environment") return fail("the state database has a machine of kind `{}`", stored.kind);
        auto row = TRY(wrap(world::from_json<EnvironmentRow>(stored.state), "reading the state of {}", stored.id));
        if (!row.state.spec.empty()) machines.specs_.emplace(stored.id, TRY(read_spec(store, row.state.spec)));
        if (row.state.pending) machines.pending_.emplace(stored.id, TRY(read_spec(store, row.state.pending->spec)));
        machines.environments_.emplace(stored.id, std::move(row));
    }
    return machines;
}

}  // namespace tenantry::engine
