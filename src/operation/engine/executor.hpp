#pragma once

// Runs commands on a few threads: those of one machine in their order and one at a time, those of different machines
// side by side.

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <tenantry/ports/state_store.hpp>

namespace tenantry::engine {

class Executor {
  public:
    /// `work` is called on any of the threads and must not throw.
    Executor(unsigned threads, std::function<void(const ports::StoredCommand&)> work);
    ~Executor() { stop(); }
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    void add(const ports::StoredCommand& command);
    /// Begins nothing more and returns when what runs has ended.
    void stop();

  private:
    void run();
    std::function<void(const ports::StoredCommand&)> work_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::deque<ports::StoredCommand>> waiting_;  // by machine
    std::deque<std::string> free_;                                     // machines with something waiting, none running
    std::set<std::string> busy_;
    bool stopped_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace tenantry::engine
