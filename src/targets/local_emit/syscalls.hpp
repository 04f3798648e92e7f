#pragma once

#include <span>

#include "template.hpp"

namespace tenantry::local_emit {

/// System calls that a task may make whatever their arguments are, in groups. Names are those of libseccomp; one that
/// an architecture does not have is passed over there.
struct SyscallGroup {
    Literal what;
    std::span<const Literal> names;
};
std::span<const SyscallGroup> allowed_syscalls();

}  // namespace tenantry::local_emit
