#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <tenantry/base/error.hpp>

#include "process.hpp"

namespace tenantry::host {

/// What task.json says of a container that was started. A daemon that comes later adopts by it.
struct TaskRecord {
    std::string digest;
    ProcessId process, monitor;
    bool operator==(const TaskRecord&) const = default;
};

/// `{"version":1,"digest":"...","pid":...,"start":...,"monitor":...,"monitorStart":...}`
std::string encode(const TaskRecord& record);
std::optional<TaskRecord> decode_task_record(std::string_view text);

std::optional<TaskRecord> read_task_record(const std::filesystem::path& folder);
Result<void> write_task_record(const std::filesystem::path& folder, const TaskRecord& record);

}  // namespace tenantry::host
