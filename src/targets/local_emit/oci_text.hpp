#pragma once

// The parts of an OCI runtime configuration (specification 1.0.2) that are the same for every task.

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

/// The object `process` around what differs; `args` and `env` are complete arrays.
void write_process(JsonTemplate& json, const TemplateText& args, const TemplateText& env);
/// The array `mounts`: the kernel's, private memory, `binds`.
void write_mounts(JsonTemplate& json, const std::vector<Bind>& binds);

/// Numbers as blanks or literals.
struct Limits {
    TemplateText memory;  ///< bytes
    TemplateText shares;  ///< 1/1024 of a CPU
    TemplateText quota;   ///< microseconds in each `cpuPeriod`
};
/// The object `linux`.
void write_linux(JsonTemplate& json, const Limits& limits);

}  // namespace tenantry::local_emit
