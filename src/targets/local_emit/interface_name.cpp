#include "interface_name.hpp"

#include <cstdint>
#include <map>
#include <set>

#include <tenantry/base/hash.hpp>

namespace tenantry::local_emit {
namespace {

// The number behind the last hyphen stays, because people look for it: `docum-9f02a-12`. Five hex digits of the
// service tell an environment's services apart nearly always; where they do not, the next attempt does.
std::string shortened(const std::string& task, std::uint32_t attempt) {
    const std::size_t hyphen = task.rfind('-');
    const std::string service = task.substr(0, hyphen);
    const std::string end = '-' + blake2b(service + '/' + std::to_string(attempt)).hex(5) + task.substr(hyphen);
    std::string begin = service.substr(0, maxInterfaceName - end.size());
    while (begin.ends_with('-')) begin.pop_back();
    return begin + end;
}

}  // namespace

std::vector<std::string> interface_names(std::span<const std::string> tasks) {
    std::set<std::string> taken;
    std::map<std::string, std::string> names;  // by task: sorted, so that the order of `tasks` decides nothing
    for (const std::string& task : tasks) {
        if (task.size() <= maxInterfaceName) taken.insert(task);
        names.emplace(task, task);
    }
    for (auto& [task, name] : names)
        for (std::uint32_t attempt = 0; name.size() > maxInterfaceName; ++attempt)
            if (std::string shorter = shortened(task, attempt); taken.insert(shorter).second) name = std::move(shorter);
    std::vector<std::string> result;
    result.reserve(tasks.size());
    for (const std::string& task : tasks) result.push_back(names.at(task));
    return result;
}

}  // namespace tenantry::local_emit
