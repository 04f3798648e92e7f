#include "container.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console.hpp"
#include "files.hpp"
#include "monitor.hpp"
#include "mounts.hpp"
#include "secret_variables.hpp"
#include "task_log.hpp"
#include "task_record.hpp"
#include "task_root.hpp"

namespace tenantry::host {
namespace {

using std::chrono::milliseconds;

constexpr const char* crunProgram = "/usr/bin/crun";
constexpr const char* conmonProgram = "/usr/bin/conmon";
constexpr const char* crunState = "/run/tenantry/crun";
// A helper takes milliseconds; a machine under heavy load some seconds.
constexpr milliseconds helperDeadline{30'000};
constexpr milliseconds killDeadline{10'000};
// From the end of its container to its own the monitor writes the exit file and ends.
constexpr milliseconds monitorDeadline{5'000};
constexpr milliseconds exitWithin{1'000};
constexpr milliseconds lookEvery{2};
// Of a program that runs in a container for somebody: whether they are still there.
constexpr milliseconds askEvery{100};
constexpr milliseconds longestExec = std::chrono::days(365);

struct Pipe {
    Descriptor read, write;
};

// What only passes on wakes up for each message of both sides. As SCHED_BATCH (sched(7)) it does not interrupt them,
// and so finds several messages at once. What the process starts inherits it.
Result<void> relay(int pid) {
    const sched_param none{};
    if (sched_setscheduler(pid, SCHED_BATCH, &none) != 0) return fail("scheduling process {}: {}", pid, reason(errno));
    return {};
}

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return fail("making a pipe: {}", reason(errno));
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Up to the first line end, the end of the pipe or the deadline; what is there already in any case.
std::string read_line(const Descriptor& pipe, milliseconds deadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::string text;
    while (text.find('\n') == std::string::npos) {
        const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
        pollfd poll{pipe.number(), POLLIN, 0};
        if (::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) == 0) break;
        std::array<char, 4096> bytes{};
        const ssize_t got = read(pipe.number(), bytes.data(), bytes.size());
        if (got > 0) text.append(bytes.data(), static_cast<std::size_t>(got));
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
    }
    return text;
}

std::optional<int> number_in(const std::filesystem::path& path) {
    const auto text = read_small(path);
    int number = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc()) return {};
    return number;
}

std::vector<int> numbers(const std::vector<Descriptor>& files) {
    std::vector<int> result;
    for (const Descriptor& file : files) result.push_back(file.number());
    return result;
}

// Until a container begins its process is crun: the file itself, behind a mount of it that is detached already (so
// that its name in /proc says nothing), or where it could not mount, a copy of itself in memory. One that is ending
// has no program any more, and had begun.
bool has_not_begun(int pid) {
    const std::string link = fmt::format("/proc/{}/exe", pid);
    struct stat runs{}, runtime{};
    if (stat(link.c_str(), &runs) != 0) return false;
    if (stat(crunProgram, &runtime) == 0 && runs.st_dev == runtime.st_dev && runs.st_ino == runtime.st_ino) return true;
    std::error_code error;
    return std::filesystem::read_symlink(link, error).string().starts_with("/memfd:crun");
}

// Its sandbox is whole when it runs another program than crun's. False where it does not within the time.
bool await_program(const ProcessId& id, milliseconds within) {
    const auto process = open_process(id);
    const auto until = std::chrono::steady_clock::now() + within;
    while (process && has_not_begun(id.pid) && std::chrono::steady_clock::now() < until)
        if (await_end(*process, milliseconds(1))) break;
    return process && !has_not_begun(id.pid);
}

// Files of /proc itself, not those of processes.
std::vector<std::string> proc_files() {
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        std::error_code gone;
        if (entry.is_regular_file(gone)) files.push_back(entry.path().string());
    }
    return files;
}

world::TaskProcess process_of(const TaskRecord& record) {
    return {record.process.pid, record.process.startTime, record.monitor.pid};
}

}  // namespace

std::vector<std::string> Container::crun(std::initializer_list<std::string> arguments) const {
    std::vector<std::string> argv{crunProgram, fmt::format("--root={}", crunState), "--cgroup-manager=cgroupfs"};
    argv.insert(argv.end(), arguments);
    return argv;
}

Result<void> Container::run_crun(std::initializer_list<std::string> arguments) const {
    const std::vector<Descriptor> groups = TRY(cgroups_.entrance("helpers"));
    return run_to_end({crun(arguments), {}, {}, numbers(groups)}, helperDeadline);
}

std::optional<world::TaskProcess> Container::find() const {
    const auto record = read_task_record(place_.folder);
    if (!record || !lives(record->process) || !lives(record->monitor)) return std::nullopt;
    return process_of(*record);
}

bool Container::has_begun(milliseconds within) const {
    const auto record = read_task_record(place_.folder);
    return record && await_program(record->process, within);
}

std::optional<std::string> Container::digest() const {
    const auto record = read_task_record(place_.folder);
    if (!record || !find()) return std::nullopt;
    return record->digest;
}

// The monitor writes it a moment after the process has gone, and later where the machine is busy.
std::optional<int> Container::await_exit_code(const TaskRecord& record) const {
    const auto until = std::chrono::steady_clock::now() + exitWithin;
    while (true) {
        const bool monitored = lives(record.monitor);
        const auto code = number_in(run() / "exit" / place_.id);
        if (code || !monitored || std::chrono::steady_clock::now() > until) return code;
        std::this_thread::sleep_for(lookEvery);
    }
}

std::optional<world::TaskEnd> Container::ended() const {
    const auto record = read_task_record(place_.folder);
    if (!record || lives(record->process)) return std::nullopt;
    const auto code = await_exit_code(*record);
    if (!code) return std::nullopt;
    // A worker that was killed does not end a task whose first process goes on.
    const bool killed = *code == 128 + SIGKILL;
    return world::TaskEnd{*code, killed && cgroups_.oom_kills(place_.cgroup) > 0};
}

Result<world::TaskProcess> Container::start(const ContainerOrder& order) {
    const auto record = read_task_record(place_.folder);
    if (record && find() && !has_not_begun(record->process.pid)) {
        TRY_VOID(forget_variables());
        if (record->digest == order.digest) return process_of(*record);
        return fail("it runs, but is not the one that is wanted: stop it first");
    }
    // A job that has run is not run again before somebody has heard how it ended, and stopped it.
    if (order.once && record && record->digest == order.digest && ended()) return process_of(*record);
    TRY_VOID(clear());
    auto started = start_new(order);
    if (!started)
        if (auto cleared = clear(); !cleared)
            return fail("{}; and then {}", started.error().text(), cleared.error().text());
    return started;
}

Result<world::TaskProcess> Container::start_new(const ContainerOrder& order) {
    TRY_VOID(prepare(order));
    const Begun begun = TRY(create(order));
    if (order.relays) TRY_VOID(relay(begun.process.pid));
    if (order.image) TRY_VOID(close_root(begun.process.pid));
    // Before it begins: whoever is killed behind this line leaves word that it may have run.
    const TaskRecord record{order.digest, begun.process, begun.monitor};
    TRY_VOID(write_task_record(place_.folder, record));
    TRY_VOID(run_crun({"start", place_.id}));
    if (!await_program(begun.process, helperDeadline) && lives(begun.process))
        return fail("its program has not begun within {} s", helperDeadline.count() / 1000);
    TRY_VOID(forget_variables());
    return process_of(record);
}

Result<void> Container::prepare(const ContainerOrder& order) {
    const std::string emitted = TRY(read_small(place_.folder / "config.json"));
    const std::vector<SecretVariable> variables = TRY(secret_variables(emitted));
    RuntimeAdditions additions{.release = order.release,
                               .cgroup = cgroups_.top(),
                               .shared = place_.shared,
                               .certificates = std::filesystem::exists(place_.shared / "certs"),
                               .root = root(),
                               .procFiles = proc_files(),
                               .variables = TRY(values_of(variables, place_.folder))};
    if (order.image) additions.image = order.image->settings;
    const RuntimeConfig config = TRY(runtime_config(emitted, additions));
    if (config.cgroup != place_.cgroup)
        return fail("its config.json names the cgroup {}, which is another container's", config.cgroup);
    TRY_VOID(stop_signal(emitted));
    if (order.image)
        TRY_VOID(make_image_root(root(), top(), place_.shared, order.image->files, config));
    else
        TRY_VOID(make_task_root(root(), place_.shared, config));
    TRY_VOID(make_folder(run() / "exit", 0700));
    TRY_VOID(write_whole(run() / "config.json", config.text, 0600));
    return rotate_log(place_.log);
}

// Both copies of what crun was given: ours, and the one that it keeps for `crun exec`. Only a container that has not
// begun yet needs the values.
Result<void> Container::forget_variables() const {
    const Secret given(TRY(read_small(run() / "config.json")));
    const std::vector<SecretVariable> variables = TRY(secret_variables(given.reveal()));
    if (variables.empty()) return {};
    for (const std::filesystem::path& path :
         {run() / "config.json", std::filesystem::path(crunState) / place_.id / "config.json"}) {
        std::error_code error;
        if (!std::filesystem::exists(path, error)) continue;
        const Secret config(TRY(read_small(path)));
        const std::string without = TRY(without_variables(config.reveal(), variables));
        TRY_VOID(write_whole(path, without, 0600));
    }
    return {};
}

std::vector<std::string> Container::monitor_arguments(std::size_t descriptors) const {
    const std::string folder = run().string();
    std::vector<std::string> argv{conmonProgram,
                                  "--api-version",
                                  "1",
                                  "--cid",
                                  place_.id,
                                  "--cuuid",
                                  place_.id,
                                  "--name",
                                  place_.id,
                                  "--runtime",
                                  crunProgram,
                                  "--bundle",
                                  folder,
                                  "--full-attach",
                                  "--container-pidfile",
                                  folder + "/pid",
                                  "--conmon-pidfile",
                                  folder + "/monitor",
                                  "--exit-dir",
                                  folder + "/exit",
                                  "--log-path",
                                  "k8s-file:" + place_.log.string(),
                                  "--log-size-max",
                                  std::to_string(mostLogBytes),
                                  "--no-sync-log"};
    for (const std::string& argument : {fmt::format("--root={}", crunState), std::string("--cgroup-manager=cgroupfs")})
        argv.insert(argv.end(), {"--runtime-arg", argument});
    if (descriptors > 0) argv.insert(argv.end(), {"--runtime-opt", fmt::format("--preserve-fds={}", descriptors)});
    return argv;
}

Result<Container::Begun> Container::create(const ContainerOrder& order) {
    const std::vector<Descriptor> groups = TRY(cgroups_.entrance("helpers"));
    Pipe sync = TRY(make_pipe()), words = TRY(make_pipe());
    // crun hands on the descriptors from 3: the monitor's own come behind them.
    Command command{monitor_arguments(order.descriptors.size()), {}, {-1, -1, words.write.number()}, numbers(groups)};
    command.descriptors.insert(command.descriptors.end(), order.descriptors.begin(), order.descriptors.end());
    command.environment.push_back(fmt::format("_OCI_SYNCPIPE={}", command.descriptors.size()));
    command.descriptors.push_back(sync.write.number());
    Child child = TRY(spawn(command));
    sync.write = Descriptor();
    words.write = Descriptor();
    // The first process ends at once; the monitor is its child.
    if (const int code = TRY(wrap(child.wait(helperDeadline), "starting conmon")); code != 0)
        return fail("conmon ended with {}: {}", code, one_line(read_line(words.read, milliseconds(0))));
    const int pid = TRY(read_monitor_message(read_line(sync.read, helperDeadline)));
    const auto begun = start_time(pid);
    const auto monitorId = monitor();
    if (!begun || !monitorId) return fail("it ended before it was started");
    TRY_VOID(cgroups_.move(monitorId->pid, "monitors"));
    return Begun{{pid, *begun}, *monitorId};
}

// The monitor of this container, whether it was started or not; a number in a file alone may be another process' by
// now.
std::optional<ProcessId> Container::monitor() const {
    const auto pid = number_in(run() / "monitor");
    if (!pid) return std::nullopt;
    const auto begun = start_time(*pid);
    const auto arguments = read_small("/proc/" + std::to_string(*pid) + "/cmdline");
    const std::string own = std::string("--cid") + '\0' + place_.id + '\0';
    if (!begun || !arguments || !arguments->starts_with(conmonProgram) || arguments->find(own) == std::string::npos)
        return std::nullopt;
    return ProcessId{*pid, *begun};
}

Result<void> Container::stop(milliseconds drain) {
    if (const auto record = read_task_record(place_.folder))
        if (const auto process = open_process(record->process)) {
            // Of the configuration that it runs with: the next one's may be there already.
            const int asked = stop_signal(read_small(run() / "config.json").value_or("")).value_or(SIGTERM);
            const bool heeded = heeds(record->process.pid, asked);
            send_signal(*process, heeded ? asked : SIGKILL);
            await_end(*process, heeded ? drain : killDeadline);
        }
    return clear();
}

Result<void> Container::end_monitor() {
    const auto id = monitor();
    const auto process = id ? open_process(*id) : std::nullopt;
    if (!process || await_end(*process, monitorDeadline)) return {};
    send_signal(*process, SIGKILL);
    if (!await_end(*process, killDeadline)) return fail("its monitor (process {}) does not end", id->pid);
    return {};
}

// Kills a process that is in the container's cgroup.
void Container::end_own(int pid) const {
    const auto begun = start_time(pid);
    const auto process = begun ? open_process({pid, *begun}) : std::nullopt;
    const auto groups = read_small("/proc/" + std::to_string(pid) + "/cgroup");
    if (!process || !groups || groups->find(":/" + cgroups_.top() + "/" + place_.cgroup + "\n") == std::string::npos)
        return;
    send_signal(*process, SIGKILL);
    await_end(*process, killDeadline);
}

// What is left of it in any state, in an order that can be begun again; task.json last.
Result<void> Container::clear() {
    TRY_VOID(cgroups_.kill_all(place_.cgroup, killDeadline));
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::path(crunState) / place_.id, error))
        TRY_VOID(run_crun({"delete", "--force", place_.id}));
    TRY_VOID(end_monitor());
    cgroups_.remove(place_.cgroup);
    TRY_VOID(remove_task_root(root(), top()));
    for (const char* name : {"run", "task.json"}) TRY_VOID(remove_tree(place_.folder / name));
    return {};
}

Result<int> Container::exec(const Execution& wanted, const std::function<Result<void>()>& goesOn) {
    if (!find()) return fail("it does not run");
    const std::string config = TRY(read_small(run() / "config.json"));
    const std::uint32_t user = TRY(user_of(config));
    const std::filesystem::path pidFile = run() / ("exec-" + random_id());
    const std::vector<Descriptor> groups = TRY(cgroups_.entrance("helpers"));
    std::optional<Console> console;
    Pipe words = TRY(make_pipe());
    // Without these words crun runs it as root.
    Command command{
        crun({"exec", fmt::format("--user={0}:{0}", user), "--no-new-privs", "--pid-file=" + pidFile.string()}),
        {},
        {wanted.stdio.begin(), wanted.stdio.end()},
        numbers(groups)};
    if (wanted.terminal >= 0) {
        console.emplace(TRY(Console::open()));
        command.descriptors = {-1, -1, words.write.number()};  // crun's own; the program has the terminal
        command.argv.insert(command.argv.end(), {"--tty", "--console-socket=" + console->path()});
        if (!wanted.terminalType.empty()) command.argv.push_back("--env=TERM=" + wanted.terminalType);
    }
    command.argv.push_back(place_.id);
    command.argv.insert(command.argv.end(), wanted.argv.begin(), wanted.argv.end());
    Child child = TRY(spawn(command));
    const auto wait = [&]() -> Result<int> {
        if (console && !TRY(console->pass_on(wanted.terminal, child, helperDeadline)))
            return fail("{}", one_line(read_line(words.read, milliseconds(0))));
        return child.wait(longestExec, goesOn, askEvery);
    };
    auto code = wait();
    // Only crun was killed then: the program in the container is a process of its own.
    if (const auto pid = code ? std::nullopt : number_in(pidFile)) end_own(*pid);
    TRY_VOID(remove_tree(pidFile));
    return wrap(std::move(code), "running {} in it", wanted.argv.front());
}

}  // namespace tenantry::host
