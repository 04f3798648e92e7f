#include "task_record.hpp"

#include <boost/json.hpp>

#include <tenantry/base/json_text.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

constexpr int version = 1;
constexpr const char* name = "task.json";

}  // namespace

std::string encode(const TaskRecord& record) {
    JsonText text;
    text.object(Layout::line).member("version", version).member("digest", std::string_view(record.digest));
    text.member("pid", record.process.pid).member("start", record.process.startTime);
    text.member("monitor", record.monitor.pid).member("monitorStart", record.monitor.startTime).end();
    return std::move(text).take();
}

std::optional<TaskRecord> decode_task_record(std::string_view text) {
    try {
        const json::value value = json::parse(text);
        if (value.at("version").to_number<int>() != version) return std::nullopt;
        return TaskRecord{std::string(value.at("digest").as_string()),
                          {value.at("pid").to_number<int>(), value.at("start").to_number<std::uint64_t>()},
                          {value.at("monitor").to_number<int>(), value.at("monitorStart").to_number<std::uint64_t>()}};
    } catch (const std::exception&) {  // Boost.JSON's own: the text is no record
        return std::nullopt;
    }
}

std::optional<TaskRecord> read_task_record(const std::filesystem::path& folder) {
    const auto text = read_small(folder / name);
    return text ? decode_task_record(*text) : std::nullopt;
}

Result<void> write_task_record(const std::filesystem::path& folder, const TaskRecord& record) {
    return write_whole(folder / name, encode(record), 0600);
}

}  // namespace tenantry::host
