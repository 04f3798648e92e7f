#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <tenantry/host/doctor.hpp>
#include <tenantry/host/ferretdb.hpp>
#include <tenantry/host/machine_view.hpp>

#include "cgroups.hpp"
#include "files.hpp"
#include "mounts.hpp"
#include "net_rules.hpp"

namespace tenantry::host {
namespace {

constexpr std::uint64_t leastDisk = std::uint64_t{1} << 30;

// In a thread of its own, whose namespaces end with it.
template <class Do>
Result<void> in_namespaces(int flags, Do work) {
    Result<void> done;
    std::thread([&] {
        if (unshare(flags) != 0)
            done = fail("{}", reason(errno));
        else
            done = work();
    }).join();
    return done;
}

Finding of(std::string what, const Result<void>& done, std::string good, std::string help) {
    if (done) return {std::move(what), true, std::move(good), {}};
    return {std::move(what), false, done.error().text(), std::move(help)};
}

Finding user() {
    if (geteuid() == 0) return {"user", true, "root", {}};
    return {"user", false, fmt::format("uid {}", geteuid()), "run it as root: `sudo tenantry doctor`"};
}

Finding kernel() {
    utsname name{};
    uname(&name);
    const std::string_view release = name.release;  // `6.1.0-28-amd64`
    int major = 0, minor = 0;
    const auto dot = std::from_chars(release.data(), release.data() + release.size(), major).ptr;
    if (dot != release.data() + release.size()) std::from_chars(dot + 1, release.data() + release.size(), minor);
    const bool good = major > 5 || (major == 5 && minor >= 10);
    return {"kernel", good, fmt::format("Linux {}", name.release), good ? "" : "it needs Linux 5.10 or newer"};
}

Finding programs() {
    std::string missing;
    for (const char* path :
         {"/usr/bin/crun", "/usr/bin/conmon", "/usr/sbin/nft", "/usr/sbin/haproxy", "/usr/sbin/nginx"})
        if (access(path, X_OK) != 0) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", path);
    if (missing.empty()) return {"programs", true, "crun, conmon, nft, haproxy, nginx", {}};
    return {"programs", false, "missing: " + missing, "install the packages of packaging/apt.txt, part `local target`"};
}

// What a store's data are made and run with.
constexpr std::array postgresqlPrograms{"/usr/lib/postgresql/15/bin/postgres", "/usr/lib/postgresql/15/bin/initdb",
                                        "/usr/lib/postgresql/15/bin/pg_controldata", "/usr/bin/setpriv"};
constexpr std::array redisPrograms{"/usr/bin/redis-server"};

Result<void> all_there(std::span<const char* const> paths) {
    for (const char* path : paths)
        if (access(path, X_OK) != 0) return fail("there is no {}", path);
    return {};
}

// Which a platform needs is not known here: one that is missing is said, and is no fault.
Finding stores() {
    std::string there, missing, help;
    const auto add = [&](const char* engine, const Result<void>& found, const char* what) {
        there += found ? fmt::format("{}{}", there.empty() ? "" : ", ", engine) : "";
        missing += found ? "" : fmt::format("; no {}: {}", engine, found.error().text());
        help += found ? "" : fmt::format("{}{}", help.empty() ? "for such stores: " : ", ", what);
    };
    const auto ferretdb = find_ferretdb();
    add("postgresql", all_there(postgresqlPrograms), "install postgresql-15 (and util-linux for setpriv)");
    add("redis", all_there(redisPrograms), "install redis-server");
    add("mongodb", ferretdb ? Result<void>() : std::unexpected(ferretdb.error()),
        "run `make ferretdb` in Tenantry's sources");
    return {"stores", true, (there.empty() ? "none" : there) + missing, help};
}

// Only platforms with images of registries, layouts or archives need them.
Finding images() {
    std::string missing;
    for (const char* name : {"skopeo", "umoci"})
        if (access(fmt::format("/usr/bin/{}", name).c_str(), X_OK) != 0)
            missing += fmt::format("{}{}", missing.empty() ? "" : " and ", name);
    if (missing.empty()) return {"images", true, "skopeo, umoci", {}};
    return {"images", true, "no " + missing, "for images that others built: install " + missing};
}

// A folder over another one whose files belong to another user there, as a store's data lie over a template.
Result<void> try_store_data() {
    std::string place =
        (std::filesystem::exists(stateFolder) ? std::string(stateFolder) : "/var/lib") + "/tenantry-doctor.XXXXXX";
    if (mkdtemp(place.data()) == nullptr) return fail("making a folder at {}: {}", place, reason(errno));
    const std::filesystem::path folder(place);
    for (const char* part : {"lower", "upper", "work"}) std::filesystem::create_directory(folder / part);
    auto mounted = in_namespaces(CLONE_FS | CLONE_NEWNS, [&]() -> Result<void> {
        if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return fail("{}", reason(errno));
        return mount_writable({.lower = folder / "lower",
                               .owner = {.from = 0, .to = 1},
                               .upper = folder / "upper",
                               .work = folder / "work"},
                              folder / "point");
    });
    std::error_code gone;
    std::filesystem::remove_all(folder, gone);
    return mounted;
}

// No fault either: only PostgreSQL and MongoDB need it.
Finding store_data() {
    Finding finding = of("store data", try_store_data(), "a folder with mapped owners was mounted and dropped",
                         "for PostgreSQL and MongoDB: Linux 5.19 or newer, and a file system whose owners can be "
                         "mapped (ext4, xfs, btrfs) at /var/lib/tenantry");
    finding.good = true;
    return finding;
}

Finding rules() {
    return of(
        "nftables",
        in_namespaces(
            CLONE_NEWNET,
            [] { return replace_rules(R"({"nftables": [{"add": {"table": {"family": "inet", "name": "t"}}}]})"); }),
        "a rule set was made and dropped", "the kernel needs nf_tables, and this process CAP_NET_ADMIN");
}

Finding overlays() {
    return of("overlayfs",
              in_namespaces(CLONE_FS | CLONE_NEWNS,
                            []() -> Result<void> {
                                if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                                    mount("overlay", "/mnt", "overlay", MS_RDONLY, "lowerdir=/usr:/etc") != 0)
                                    return fail("{}", reason(errno));
                                return {};
                            }),
              "an overlay was mounted and dropped", "the kernel needs overlayfs, and this process CAP_SYS_ADMIN");
}

Finding groups() {
    const auto text = read_small("/proc/self/mountinfo");
    const CgroupMounts mounts = cgroup_mounts(text.value_or(""));
    const bool legacy = !mounts.memory.empty() && !mounts.pids.empty();
    if (legacy) return {"cgroups", true, "version 1, with memory and pids", {}};
    if (mounts.legacy.empty() && !mounts.unified.empty()) return {"cgroups", true, "version 2", {}};
    return {"cgroups", false, "no hierarchy with the controllers memory and pids", "mount cgroup2 at /sys/fs/cgroup"};
}

// The edge's ports are free, or its own.
Finding port(std::uint16_t number) {
    const std::string what = fmt::format("port {}", number);
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(number);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return {what, true, "free on 127.0.0.1", {}};
    if (std::filesystem::exists(std::string(runFolder) + "/edge"))
        return {what, true, "taken, by the edge that runs", {}};
    return {what, false, "taken on 127.0.0.1 by another program", "end that program: `ss -ltnp` names it"};
}

Finding disk() {
    struct statvfs status{};
    const char* folder = std::filesystem::exists(stateFolder) ? stateFolder : "/var/lib";
    if (statvfs(folder, &status) != 0) return {"disk", false, reason(errno), fmt::format("make {}", folder)};
    const std::uint64_t free = std::uint64_t{status.f_bavail} * status.f_frsize;
    const std::string seen = fmt::format("{} MiB free at {}", free >> 20, folder);
    return {"disk", free >= leastDisk, seen, free >= leastDisk ? "" : "free 1 GiB at least"};
}

}  // namespace

std::vector<Finding> examine_machine() {
    return {user(),  kernel(),   programs(), stores(),   store_data(), images(),
            rules(), overlays(), groups(),   port(8443), port(8080),   disk()};
}

}  // namespace tenantry::host
