#pragma once

// The sandbox of every task, as docs/sandbox.md publishes it. Claim RUN-1 holds facts against this.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenantry::verify {

/// Lines of the seccomp profile and of what is hidden of /proc (Profile), sorted.
const std::vector<std::string>& published_calls();
const std::vector<std::string>& published_masks();

/// The ids of environments begin here; below are the machine's and the edge's.
inline constexpr std::uint32_t firstEnvironmentId = 1u << 20;

/// Processes and threads of one task.
inline constexpr std::uint64_t mostProcesses = 256;

/// Where a task has memory of its own, with limits of size and files.
inline constexpr std::array<std::string_view, 4> memoryPoints{"/dev", "/dev/shm", "/run", "/tmp"};

/// Of /proc: made by every kernel (fs/proc/root.c, cmdline.c, interrupts.c), so that its mask has to be there.
inline constexpr std::array<std::string_view, 6> maskedByAll{"/proc/bus", "/proc/cmdline",    "/proc/driver",
                                                             "/proc/fs",  "/proc/interrupts", "/proc/sys"};

}  // namespace tenantry::verify
