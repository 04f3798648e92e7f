#pragma once

#include <memory>
#include <thread>

#include <tenantry/base/error.hpp>

namespace tenantry::apps {

/// This command's own terminal, for a program in a task that has another one: what is typed goes there, what the
/// program writes comes here. The program never gets ours (streams.hpp says why).
class Terminal {
  public:
    /// An error where 0 or 1 is no terminal.
    static Result<Terminal> open();
    Terminal(Terminal&&) noexcept = default;
    Terminal& operator=(Terminal&&) = delete;
    ~Terminal();

    /// One end of a pair of unix sockets, over which the outer end of the program's terminal is to come. From then on
    /// ours is raw (termios(3)), and the other one as large as ours.
    [[nodiscard]] int begin();
    /// When the program has ended: what it wrote and was not shown yet is, and our terminal is as it was.
    void end();

  private:
    class Pump;
    explicit Terminal(std::unique_ptr<Pump> pump);
    std::unique_ptr<Pump> pump_;
    std::thread thread_;
};

}  // namespace tenantry::apps
