#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::apps {

/// Writes all to a descriptor of ours. Where nobody reads it any more we end, as every program does then.
void write_whole(int to, std::string_view text);

/// Pipes between this command's 0, 1 and 2 and a program that runs for it in a task. The program never gets what we
/// have: a terminal takes input from whoever holds it (TIOCSTI of ioctl_tty(2)), a file can be cut short.
class Streams {
  public:
    /// `input`: what comes on 0 is passed on; else the program reads nothing. `kept`: both outputs are kept in the
    /// order in which they came instead of being passed on, the first MiB.
    struct Wanted {
        bool input = false;
        bool kept = false;
    };
    static Result<Streams> open(Wanted wanted);
    Streams(Streams&&) noexcept = default;
    Streams& operator=(Streams&&) = delete;
    ~Streams();

    /// The program's ends, as its 0, 1 and 2; -1: /dev/null. From now on is passed on what comes.
    [[nodiscard]] std::array<int, 3> begin();
    /// When the program has ended: what it wrote and was not passed on yet is; gives what was kept.
    std::string end();

  private:
    class Pump;
    explicit Streams(std::unique_ptr<Pump> pump);
    std::unique_ptr<Pump> pump_;
    std::thread thread_;
};

}  // namespace tenantry::apps
