#include "watcher.hpp"

#include <algorithm>
#include <array>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tenantry::engine {
namespace {

// Threads that ask tasks: a task that hangs holds one for two seconds.
constexpr unsigned askers = 4;

plan::task_event::Ended ended(const std::optional<world::TaskEnd>& how) {
    if (!how) return {"it is gone"};
    return {how->str(), how->code == 0 && !how->outOfMemory};
}

int open_pidfd(int pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

bool is_over(int pidfd) {
    pollfd one{pidfd, POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
}

}  // namespace

Watcher::Watcher(ports::Containers& containers, ports::Probe& probe, ports::Clock& clock, Tell tell)
    : containers_(containers),
      probe_(probe),
      clock_(clock),
      tell_(std::move(tell)),
      poll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = 0}};
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, wake_, &event);
    threads_.emplace_back([this] { watch_ends(); });
    for (unsigned i = 0; i < askers; ++i) threads_.emplace_back([this] { check_health(); });
}

void Watcher::stop() {
    {
        const std::scoped_lock lock(mutex_);
        if (stopped_) return;
        stopped_ = true;
    }
    changed_.notify_all();
    turn_.notify_all();
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) < 0) return;  // cannot be: the counter is far from full
    for (std::thread& thread : threads_) thread.join();
    while (!watched_.empty()) drop(watched_.begin());
    ::close(poll_);
    ::close(wake_);
}

void Watcher::watch(const TaskRow& row) {
    const std::string id = id_of(row.placement, row.spec.name);
    forget(id);
    const world::TaskProcess& process = *row.state.process;
    Watched watched{
        .row = std::make_shared<const TaskRow>(row), .pidfd = open_pidfd(process.pid), .nextCheck = clock_.boot_ms()};
    if (process.monitor > 0) watched.monitor = open_pidfd(process.monitor);
    // A process that is gone, or another one that got its number, has ended already.
    if (watched.pidfd < 0 || containers_.find(row.placement, row.spec.name) != process) {
        close_pidfds(watched);
        return tell_(row.placement, row.spec.name, ended(containers_.ended(row.placement, row.spec.name)));
    }
    {
        const std::scoped_lock lock(mutex_);
        const std::uint64_t serial = watched.serial = ++serials_;
        epoll_event event{.events = EPOLLIN, .data = {.u64 = serial}};
        for (const int pidfd : {watched.pidfd, watched.monitor})
            if (pidfd >= 0) ::epoll_ctl(poll_, EPOLL_CTL_ADD, pidfd, &event);
        bySerial_[serial] = id;
        checks_.emplace(watched.nextCheck, id);
        watched_[id] = std::move(watched);
    }
    changed_.notify_one();
}

void Watcher::forget(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    const auto found = watched_.find(id);
    if (found != watched_.end()) drop(found);
}

void Watcher::drop(std::map<std::string, Watched>::iterator watched) {
    bySerial_.erase(watched->second.serial);
    checks_.erase({watched->second.nextCheck, watched->first});
    close_pidfds(watched->second);  // which takes them out of the epoll set
    watched_.erase(watched);
}

void Watcher::close_pidfds(const Watched& watched) {
    for (const int pidfd : {watched.pidfd, watched.monitor})
        if (pidfd >= 0) ::close(pidfd);
}

void Watcher::watch_ends() {
    std::array<epoll_event, 16> events{};
    while (true) {
        const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const std::uint64_t serial = events[static_cast<std::size_t>(i)].data.u64;
            if (serial == 0) return;
            end(serial);
        }
    }
}

void Watcher::end(std::uint64_t serial) {
    std::shared_ptr<const TaskRow> row;
    bool unmonitored = false;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = bySerial_.find(serial);
        if (found == bySerial_.end()) return;
        const auto watched = watched_.find(found->second);
        unmonitored = !is_over(watched->second.pidfd);
        row = std::move(watched->second.row);
        drop(watched);
    }
    // It has no log any more, and nobody would learn how it ends: starting it once more ends what is left of it.
    if (unmonitored)
        return tell_(row->placement, row->spec.name, plan::task_event::Ended{"its monitor (conmon) ended"});
    tell_(row->placement, row->spec.name, ended(containers_.ended(row->placement, row->spec.name)));
}

// Each event is a transaction of the journal: of many good answers only the first is told, and the one by which earlier
// ends are forgotten.
bool Watcher::is_news(Watched& watched, bool well, std::int64_t now) {
    if (!well) {
        watched.wellSince.reset();
        watched.steady = false;
        return true;
    }
    if (!watched.wellSince) {
        watched.wellSince = now;
        return true;
    }
    if (watched.steady || now - *watched.wellSince < plan::steadyAfter.count()) return false;
    watched.steady = true;
    return true;
}

// The next one that is due, taken out of the list; nothing at the end. One thread alone looks at the time: else each
// check would wake all of them.
std::optional<std::string> Watcher::await_check(std::unique_lock<std::mutex>& lock) {
    turn_.wait(lock, [this] { return stopped_ || !awaited_; });
    awaited_ = true;
    while (!stopped_) {
        const std::int64_t now = clock_.boot_ms();
        const std::int64_t next = checks_.empty() ? now + 1000 : std::min(checks_.begin()->first, now + 1000);
        if (next <= now) break;
        changed_.wait_for(lock, std::chrono::milliseconds(next - now));
    }
    awaited_ = false;
    turn_.notify_one();
    if (stopped_) return std::nullopt;
    return checks_.extract(checks_.begin()).value().second;
}

void Watcher::check_health() {
    std::unique_lock lock(mutex_);
    while (const std::optional<std::string> next = await_check(lock)) {
        const std::string& id = *next;
        const Watched& due = watched_.at(id);
        const std::uint64_t serial = due.serial;
        const std::shared_ptr<const TaskRow> row = due.row;
        lock.unlock();
        const Result<void> well = row->spec.health ? probe_.healthy(row->placement, row->spec) : Result<void>();
        lock.lock();
        const auto found = watched_.find(id);
        if (found == watched_.end() || found->second.serial != serial) continue;
        Watched& watched = found->second;
        const std::chrono::milliseconds every =
            row->spec.health ? row->spec.health->every : std::chrono::milliseconds(5000);
        const std::int64_t then = clock_.boot_ms();
        const bool news = is_news(watched, well.has_value(), then);
        watched.interval = well ? every : std::min(watched.interval * 3 / 2, every);
        watched.nextCheck = then + watched.interval.count();
        if (!watched.steady || row->spec.health) {
            checks_.emplace(watched.nextCheck, id);
            if (checks_.begin()->second == id) changed_.notify_one();  // who looks at the time waits for a later one
        }
        if (!news) continue;
        lock.unlock();
        plan::TaskEvent event = plan::task_event::Healthy{};
        if (!well) event = plan::task_event::Unhealthy{well.error().text()};
        tell_(row->placement, row->spec.name, std::move(event));
        lock.lock();
    }
}

}  // namespace tenantry::engine
