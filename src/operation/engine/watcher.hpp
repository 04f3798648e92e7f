#pragma once

// Looks after running tasks: notices at once when a process is gone (pidfd), and asks after its health in between.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <tenantry/plan/task_machine.hpp>
#include <tenantry/ports/ports.hpp>

#include "machines.hpp"

namespace tenantry::engine {

class Watcher {
  public:
    using Tell = std::function<void(const world::Placement&, const std::string& task, plan::TaskEvent)>;
    Watcher(ports::Containers& containers, ports::Probe& probe, ports::Clock& clock, Tell tell);
    ~Watcher() { stop(); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// From now on the task's process and its monitor's are watched, until one is gone or `forget` is called. The task
    /// is asked soon and often until it is well.
    void watch(const TaskRow& row);
    void forget(const std::string& id);
    void stop();

  private:
    struct Watched {
        std::shared_ptr<const TaskRow> row;
        int pidfd = -1, monitor = -1;            // pidfds of the task and of what keeps its log and exit code
        std::uint64_t serial = 0;                // of this watch; the number of a closed pidfd comes again
        std::int64_t nextCheck = 0;              // boot time, ms
        std::chrono::milliseconds interval{10};  // to the check after that; grows up to health.every
        std::optional<std::int64_t> wellSince;   // boot time, ms; nothing where the last answer was none
        bool steady = false;                     // well for so long that the task's machine has nothing more to learn
    };
    void watch_ends();
    void check_health();
    std::optional<std::string> await_check(std::unique_lock<std::mutex>& lock);
    void end(std::uint64_t serial);
    void drop(std::map<std::string, Watched>::iterator watched);  // with the lock held
    static void close_pidfds(const Watched& watched);
    static bool is_news(Watched& watched, bool well, std::int64_t now);

    ports::Containers& containers_;
    ports::Probe& probe_;
    ports::Clock& clock_;
    Tell tell_;
    std::mutex mutex_;
    std::condition_variable changed_, turn_;
    std::map<std::string, Watched> watched_;
    std::set<std::pair<std::int64_t, std::string>>
        checks_;            // whom to ask next, and when; not those that are being asked
    bool awaited_ = false;  // a thread waits for the next check's time; the others wait for its turn to be over
    bool stopped_ = false;
    int poll_ = -1, wake_ = -1;
    std::map<std::uint64_t, std::string> bySerial_;
    std::uint64_t serials_ = 0;  // 0 is the wake
    std::vector<std::thread> threads_;
};

}  // namespace tenantry::engine
