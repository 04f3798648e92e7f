#include "process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.hpp"
#include "pidfd.hpp"

namespace tenantry::host {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t stackSize = 64 << 10;

// What the new process needs; it shares our memory until it runs the program, and may make only system calls.
struct Launch {
    const char* const* argv;
    const char* const* environment;
    std::span<const int> sources, groups;
    sigset_t mask;
    int failed = 0;
};

// A handler of ours must not run in the new process, which shares our memory; the program gets the default anyway.
void default_signals() {
    struct sigaction action{};
    action.sa_handler = SIG_DFL;  // NOLINT(cppcoreguidelines-pro-type-union-access): the macro of sigaction(2)
    for (int signal = 1; signal < NSIG; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP) sigaction(signal, &action, nullptr);
}

int launch(void* raw) {
    auto& own = *static_cast<Launch*>(raw);
    default_signals();
    for (const int group : own.groups)
        if (write(group, "0", 1) != 1) return own.failed = errno, 127;
    for (std::size_t number = 0; number < own.sources.size(); ++number)
        if (dup2(own.sources[number], static_cast<int>(number)) < 0) return own.failed = errno, 127;
    close_range(static_cast<unsigned>(own.sources.size()), ~0U, CLOSE_RANGE_CLOEXEC);
    sigprocmask(SIG_SETMASK, &own.mask, nullptr);
    execve(own.argv[0], const_cast<char* const*>(own.argv), const_cast<char* const*>(own.environment));
    own.failed = errno;
    return 127;
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
    std::vector<const char*> result;
    for (const std::string& text : texts) result.push_back(text.c_str());
    result.push_back(nullptr);
    return result;
}

// Copies above the numbers that the program will see, so that none is overwritten before it was copied.
Result<std::vector<Descriptor>> lifted(const Command& command) {
    std::vector<Descriptor> result;
    const Descriptor none(open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int number : command.descriptors) {
        const int above = static_cast<int>(command.descriptors.size());
        result.emplace_back(fcntl(number < 0 ? none.number() : number, F_DUPFD_CLOEXEC, above));
        if (result.back().number() < 0) return fail("passing descriptor {}: {}", number, reason(errno));
    }
    return result;
}

int poll_time(milliseconds time) { return static_cast<int>(std::clamp<std::int64_t>(time.count(), 0, 1 << 30)); }

}  // namespace

Result<Child> spawn(const Command& command) {
    const auto argv = pointers(command.argv);
    const auto environment = pointers(command.environment);
    const std::vector<Descriptor> copies = TRY(wrap(lifted(command), "starting {}", command.argv.at(0)));
    std::vector<int> sources;
    for (const Descriptor& copy : copies) sources.push_back(copy.number());
    Launch own{argv.data(), environment.data(), sources, command.groups, {}};

    std::vector<std::byte> stack(stackSize);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    sigemptyset(&own.mask);
    int process = -1;
    // CLONE_VFORK: we go on when it runs the program or has ended, so `own` and `stack` live long enough.
    const int pid =
        clone(launch, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &own, &process);
    const int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return fail("starting {}: {}", command.argv[0], reason(error));
    Child child(pid, Descriptor(process));
    if (own.failed != 0) return fail("starting {}: {}", command.argv[0], reason(own.failed));
    return child;
}

void Child::kill() {
    send_signal(process_, SIGKILL);
    siginfo_t ended{};
    while (waitid(P_PIDFD, static_cast<id_t>(process_.number()), &ended, WEXITED) != 0 && errno == EINTR) {}
    pid_ = 0;
}

bool Child::ended() const { return pid_ == 0 || await_end(process_, milliseconds(0)); }

Child::~Child() {
    if (pid_ != 0) kill();
}

Result<int> Child::wait(milliseconds deadline) {
    if (!await_end(process_, deadline)) {
        kill();
        return fail("it did not end within {} ms", deadline.count());
    }
    siginfo_t ended{};
    while (waitid(P_PIDFD, static_cast<id_t>(process_.number()), &ended, WEXITED) != 0)
        if (errno != EINTR) return fail("waiting for process {}: {}", std::exchange(pid_, 0), reason(errno));
    pid_ = 0;
    return ended.si_code == CLD_EXITED ? ended.si_status : 128 + ended.si_status;
}

Result<int> Child::wait(milliseconds deadline, const std::function<Result<void>()>& look, milliseconds every) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (!await_end(process_, every) && std::chrono::steady_clock::now() < until) {
        const auto before = std::chrono::steady_clock::now();
        if (auto fine = look(); !fine) {
            kill();
            return std::unexpected(std::move(fine).error());
        }
        // What is long to look at is looked at less often.
        every = std::max(every, std::chrono::ceil<milliseconds>(10 * (std::chrono::steady_clock::now() - before)));
    }
    if (await_end(process_, milliseconds(0))) return wait(deadline);
    kill();
    return fail("it did not end within {} ms", deadline.count());
}

Result<std::string> run_and_read(Command command, milliseconds deadline) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return fail("making a pipe: {}", reason(errno));
    const Descriptor said(ends[0]);
    Descriptor saying(ends[1]);
    command.descriptors = {-1, saying.number(), saying.number()};
    Child child = TRY(spawn(command));
    saying = Descriptor();
    const int code = TRY(wrap(child.wait(deadline), "running {}", command.argv[0]));
    std::array<char, 4096> text{};
    const ssize_t size = read(said.number(), text.data(), text.size());
    const std::string_view words(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    if (code == 0) return std::string(words);
    return fail("{} ended with {}: {}", command.argv[0], code, one_line(words));
}

Result<void> run_to_end(Command command, milliseconds deadline) {
    TRY(run_and_read(std::move(command), deadline));
    return {};
}

std::optional<std::uint64_t> start_time(int pid) {
    const auto stat = read_small("/proc/" + std::to_string(pid) + "/stat");
    if (pid <= 0 || !stat) return std::nullopt;
    // The name, in brackets, may hold anything; fields are counted behind it. State is field 3, the start 22.
    std::string_view rest = *stat;
    rest.remove_prefix(std::min(rest.rfind(')') + 2, rest.size()));
    if (rest.empty() || rest[0] == 'Z' || rest[0] == 'X') return std::nullopt;
    for (int field = 3; field < 22; ++field) rest.remove_prefix(std::min(rest.find(' '), rest.size() - 1) + 1);
    std::uint64_t start = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), start).ec != std::errc()) return std::nullopt;
    return start;
}

std::optional<Descriptor> open_process(const ProcessId& process) {
    if (process.pid <= 0) return std::nullopt;
    Descriptor opened(pidfd_open(process.pid, 0));
    // Looked at after it was opened: from then on the number is not given to another process.
    if (opened.number() < 0 || !lives(process)) return std::nullopt;
    return opened;
}

bool heeds(int pid, int signal) {
    const auto status = read_small("/proc/" + std::to_string(pid) + "/status");
    if (!status) return false;
    for (const std::string_view key : {"\nSigBlk:\t", "\nSigIgn:\t", "\nSigCgt:\t"}) {
        const std::size_t at = status->find(key);
        std::uint64_t mask = 0;
        if (at == std::string::npos) return false;
        const char* begin = status->data() + at + key.size();
        std::from_chars(begin, status->data() + status->size(), mask, 16);
        if ((mask >> (signal - 1) & 1) != 0) return true;
    }
    return false;
}

void send_signal(const Descriptor& process, int signal) { pidfd_send_signal(process.number(), signal, nullptr, 0); }

bool await_end(const Descriptor& process, milliseconds within) {
    const auto until = std::chrono::steady_clock::now() + within;
    pollfd poll{process.number(), POLLIN, 0};
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
        const int ready = ::poll(&poll, 1, poll_time(left));
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

}  // namespace tenantry::host
