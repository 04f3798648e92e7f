#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace tenantry::engine {

/// A queue between threads. `close` ends all waits; what is in it is still given out.
template <class T>
class Mailbox {
  public:
    void put(T one) {
        {
            const std::scoped_lock lock(mutex_);
            queue_.push_back(std::move(one));
        }
        changed_.notify_one();
    }
    /// The next one, or nothing once `until` has come or the box is closed and empty.
    std::optional<T> take(std::chrono::steady_clock::time_point until) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, until, [&] { return closed_ || !queue_.empty(); });
        if (queue_.empty()) return std::nullopt;
        T one = std::move(queue_.front());
        queue_.pop_front();
        return one;
    }
    void close() {
        {
            const std::scoped_lock lock(mutex_);
            closed_ = true;
        }
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> queue_;
    bool closed_ = false;
};

}  // namespace tenantry::engine
