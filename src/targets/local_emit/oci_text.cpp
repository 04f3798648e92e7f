#include "oci_text.hpp"

#include <initializer_list>

#include "seccomp.hpp"

namespace tenantry::local_emit {
namespace {

// Processes and threads of one task. nginx and HAProxy have less than ten, a Go or Java service some dozens; a fork
// bomb ends here.
constexpr int pidsLimit = 256;
// INR_OPEN_MAX of include/uapi/linux/fs.h.
constexpr std::uint32_t filesHard = 4096;
// Where the whole machine has no memory left, tasks go before what supervises them (oom_score_adj of proc(5); raising
// it needs no right).
constexpr int oomScore = 500;

void strings(JsonTemplate& json, Literal key, std::initializer_list<Literal> values) {
    json.key(key).array(Layout::line);
    for (const Literal value : values) json.value(value);
    json.end();
}

void rlimit(JsonTemplate& json, Literal type, std::uint32_t soft, std::uint32_t hard) {
    json.object(Layout::line).member("type", type).member("soft", soft).member("hard", hard).end();
}

void mount(JsonTemplate& json, Literal target, Literal type, std::initializer_list<Literal> options) {
    json.object(Layout::line).member("destination", target).member("type", type).member("source", type);
    strings(json, "options", options);
    json.end();
}

// It belongs to the task, which is not root.
void write(JsonTemplate& json, const OwnFolder& own) {
    json.object(Layout::line).member("destination", own.target).member("type", "tmpfs").member("source", "tmpfs");
    json.key("options").array().value("nosuid").value("nodev").value("noexec").value("mode=755");
    json.value(TemplateText().add("uid=", own.user));
    json.value(TemplateText().add("gid=", own.user));
    json.value("size=1m").value("nr_inodes=256").end().end();
}

void write(JsonTemplate& json, const Bind& bind) {
    json.object(Layout::line).member("destination", bind.target).member("type", "bind").member("source", bind.source);
    json.key("options").array().value("bind").value(bind.writable ? Literal("rw") : Literal("ro"));
    json.value("private").value("nosuid").value("nodev");
    if (!bind.programs) json.value("noexec");
    json.end().end();
}

void namespaces(JsonTemplate& json, const Place& place) {
    json.key("namespaces").array();
    for (const Literal type : {Literal("pid"), Literal("mount"), Literal("ipc"), Literal("uts"), Literal("cgroup")})
        json.object(Layout::line).member("type", type).end();
    if (place.network) json.object(Layout::line).member("type", "network").member("path", *place.network).end();
    json.end();
}

void resources(JsonTemplate& json, const Limits& limits) {
    json.key("resources").object();
    json.key("devices").array().object(Layout::line).member("allow", false).member("access", "rwm").end().end();
    json.key("memory").object(Layout::line).key("limit").bare(limits.memory).end();
    json.key("cpu").object(Layout::line).key("shares").bare(limits.shares).key("quota").bare(limits.quota);
    json.member("period", cpuPeriod).end();
    json.key("pids").object(Layout::line).member("limit", pidsLimit).end();
    json.end();
}

// What proc(5) tells about the machine or other tasks, or lets change it.
void proc_paths(JsonTemplate& json) {
    strings(
        json, "maskedPaths",
        {"/proc/acpi",         "/proc/asound",      "/proc/buddyinfo",     "/proc/cmdline",     "/proc/config.gz",
         "/proc/diskstats",    "/proc/interrupts",  "/proc/iomem",         "/proc/ioports",     "/proc/kallsyms",
         "/proc/kcore",        "/proc/key-users",   "/proc/keys",          "/proc/kmsg",        "/proc/kpagecgroup",
         "/proc/kpagecount",   "/proc/kpageflags",  "/proc/latency_stats", "/proc/modules",     "/proc/mtrr",
         "/proc/pagetypeinfo", "/proc/partitions",  "/proc/pressure",      "/proc/sched_debug", "/proc/schedstat",
         "/proc/scsi",         "/proc/slabinfo",    "/proc/softirqs",      "/proc/swaps",       "/proc/sysrq-trigger",
         "/proc/timer_list",   "/proc/vmallocinfo", "/proc/zoneinfo"});
    strings(json, "readonlyPaths", {"/proc/bus", "/proc/driver", "/proc/fs", "/proc/irq", "/proc/sys"});
}

}  // namespace

void write_process(JsonTemplate& json, const Program& program) {
    json.key("process").object().member("terminal", false);
    json.key("user").object(Layout::line);
    json.key("uid").bare(program.user).key("gid").bare(program.user).end();
    json.key("args").bare(program.args).key("env").bare(program.env).member("cwd", "/");
    json.key("capabilities").object();
    for (const Literal set :
         {Literal("bounding"), Literal("effective"), Literal("inheritable"), Literal("permitted"), Literal("ambient")})
        json.key(set).array().end();
    json.end();
    json.key("rlimits").array();
    rlimit(json, "RLIMIT_CORE", 0, 0);
    rlimit(json, "RLIMIT_NOFILE", program.files, filesHard);
    json.end().member("oomScoreAdj", oomScore).member("noNewPrivileges", true).end();
}

void write_mounts(JsonTemplate& json, Terminals terminals, const std::vector<OwnFolder>& own,
                  const std::vector<Bind>& binds) {
    json.key("mounts").array();
    mount(json, "/proc", "proc", {"nosuid", "nodev", "noexec"});
    mount(json, "/dev", "tmpfs", {"nosuid", "noexec", "mode=755", "size=64k", "nr_inodes=64"});
    mount(json, "/dev/shm", "tmpfs", {"nosuid", "nodev", "noexec", "mode=1777", "size=16m", "nr_inodes=256"});
    mount(json, "/tmp", "tmpfs", {"nosuid", "nodev", "noexec", "mode=1777", "size=64m", "nr_inodes=4096"});
    // Each mount is an instance of its own; the kernel's limit of terminals is the whole machine's
    // (Documentation/filesystems/devpts.rst).
    if (terminals == Terminals::own)
        mount(json, "/dev/pts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0600", "max=16"});
    for (const OwnFolder& folder : own) write(json, folder);
    for (const Bind& bind : binds) write(json, bind);
    json.end();
}

void write_linux(JsonTemplate& json, const Place& place, const Limits& limits) {
    json.key("linux").object();
    namespaces(json, place);
    json.key("uidMappings").array().end().key("gidMappings").array().end();
    json.member("cgroupsPath", place.cgroup);
    resources(json, limits);
    json.member("rootfsPropagation", "private");
    proc_paths(json);
    json.key("seccomp");
    write_seccomp(json);
    json.end();
}

}  // namespace tenantry::local_emit
