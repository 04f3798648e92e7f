// A store or service that does not answer now.
#pragma once

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

namespace lending {

// The request that needs it is answered with 503; the next one tries again.
struct Away : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// When the next attempt to connect is allowed: at once, then after 50 ms, twice as long each time, 1 s at most.
// Until then everybody is told "away" without waiting.
class BackOff {
  public:
    using Clock = std::chrono::steady_clock;

    void check(const std::string& store) const {
        if (Clock::now() < next_) throw Away(store + " was away a moment ago");
    }
    void failed() {
        next_ = Clock::now() + pause_;
        pause_ = std::min(2 * pause_, longest);
    }
    void worked() { *this = {}; }

  private:
    static constexpr std::chrono::milliseconds longest{1000};
    std::chrono::milliseconds pause_{50};
    Clock::time_point next_{};
};

}  // namespace lending
