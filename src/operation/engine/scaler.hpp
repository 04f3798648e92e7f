#pragma once

// Measures how much CPU the tasks of services with a range use, and says when they shall be more or fewer. It reads one
// file for each of these tasks, and nothing where no service that is up has a range.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <tenantry/plan/environment_machine.hpp>
#include <tenantry/plan/scaling.hpp>
#include <tenantry/ports/ports.hpp>

namespace tenantry::engine {

/// A service with a range as it is now.
struct Ranged {
    world::Placement placement;
    world::RangeSpec range;
    std::uint32_t tasks = 0;         ///< that it shall have
    std::vector<std::string> ready;  ///< those of them that serve
};

class Scaler {
  public:
    using Look = std::function<std::vector<Ranged>()>;
    using Tell = std::function<void(const world::Placement&, plan::environment_event::Scale)>;
    Scaler(ports::Containers& containers, ports::Clock& clock, std::chrono::milliseconds every, Look look, Tell tell);
    ~Scaler() { stop(); }
    Scaler(const Scaler&) = delete;
    Scaler& operator=(const Scaler&) = delete;
    void stop();

  private:
    using Uses = std::map<std::string, std::chrono::microseconds>;  // by task
    struct Measured {
        plan::ScaleState state;
        Uses uses;
        std::int64_t at = 0;  // boot time, ms
    };
    void run();
    void measure();
    Measured measured(const Ranged& service, Measured before);
    [[nodiscard]] Uses uses_of(const Ranged& service) const;

    ports::Containers& containers_;
    ports::Clock& clock_;
    std::chrono::milliseconds every_;
    Look look_;
    Tell tell_;
    std::map<std::string, Measured> measured_;  // by placement and service; the thread's own
    std::mutex mutex_;
    std::condition_variable ending_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace tenantry::engine
