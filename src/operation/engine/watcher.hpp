#pragma once

// Looks after running tasks: notices at once when a process is gone (pidfd), and asks after its health in between.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
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

    /// From now on the task's process is watched, until it is gone or `forget` is called. `fresh`: it has just started,
    /// and is asked soon and often until it is well.
    void watch(const TaskRow& row);
    void forget(const std::string& id);
    void stop();

  private:
    struct Watched {
        TaskRow row;
        int pidfd = -1;
        std::int64_t nextCheck = 0;              // boot time, ms
        std::chrono::milliseconds interval{10};  // to the check after that; grows up to health.every
        bool checking = false;
        std::optional<std::int64_t> wellSince;  // boot time, ms; nothing where the last answer was none
        bool steady = false;                    // well for so long that the task's machine has nothing more to learn
    };
    void watch_ends();
    void check_health();
    void end(const std::string& id);
    static bool is_news(Watched& watched, bool well, std::int64_t now);

    ports::Containers& containers_;
    ports::Probe& probe_;
    ports::Clock& clock_;
    Tell tell_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Watched> watched_;
    bool stopped_ = false;
    int poll_ = -1, wake_ = -1;
    std::map<int, std::string> byPidfd_;
    std::vector<std::thread> threads_;
};

}  // namespace tenantry::engine
