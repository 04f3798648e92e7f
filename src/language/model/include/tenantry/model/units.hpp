#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <tenantry/base/text.hpp>

namespace tenantry::model {

/// vCPU in steps of 1/1024, as ECS counts them.
struct Cpu {
    std::uint32_t units = 256;
    auto operator<=>(const Cpu&) const = default;
};

struct Bytes {
    std::uint64_t count = 0;
    auto operator<=>(const Bytes&) const = default;
};

/// A fixed number of tasks, or a range inside which a service scales by itself.
struct TaskCount {
    std::uint32_t min = 1;
    std::uint32_t max = 1;
    bool range = false;
    auto operator<=>(const TaskCount&) const = default;
};

using Duration = std::chrono::milliseconds;

/// `0.25`, `2`: decimal, up to four digits behind the point, 1/1024 to 64 vCPU; rounded to the nearest 1/1024.
std::expected<Cpu, Refusal> parse_cpu(std::string_view text);
/// `256MiB`: a whole number and KiB, MiB, GiB or TiB; 1 KiB to 64 TiB.
std::expected<Bytes, Refusal> parse_bytes(std::string_view text);
/// `2` or `2..6`; 0 to 1000, the end not below the start, a range begins at 1 or more.
std::expected<TaskCount, Refusal> parse_tasks(std::string_view text);
/// `250ms`, `30s`, `5m`, `12h`, `35d`; at most 3650d.
std::expected<Duration, Refusal> parse_duration(std::string_view text);
/// 1 to 65535.
std::expected<Port, Refusal> parse_port(std::string_view text);
/// A decimal number without sign and leading zeros, `low` to `high`.
std::expected<std::uint32_t, Refusal> parse_number(std::string_view text, std::uint32_t low, std::uint32_t high);

/// The shortest text that parses to the same value.
std::string to_string(Cpu cpu);
std::string to_string(Bytes bytes);
std::string to_string(TaskCount tasks);
std::string to_string(Duration duration);

}  // namespace tenantry::model
