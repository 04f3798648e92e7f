#pragma once

// The parts of an OCI runtime configuration (specification 1.0.2) that are the same for every task.

#include <cstdint>
#include <optional>
#include <vector>

#include "json_template.hpp"

namespace tenantry::local_emit {

/// A file or folder of the machine inside a task.
struct Bind {
    TemplateText source;
    TemplateText target;
    bool writable = false;
    bool programs = false;  ///< may hold programs to run
};

/// What runs. `args` and `env` are complete arrays.
struct Program {
    TemplateText user;  ///< uid and gid
    TemplateText args;
    TemplateText env;
    /// Open files at first; never more than the kernel starts every process with (INR_OPEN_MAX of
    /// include/uapi/linux/fs.h), so that a runtime needs no right to raise limits.
    std::uint32_t files = 1024;
};
/// The object `process`.
void write_process(JsonTemplate& json, const Program& program);

/// A folder of the task's own in memory: 1 MiB, 256 files.
struct OwnFolder {
    TemplateText target;
    TemplateText user;
};
/// Whether terminals can be made in it (pty(7)), a few of its own, for who runs a program in it by hand.
enum class Terminals : std::uint8_t { none, own };
/// The array `mounts`: the kernel's, private memory, `own`, `binds`.
void write_mounts(JsonTemplate& json, Terminals terminals, const std::vector<OwnFolder>& own,
                  const std::vector<Bind>& binds);

/// Where it runs.
struct Place {
    std::optional<TemplateText> network;  ///< path of a pinned namespace; nothing: the machine's network
    TemplateText cgroup;
};

/// Numbers as blanks or literals.
struct Limits {
    TemplateText memory;  ///< bytes
    TemplateText shares;  ///< 1/1024 of a CPU
    TemplateText quota;   ///< microseconds in each `cpuPeriod`
};
/// The object `linux`.
void write_linux(JsonTemplate& json, const Place& place, const Limits& limits);

}  // namespace tenantry::local_emit
