#include "executor.hpp"

#include <utility>

namespace tenantry::engine {

Executor::Executor(unsigned threads, std::function<void(const ports::StoredCommand&)> work) : work_(std::move(work)) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

void Executor::add(const ports::StoredCommand& command) {
    {
        const std::scoped_lock lock(mutex_);
        auto& queue = waiting_[command.machine];
        queue.push_back(command);
        if (queue.size() == 1 && !busy_.contains(command.machine)) free_.push_back(command.machine);
    }
    changed_.notify_one();
}

void Executor::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

void Executor::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stopped_ || !free_.empty(); });
        if (stopped_) return;
        const std::string machine = std::move(free_.front());
        free_.pop_front();
        auto& queue = waiting_[machine];
        const ports::StoredCommand command = std::move(queue.front());
        queue.pop_front();
        busy_.insert(machine);
        lock.unlock();
        work_(command);
        lock.lock();
        busy_.erase(machine);
        if (waiting_[machine].empty()) {
            waiting_.erase(machine);
        } else {
            free_.push_back(machine);
            changed_.notify_one();
        }
    }
}

}  // namespace tenantry::engine
