#pragma once

#include <cstddef>
#include <functional>

namespace tenantry {

/// Threads that a pure function may be handed. Work is split by index and results are placed by index, so one thread
/// and many give the same bytes.
class Pool {
  public:
    explicit Pool(unsigned threads = 1) : threads_(threads == 0 ? 1 : threads) {}

    /// Calls `work(i)` once for every i below `count`, in any order, and returns when all are done. `work` may not
    /// throw and may write only what belongs to its index.
    void each(std::size_t count, const std::function<void(std::size_t)>& work) const;

    [[nodiscard]] unsigned threads() const { return threads_; }

  private:
    unsigned threads_;
};

}  // namespace tenantry
