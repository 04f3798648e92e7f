#include "loop.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <malloc.h>

#include "effects.hpp"

namespace tenantry::engine {
namespace {

using plan::TaskPhase;
using std::chrono::steady_clock;

// Commands at one time. They wait for programs and the kernel more than they compute.
constexpr unsigned workers = 16;
// Nothing has happened for so long: what bringing environments up took of memory goes back to the machine.
constexpr std::chrono::seconds quiet{2};

// What an operator wants to read of a task's event; empty: nothing.
std::string trouble_of(const plan::TaskEvent& event) {
    namespace is = plan::task_event;
    if (const auto* ended = std::get_if<is::Ended>(&event)) return "ended: " + ended->how;
    if (const auto* failed = std::get_if<is::StartFailed>(&event)) return "did not start: " + failed->why;
    if (const auto* failed = std::get_if<is::StopFailed>(&event)) return "did not stop: " + failed->why;
    return {};
}

// Jobs that do not run now.
void add_jobs(const world::EnvironmentSpec& spec, const plan::EnvironmentState& state,
              std::vector<world::TaskStatus>& tasks) {
    for (const world::TaskSpec& task : spec.tasks)
        if (task.job && std::ranges::find(tasks, task.name, &world::TaskStatus::name) == tasks.end())
            tasks.push_back({.name = task.name,
                             .service = task.service,
                             .phase = state.finished.contains(task.name) ? "finished" : "scheduled",
                             .forMs = 0,
                             .why = {}});
    std::ranges::sort(tasks, {}, &world::TaskStatus::name);
}

std::string what_is_kept(const plan::EnvironmentState& state) {
    return state.keepsData ? "its data is kept" : "when its jobs ran is kept";
}

bool runs(TaskPhase phase) { return phase == TaskPhase::running || phase == TaskPhase::ready; }

}  // namespace

Result<void> Runner::Loop::run(const std::stop_token& stop) {
    watcher_ = std::make_unique<Watcher>(
        ports_.containers, ports_.probe, ports_.clock,
        [this](const world::Placement& placement, const std::string& task, plan::TaskEvent event) {
            mail_.put({{placement, task, std::move(event), {}, {}, {}}, {}});
        });
    executor_ = std::make_unique<Executor>(workers, [this](const ports::StoredCommand& command) { work(command); });
    const std::stop_callback wake(stop, [this] {
        ending_ = true;
        mail_.close();
    });
    Result<void> going = recover();
    {
        const std::scoped_lock lock(mutex_);
        recovered_ = true;
    }
    changed_.notify_all();
    bool tidy = false;
    scaler_ = std::make_unique<Scaler>(
        ports_.containers, ports_.clock, pace_.every, [this] { return ranged(); },
        [this](const world::Placement& placement, plan::environment_event::Scale scale) {
            mail_.put({{placement, "", plan::EnvironmentEvent(std::move(scale)), {}, {}, {}}, {}});
        });
    while (going && !stop.stop_requested()) {
        auto mail = mail_.take(tidy ? next_wake() : std::min(next_wake(), steady_clock::now() + quiet));
        if (mail) {
            const Result<std::string> taken = take(*mail);
            if (!taken) going = std::unexpected(taken.error());
            answer(*mail, taken);
            tidy = false;
        } else if (!tidy) {
            ::malloc_trim(0);
            tidy = true;
        }
        if (going) going = wake_those_due();
        if (going) going = look_at_clock();
    }
    scaler_->stop();
    watcher_->stop();
    executor_->stop();  // what still runs ends; its result is looked for by the next run
    mail_.close();
    while (const auto mail = mail_.take(steady_clock::time_point{})) {
        if (going && !mail->renews && mail->note.empty())
            if (const auto taken = take(mail->event); !taken) going = std::unexpected(taken.error());
        if (mail->answer) mail->answer->set_value(fail("the daemon is ending"));
    }
    close(Error("the daemon is ending"));
    return going;
}

Result<void> Runner::Loop::recover() {
    const ports::Journal journal = TRY(ports_.store.load());
    Machines machines = TRY(Machines::decode(journal, ports_.store));
    const auto entries = TRY(ports_.store.ledger(EventRing::fromLedger));
    {
        const std::scoped_lock lock(mutex_);
        machines_ = std::move(machines);
        for (const ports::LedgerEntry& entry : entries) events_.add_entry(entry.body);
    }
    std::vector<std::string> specs;
    for (const auto& [id, row] : machines_.environments()) {
        specs.push_back(row.state.spec);
        if (row.state.pending) specs.push_back(row.state.pending->spec);
    }
    TRY_VOID(ports_.store.drop_specs_but(specs));
    for (const auto& [id, row] : machines_.tasks())
        if (runs(row.state.phase) && row.state.process) watcher_->watch(row);
    // What the environments' machines had asked for is asked for again below; tasks' commands just go on.
    for (const ports::StoredCommand& command : journal.commands)
        if (task_command(command.name)) executor_->add(command);
    const auto environments = machines_.environments();
    for (const auto& [id, row] : environments) {
        using plan::EnvironmentPhase;
        if (row.state.phase == EnvironmentPhase::absent || row.state.phase == EnvironmentPhase::closed) continue;
        Event event{row.placement, "", plan::EnvironmentEvent(plan::environment_event::Down{}), {}, {}, {}};
        if (row.state.phase == EnvironmentPhase::closing)
            event.body = plan::EnvironmentEvent(plan::environment_event::Violated{row.state.epoch, row.state.why});
        else if (row.state.phase != EnvironmentPhase::stopping && row.state.phase != EnvironmentPhase::clearing)
            event.body = plan::EnvironmentEvent(plan::asked_again(row.state));
        TRY_VOID(take(event));
    }
    return {};
}

Result<std::string> Runner::Loop::take(Mail& mail) {
    if (!mail.note.empty()) {
        const ports::Transition line =
            machines_.note(mail.event.placement, mail.note, mail.event.by, ports_.clock.wall());
        if (auto stored = ports_.store.commit(line, true); !stored)
            return std::unexpected(wrap(std::move(stored), "writing the journal").error());
        log_(line.ledger.front());
        return {};
    }
    if (!mail.renews) return take(mail.event);
    const auto event = machines_.renewed(std::move(mail.event), *mail.renews);
    *mail.renewed = event.has_value();
    return event ? take(*event) : Result<std::string>();
}

Result<std::string> Runner::Loop::take(const Event& event) {
    const std::string wall = ports_.clock.wall();
    Change change = machines_.apply(event, {ports_.clock.boot_ms()}, wall);
    if (auto stored = ports_.store.commit(change.transition, change.durable); !stored)
        return std::unexpected(wrap(std::move(stored), "writing the journal").error());
    for (const auto& [id, row] : change.environments) {
        timetable_.forget(id);  // it may have become up, or have other jobs
        lookAt_.reset();
    }
    {
        const std::scoped_lock lock(mutex_);
        machines_.accept(change);
        events_.add(event, change, wall);
        ++version_;
    }
    changed_.notify_all();
    if (hook_ && event.command) hook_(Moment::afterResult, {*event.command, id_of(event.placement), event.task, 0});
    follow(event, change);
    return change.refused;
}

void Runner::Loop::answer(const Mail& mail, const Result<std::string>& taken) {
    if (!mail.answer) return;
    if (!taken)
        mail.answer->set_value(std::unexpected(taken.error()));
    else
        mail.answer->set_value(taken->empty() ? Result<void>() : fail("{}", *taken));
}

void Runner::Loop::follow(const Event& event, const Change& change) {
    for (const auto& [id, row] : change.tasks)
        if (!row || !runs(row->state.phase)) watcher_->forget(id);
    const auto* of = std::get_if<plan::TaskEvent>(&event.body);
    if (of != nullptr && std::holds_alternative<plan::task_event::Started>(*of))
        if (const auto row = change.tasks.find(id_of(event.placement, event.task));
            row != change.tasks.end() && row->second && row->second->state.phase == TaskPhase::running)
            watcher_->watch(*row->second);
    if (of != nullptr)
        if (const std::string trouble = trouble_of(*of); !trouble.empty())
            log_(fmt::format("{}: {}", id_of(event.placement, event.task), trouble));
    for (const std::string& line : change.transition.ledger) log_(line);
    for (const ports::StoredCommand& command : change.transition.commands) executor_->add(command);
}

void Runner::Loop::work(const ports::StoredCommand& command) {
    Event event;
    std::shared_ptr<const world::EnvironmentSpec> spec;
    std::optional<EnvironmentRow> environment;
    std::optional<TaskRow> task;
    {
        const std::scoped_lock lock(mutex_);
        if (const auto found = machines_.tasks().find(command.machine); found != machines_.tasks().end())
            task = found->second;
        if (const auto found = machines_.environments().find(command.machine); found != machines_.environments().end())
            environment = found->second;
        if (const auto found = machines_.specs().find(command.machine); found != machines_.specs().end())
            spec = found->second;
    }
    const auto ofTask = task_command(command.name);
    const auto ofEnvironment = environment_command(command.name);
    // The machine has gone meanwhile, or asks for something else by now.
    const bool isOld = environment && environment->state.epoch != command.epoch;
    bool isLeft = false;  // for the next daemon, which does it again
    const auto isWanted = [&] {
        isLeft = ending_;
        return !isLeft && is_asked(command);
    };
    if (hook_) hook_(Moment::beforeEffect, command);
    if (ofTask && task) {
        event = run_command(ports_, *ofTask, *task);
    } else if (ofEnvironment && environment && !isOld) {
        event = run_command(ports_, *ofEnvironment, *environment, spec.get(), isWanted);
        if (isLeft) return;
    } else if (environment && ofEnvironment) {
        event = {environment->placement,
                 "",
                 plan::EnvironmentEvent(plan::environment_event::Done{*ofEnvironment, command.epoch}),
                 {},
                 {},
                 {}};
    } else {
        return;
    }
    event.command = command.id;
    if (hook_) hook_(Moment::afterEffect, command);
    mail_.put({std::move(event), {}});
}

bool Runner::Loop::is_asked(const ports::StoredCommand& command) const {
    const std::scoped_lock lock(mutex_);
    const auto found = machines_.environments().find(command.machine);
    return found != machines_.environments().end() && found->second.state.epoch == command.epoch;
}

Result<void> Runner::Loop::wake_those_due() {
    const plan::Instant now{ports_.clock.boot_ms()};
    std::vector<Event> due;
    for (const auto& [id, row] : machines_.tasks())
        if (row.state.wakeAt && *row.state.wakeAt <= now)
            due.push_back({row.placement, row.spec.name, plan::TaskEvent(plan::task_event::Woken{}), {}, {}, {}});
    for (const Event& event : due) TRY_VOID(take(event));
    return {};
}

// What the clock brings is taken as any other event is, so that the journal knows a run before it begins.
Result<void> Runner::Loop::look_at_clock() {
    const world::WallTime now = ports_.clock.wall_time();
    const bool wasPutBack = now < lookedAt_;
    lookedAt_ = now;
    if (lookAt_ && now < *lookAt_ && !wasPutBack) return {};
    if (wasPutBack) timetable_.forget_all();
    for (const Event& event : timetable_.due(machines_, now)) TRY_VOID(take(event));
    lookAt_ = timetable_.next(machines_, now);
    return {};
}

steady_clock::time_point Runner::Loop::next_wake() const {
    const plan::Instant now{ports_.clock.boot_ms()};
    std::chrono::milliseconds wait{60'000};
    for (const auto& [id, row] : machines_.tasks())
        if (row.state.wakeAt) wait = std::clamp(*row.state.wakeAt - now, std::chrono::milliseconds(1), wait);
    if (lookAt_)
        wait = std::clamp(std::chrono::milliseconds((*lookAt_ - lookedAt_) * 1000), std::chrono::milliseconds(1), wait);
    return steady_clock::now() + wait;
}

Result<std::uint64_t> Runner::Loop::run_job(const world::Placement& placement, const std::string& job, bool resets,
                                            std::string by) {
    {
        const std::scoped_lock lock(mutex_);
        if (!machines_.environments().contains(id_of(placement))) return fail("{} does not run here", placement.str());
    }
    const plan::environment_event::Run run{job, resets, ports_.clock.wall_time()};
    TRY_VOID(wrap(ask({placement, "", plan::EnvironmentEvent(run), {}, {}, std::move(by)}), "{}", placement.str()));
    const std::scoped_lock lock(mutex_);
    const auto row = machines_.environments().find(id_of(placement));
    if (row == machines_.environments().end()) return fail("{} does not run here", placement.str());
    const auto runs = row->second.state.runs.find(job);
    return runs == row->second.state.runs.end() ? 0 : runs->second.count;
}

Result<void> Runner::Loop::ask(Event event) { return post(Mail{std::move(event), {}}); }

Result<void> Runner::Loop::post(Mail mail) {
    mail.answer = std::make_shared<std::promise<Result<void>>>();
    std::future<Result<void>> answered = mail.answer->get_future();
    {
        const std::scoped_lock lock(mutex_);
        if (closed_) return fail("the daemon is ending");
        mail_.put(std::move(mail));
    }
    return answered.get();
}

Result<bool> Runner::Loop::renew(Event event, const std::string& before) {
    const auto renewed = std::make_shared<bool>(false);
    TRY_VOID(post(Mail{std::move(event), {}, before, renewed}));
    return *renewed;
}

Result<void> Runner::Loop::note(const world::Placement& placement, std::string what, std::string by) {
    return post(Mail{{placement, "", {}, {}, {}, std::move(by)}, {}, {}, {}, std::move(what)});
}

void Runner::Loop::close(const Error& error) {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        ++version_;
    }
    changed_.notify_all();
    while (const auto mail = mail_.take(steady_clock::time_point{}))
        if (mail->answer) mail->answer->set_value(std::unexpected(error));
}

// Those whose use says something now: nothing of it is being changed, and every task of it serves.
std::vector<Ranged> Runner::Loop::ranged() const {
    const std::scoped_lock lock(mutex_);
    std::vector<Ranged> all;
    for (const auto& [id, row] : machines_.environments()) {
        if (row.state.phase != plan::EnvironmentPhase::up || row.state.ranged.empty()) continue;
        const auto spec = machines_.specs().find(id);
        if (spec == machines_.specs().end()) continue;
        for (const plan::RangedService& service : row.state.ranged) {
            const auto range = std::ranges::find(spec->second->ranges, service.service, &world::RangeSpec::service);
            if (range == spec->second->ranges.end()) continue;
            Ranged one{row.placement, *range, plan::tasks_of(row.state, service), {}};
            for (const world::TaskSpec& task : spec->second->tasks)
                if (task.service == service.service && row.state.tasks.contains(task.name) &&
                    row.state.ready.contains(task.name))
                    one.ready.push_back(task.name);
            all.push_back(std::move(one));
        }
    }
    return all;
}

std::shared_ptr<const world::EnvironmentSpec> Runner::Loop::spec(const world::Placement& placement) const {
    const std::scoped_lock lock(mutex_);
    const auto found = machines_.specs().find(id_of(placement));
    return found == machines_.specs().end() ? nullptr : found->second;
}

std::shared_ptr<const world::EnvironmentSpec> Runner::Loop::asked(const world::Placement& placement) const {
    const std::scoped_lock lock(mutex_);
    return machines_.asked(placement);
}

Runner::Events Runner::Loop::events_after(std::uint64_t number, std::chrono::milliseconds limit) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return recovered_ || closed_; });
    changed_.wait_for(lock, limit, [&] { return events_.last() != number || closed_; });
    return {events_.behind(number), events_.last()};
}

bool Runner::Loop::any_present() const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return recovered_ || closed_; });  // before, nothing is known
    return std::ranges::any_of(machines_.environments(), [](const auto& row) { return !is_gone(row.second.state); });
}

world::Status Runner::Loop::status() const { return status_after(0, std::chrono::milliseconds(0)); }

world::Status Runner::Loop::status_after(std::uint64_t version, std::chrono::milliseconds limit) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return recovered_ || closed_; });  // before, nothing is known
    changed_.wait_for(lock, limit, [&] { return version_ != version || closed_; });
    world::Status status{version_, {}};
    const plan::Instant now{ports_.clock.boot_ms()};
    for (const auto& [id, row] : machines_.environments()) {
        world::EnvironmentStatus one{
            .placement = row.placement,
            .phase = std::string(plan::to_string(row.state.phase)),
            .forMs = (now - row.state.since).count(),
            .tookMs = (row.state.since - row.state.began).count(),
            .block = {},
            .hosts = {},
            .spec = row.state.spec,
            .why = is_gone(row.state) && row.state.why.empty() ? what_is_kept(row.state) : row.state.why,
            .tasks = {},
            .ranges = {}};
        if (const auto spec = machines_.specs().find(id); spec != machines_.specs().end()) {
            one.block = spec->second->network.block.str();
            for (const world::SocketSpec& socket : spec->second->network.sockets) one.hosts.push_back(socket.host);
        }
        for (auto at = machines_.tasks().lower_bound(id + "/"); at != machines_.tasks().end(); ++at) {
            if (!at->first.starts_with(id + "/")) break;
            const TaskRow& task = at->second;
            one.tasks.push_back({.name = task.spec.name,
                                 .service = task.spec.service,
                                 .phase = std::string(plan::to_string(task.state.phase)),
                                 .forMs = (now - task.state.since).count(),
                                 .pid = task.state.process ? task.state.process->pid : 0,
                                 .starts = task.state.starts,
                                 .why = task.state.why});
        }
        for (const plan::RangedService& service : row.state.ranged)
            one.ranges.push_back({service.service, plan::tasks_of(row.state, service), service.least,
                                  service.least + static_cast<std::uint32_t>(service.more.size())});
        if (const auto spec = machines_.specs().find(id); spec != machines_.specs().end())
            add_jobs(*spec->second, row.state, one.tasks);
        timetable_.show(row.state, one.tasks);
        status.environments.push_back(std::move(one));
    }
    return status;
}

}  // namespace tenantry::engine
