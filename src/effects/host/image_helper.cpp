#include "image_helper.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"
#include "mounts.hpp"
#include "process.hpp"

namespace tenantry::host {
namespace {

using std::chrono::milliseconds;
using std::filesystem::path;

constexpr const char* place = "/mnt";
constexpr std::size_t mostOutput = 4 << 20;
constexpr std::size_t mostWords = 600;
// How often it is looked at what a helper uses.
constexpr milliseconds lookEvery{100};
// Of Go's memory; what it maps without using is not counted (RLIMIT_DATA, getrlimit(2)).
constexpr std::uint64_t mostMemory = std::uint64_t{1} << 30;
// Files of an unpacked image have ids of 16 bits; these are above all that a lock gives (0xFFFF0000). The last one is
// no id.
constexpr OwnerMapping unpackIds{.from = 0, .to = 0xFFFF'0000, .count = 0xFFFF};

Result<void> call(int result, const char* what) {
    if (result == 0) return {};
    return fail("{}: {}", what, reason(errno));
}

Result<void> bind_at(const path& from, const path& to, unsigned long flags) {
    TRY_VOID(call(mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr), "mounting a folder"));
    return call(mount(nullptr, to.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NODEV | flags, nullptr),
                "mounting a folder again");
}

Result<void> own_mounts(int flags) {
    TRY_VOID(call(unshare(CLONE_FS | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | flags), "making namespaces"));
    return call(mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), "parting the mounts");
}

Result<Descriptor> memory(const std::string& bytes) {
    Descriptor file(memfd_create("helper", MFD_CLOEXEC));
    if (file.number() < 0 || pwrite(file.number(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return fail("making a file in memory: {}", reason(errno));
    return file;
}

std::string text_of(const Descriptor& file, std::size_t most) {
    struct stat status{};
    fstat(file.number(), &status);
    const auto size = static_cast<std::size_t>(status.st_size), begin = size > most ? size - most : 0;
    std::string text(size - begin, '\0');
    const ssize_t got = pread(file.number(), text.data(), text.size(), static_cast<off_t>(begin));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

struct Used {
    std::uint64_t bytes = 0, largest = 0;
    std::size_t files = 0;
};

// Files come and go meanwhile: what is gone is not counted.
Used used_in(const path& folder) {
    Used used;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code gone;
        ++used.files;
        if (entry->is_symlink(gone) || !entry->is_regular_file(gone)) continue;
        const std::uintmax_t size = entry->file_size(gone);
        if (gone) continue;
        used.bytes += size;
        used.largest = std::max(used.largest, std::uint64_t{size});
    }
    return used;
}

Result<void> check_use(const path& folder, const HelperLimits& limits) {
    const Used used = used_in(folder);
    if (used.bytes > limits.bytes) return fail("it is too large: it has more than {} MiB", limits.bytes >> 20);
    if (used.files > limits.files) return fail("it has more than {} files", limits.files);
    return {};
}

std::vector<std::string> environment() {
    std::vector<std::string> result{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nowhere", "TMPDIR=/mnt/tmp"};
    // The way out of this machine is the operator's own setting of the daemon.
    for (const char* name : {"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"})
        if (const char* value = std::getenv(name)) result.push_back(fmt::format("{}={}", name, value));
    return result;
}

std::vector<std::string> limited(const HelperLimits& limits) {
    return {"/usr/bin/prlimit", fmt::format("--fsize={}", limits.fileBytes), fmt::format("--data={}", mostMemory),
            "--core=0", "--"};
}

void append(std::vector<std::string>& to, std::initializer_list<std::string> words) { to.insert(to.end(), words); }

Result<void> check_installed(const char* program) {
    if (access(program, X_OK) == 0) return {};
    return fail("there is no {}: install the package {}", program, path(program).filename().string());
}

// The root that umoci gets, made at `place` and entered. What it is a view of lies below `/` until the end.
Result<void> enter_unpack(const path& work, const path& layout, const Descriptor& ids) {
    TRY_VOID(own_mounts(CLONE_NEWNET | CLONE_NEWPID));
    TRY_VOID(mount_memory(place, "mode=755,size=1m,nr_inodes=64"));
    const path root(place);
    for (const char* name : {"usr", "image", "layout", "files", "ids"}) TRY_VOID(make_folder(root / name));
    for (const char* name : {"bin", "lib", "lib64"}) {
        std::error_code error;
        std::filesystem::create_symlink(std::string("usr/") + name, root / name, error);
        if (error) return fail("making a link: {}", error.message());
    }
    TRY_VOID(bind_at("/usr", root / "usr", MS_RDONLY));
    TRY_VOID(bind_at(work / "oci", root / "image", MS_RDONLY | MS_NOEXEC));
    TRY_VOID(bind_at(layout, root / "layout", MS_RDONLY | MS_NOEXEC));
    TRY_VOID(bind_at(work / "files", root / "files", MS_NOEXEC));
    TRY_VOID(write_whole(root / "ids/user", "", 0444));
    TRY_VOID(call(mount(fmt::format("/proc/self/fd/{}", ids.number()).c_str(), (root / "ids/user").c_str(), nullptr,
                        MS_BIND, nullptr),
                  "mounting a user namespace"));
    TRY_VOID(call(chdir(place), "entering the root"));
    TRY_VOID(call(static_cast<int>(syscall(SYS_pivot_root, ".", ".")), "changing the root"));
    TRY_VOID(call(umount2(".", MNT_DETACH), "leaving the old root"));
    return call(chdir("/"), "entering the root");
}

}  // namespace

struct ImageHelpers::Order {
    std::function<Result<void>()> enter;  ///< in the thread that starts it
    std::vector<std::string> argv, environment;
    std::vector<int> descriptors;  ///< become 3, 4, ...
    path counted;                  ///< the folder whose use is limited
    HelperLimits limits;
};

Result<HelperEnd> ImageHelpers::run(const Order& order) const {
    // Opened here: the root that the thread enters has none.
    const Descriptor none(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const Descriptor output = TRY(memory("")), words = TRY(memory(""));
    const std::vector<Descriptor> groups = TRY(cgroups_.entrance("helpers"));
    Command command{order.argv, order.environment, {none.number(), output.number(), words.number()}, {}};
    command.descriptors.insert(command.descriptors.end(), order.descriptors.begin(), order.descriptors.end());
    for (const Descriptor& group : groups) command.groups.push_back(group.number());
    const auto look = [&]() -> Result<void> {
        if (stopping_.stop_requested()) return fail("the daemon ends");
        return check_use(order.counted, order.limits);
    };
    TRY_VOID(look());
    // Namespaces are a thread's, and then those of what it started.
    std::optional<Result<Child>> child;
    std::thread([&] {
        child.emplace([&]() -> Result<Child> {
            TRY_VOID(order.enter());
            return spawn(command);
        }());
    }).join();
    Child started = TRY(*std::move(child));
    const int code = TRY(started.wait(order.limits.time, look, lookEvery));
    TRY_VOID(look());
    HelperEnd end{.code = code, .output = text_of(output, mostOutput), .words = one_line(text_of(words, mostWords))};
    // Go's runtime dies of SIGXFSZ, or the write fails.
    end.tooLarge = code != 0 && (used_in(order.counted).largest >= order.limits.fileBytes ||
                                 end.words.find(reason(EFBIG)) != std::string::npos ||
                                 end.words.find("file too large") != std::string::npos);
    return end;
}

Result<HelperEnd> ImageHelpers::skopeo(const Fetch& fetch) const {
    TRY_VOID(check_installed("/usr/bin/skopeo"));
    const Descriptor logins = TRY(memory(fetch.logins));
    const auto enter = [&]() -> Result<void> {
        TRY_VOID(own_mounts(fetch.source.empty() ? 0 : CLONE_NEWNET));
        TRY_VOID(bind_at(fetch.work, place, MS_NOEXEC));
        if (fetch.source.empty()) return {};
        return bind_at(fetch.source, path(place) / "source", MS_RDONLY | MS_NOEXEC);
    };
    Order order{.enter = enter,
                .argv = limited(fetch.limits),
                .environment = environment(),
                .descriptors = {logins.number()},
                .counted = fetch.work,
                .limits = fetch.limits};
    const std::string user = std::to_string(imageUser);
    append(order.argv, {"/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs",
                        "--bounding-set=-all", "--inh-caps=-all", "--"});
    // Its own settings of registries could name others, or plain HTTP for them.
    append(order.argv, {"/usr/bin/skopeo", "--registries-conf", "/dev/null"});
    order.argv.insert(order.argv.end(), fetch.arguments.begin(), fetch.arguments.end());
    return wrap(run(order), "running skopeo");
}

Result<HelperEnd> ImageHelpers::unpack(const path& work, const path& layout, const HelperLimits& limits) const {
    TRY_VOID(check_installed("/usr/bin/umoci"));
    const Descriptor ids = TRY(user_namespace(unpackIds));
    Order order{.enter = [&] { return enter_unpack(work, layout, ids); },
                .argv = limited(limits),
                .environment = {"PATH=/usr/bin", "LC_ALL=C.UTF-8", "HOME=/files", "TMPDIR=/files"},
                .descriptors = {},
                .counted = work / "files",
                .limits = limits};
    append(order.argv, {"/usr/bin/setpriv", "--no-new-privs", "/usr/bin/nsenter", "--user=/ids/user", "/usr/bin/umoci",
                        "raw", "unpack", "--image", "/image:image", "/files/root"});
    return wrap(run(order), "running umoci");
}

Result<path> ImageHelpers::unpacked_place(const path& work) {
    TRY_VOID(make_folder(work / "files", 0700, FileOwner{unpackIds.to, unpackIds.to}));
    return work / "files" / "root";
}

}  // namespace tenantry::host
