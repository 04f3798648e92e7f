#include <cerrno>
#include <filesystem>
#include <future>
#include <thread>

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <tenantry/host/machine_view.hpp>

#include "cgroups.hpp"
#include "files.hpp"
#include "mounts.hpp"

namespace tenantry::host {
namespace {

constexpr const char* pinFolder = "/run/tenantry/mounts";
constexpr const char* pin = "/run/tenantry/mounts/namespace";
// Which namespace the pin stands for: from inside it the pin cannot be seen.
constexpr const char* pinNumber = "/run/tenantry/mounts/number";
constexpr std::chrono::seconds helpersEnd(10);

Result<std::string> own_number() {
    struct stat status{};
    if (stat("/proc/self/ns/mnt", &status) != 0) return fail("reading /proc/self/ns/mnt: {}", reason(errno));
    return std::to_string(status.st_ino);
}

bool pinned() {
    struct statfs status{};
    return statfs(pin, &status) == 0 && status.f_type == NSFS_MAGIC;
}

// A namespace cannot be pinned in itself or below a shared mount, which would carry the pin into it (EINVAL).
Result<void> prepare_folder() {
    TRY_VOID(make_folder(runFolder));
    TRY_VOID(make_folder(pinFolder, 0700));
    if (!is_mount(pinFolder) && mount(pinFolder, pinFolder, nullptr, MS_BIND, nullptr) != 0)
        return fail("mounting {}: {}", pinFolder, reason(errno));
    if (mount(nullptr, pinFolder, nullptr, MS_PRIVATE, nullptr) != 0)
        return fail("making the mount {} private: {}", pinFolder, reason(errno));
    const Descriptor file(open(pin, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.number() < 0) return fail("making {}: {}", pin, reason(errno));
    return {};
}

// In a hybrid machine crun gives up where it finds the unified tree. Without it, it still makes folders in the place
// where that was mounted, which are its own business in a memory of its own.
Result<void> hide_unified_tree() {
    const CgroupMounts mounts = cgroup_mounts(TRY(read_small("/proc/thread-self/mountinfo")));
    if (mounts.legacy.empty()) return {};
    for (const auto& point : mounts.unified) {
        TRY_VOID(unmount(point));
        TRY_VOID(mount_memory(point, "mode=700,size=4m"));
    }
    return {};
}

// What the host mounts later is seen in the view, what the view mounts is not seen by the host.
Result<void> make_view() {
    if (unshare(CLONE_FS | CLONE_NEWNS) != 0) return fail("making a mount namespace: {}", reason(errno));
    if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
        return fail("parting the mounts from the host's: {}", reason(errno));
    return hide_unified_tree();
}

Result<void> enter_pin() {
    const Descriptor opened(open(pin, O_RDONLY | O_CLOEXEC));
    if (opened.number() < 0 || setns(opened.number(), CLONE_NEWNS) != 0)
        return fail("entering the mounts of {}: {}", pin, reason(errno));
    return write_whole(pinNumber, TRY(own_number()), 0600);
}

// A namespace is pinned only in one with a lower number (EINVAL), against circles. Since Linux 6.18 the numbers are
// given out to each CPU in rows (kernel/nstree.c, include/linux/cookie.h): a new one has a lower number than ours where
// ours was made on a CPU that is ahead. So each CPU is tried, and at last with so many made before that a row ends.
constexpr int rowOfNumbers = 4096;
struct Attempt {
    std::size_t cpu = 0;
    int before = 0;  // namespaces made and dropped before
};

Result<std::string> hold_view(const Attempt& attempt) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(attempt.cpu, &cpus);
    if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0)
        return fail("running on CPU {}: {}", attempt.cpu, reason(errno));
    for (int made = 0; made < attempt.before; ++made)
        if (unshare(CLONE_NEWUTS) != 0) return fail("making a namespace: {}", reason(errno));
    TRY_VOID(make_view());
    return "/proc/self/task/" + std::to_string(gettid()) + "/ns/mnt";
}

// The pin is made here, in the namespace above, while the new one is held by a thread. False where its number is too
// low.
Result<bool> try_pin(const Attempt& attempt) {
    std::promise<Result<std::string>> made;
    std::promise<void> done;
    std::thread holder([&made, &attempt, end = done.get_future()] {
        made.set_value(hold_view(attempt));
        end.wait();
    });
    const Result<std::string> path = made.get_future().get();
    const bool pinnedNow = path && mount(path->c_str(), pin, nullptr, MS_BIND, nullptr) == 0;
    const int error = errno;
    done.set_value();
    holder.join();
    if (!path) return std::unexpected(path.error());
    if (!pinnedNow && error != EINVAL) return fail("pinning the mounts at {}: {}", pin, reason(error));
    return pinnedNow;
}

Result<void> make_pin() {
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0) return fail("asking for the CPUs: {}", reason(errno));
    for (const int before : {0, rowOfNumbers})
        for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &cpus))
                if (TRY(try_pin({cpu, before}))) return {};
    return fail("pinning the mounts at {}: {}", pin, reason(EINVAL));
}

// True where an earlier view was entered.
Result<bool> enter_view() {
    if (const auto number = read_small(pinNumber); number && *number == TRY(own_number())) return true;
    const bool there = pinned();
    if (!there) {
        TRY_VOID(prepare_folder());
        TRY_VOID(make_pin());
    }
    TRY_VOID(enter_pin());
    return there;
}

}  // namespace

MachineView::MachineView(std::unique_ptr<Cgroups> cgroups, bool entered)
    : cgroups_(std::move(cgroups)), entered_(entered) {}
MachineView::MachineView(MachineView&&) noexcept = default;
MachineView& MachineView::operator=(MachineView&&) noexcept = default;
MachineView::~MachineView() = default;

Result<MachineView> MachineView::enter(const MachineSettings& settings) {
    const bool entered = TRY(wrap(enter_view(), "preparing this machine's mounts"));
    auto cgroups = std::make_unique<Cgroups>(TRY(Cgroups::find(settings.cgroup)));
    TRY_VOID(wrap(cgroups->kill_all("helpers", helpersEnd), "ending what an earlier daemon left"));
    TRY_VOID(cgroups->move(getpid(), "daemon"));
    return MachineView(std::move(cgroups), entered);
}

Result<void> remove_from_machine(const MachineSettings& settings) {
    for (const char* mounted : {pin, pinFolder})
        if (umount2(mounted, MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL && errno != ENOENT)
            return fail("unmounting {}: {}", mounted, reason(errno));
    const auto cgroups = Cgroups::find(settings.cgroup);
    if (cgroups)
        for (const char* group : {"daemon", "helpers", "monitors", "edge", "environments", ""}) cgroups->remove(group);
    for (const std::filesystem::path folder : {runFolder, stateFolder}) {
        std::error_code error;
        for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error))
            TRY_VOID(remove_tree(entry->path()));
        if (error && error != std::errc::no_such_file_or_directory)
            return fail("{}: {}", folder.string(), error.message());
        if (rmdir(folder.c_str()) != 0 && errno != ENOENT && errno != EBUSY)
            return fail("removing {}: {}", folder.string(), reason(errno));
    }
    return {};
}

}  // namespace tenantry::host
