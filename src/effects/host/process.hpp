#pragma once

// Programs run as processes of ours: no shell, a given environment, given descriptors, everything else closed.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {

struct Command {
    std::vector<std::string> argv;         ///< the first is an absolute path
    std::vector<std::string> environment;  ///< `KEY=value`
    std::vector<int> descriptors;          ///< become 0, 1, 2, ...; -1: /dev/null
    std::vector<int> groups;               ///< open `cgroup.procs` files; the process enters them before it runs
};

/// A child process. One that was not awaited is killed and reaped at the end.
class Child {
  public:
    Child(int pid, Descriptor process) : pid_(pid), process_(std::move(process)) {}
    Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)), process_(std::move(other.process_)) {}
    Child& operator=(Child&&) = delete;
    ~Child();

    [[nodiscard]] int pid() const { return pid_; }
    /// Whether there is nothing more to wait for.
    [[nodiscard]] bool ended() const;
    /// Exit code, 128 + signal. An error where it does not end in time; it is killed and reaped then.
    Result<int> wait(std::chrono::milliseconds deadline);
    /// The same; `look` is asked all the while, not more often than `every`, and its error is the end of the child.
    Result<int> wait(std::chrono::milliseconds deadline, const std::function<Result<void>()>& look,
                     std::chrono::milliseconds every);

  private:
    void kill();
    int pid_;  // 0: reaped
    Descriptor process_;
};

/// Starts a program. Signals are handled as by default, none is blocked.
Result<Child> spawn(const Command& command);

/// Runs a helper to its end. Where its exit code is not 0, the error is what it wrote (4 KiB at most) on 1 and 2.
Result<void> run_to_end(Command command, std::chrono::milliseconds deadline);
/// The same, and gives what it wrote where its exit code is 0.
Result<std::string> run_and_read(Command command, std::chrono::milliseconds deadline);

/// A process for good, whoever gets its number later (proc(5): field 22 of stat, clock ticks since boot).
struct ProcessId {
    int pid = 0;
    std::uint64_t startTime = 0;
    bool operator==(const ProcessId&) const = default;
};

/// When a process started; nothing where there is none of this number, or it has ended and is only not reaped.
std::optional<std::uint64_t> start_time(int pid);
inline bool lives(const ProcessId& process) { return start_time(process.pid) == process.startTime; }

/// A process that can be signalled and awaited, of this very start; nothing where it has ended.
std::optional<Descriptor> open_process(const ProcessId& process);
/// True where a process catches, blocks or ignores a signal. The first process of a pid namespace never gets another
/// one (pid_namespaces(7)), where any other process would come to the signal's default end.
bool heeds(int pid, int signal);
/// Sends a signal; fine where the process has ended.
void send_signal(const Descriptor& process, int signal);
/// True once it has ended, within the time.
bool await_end(const Descriptor& process, std::chrono::milliseconds within);

}  // namespace tenantry::host
