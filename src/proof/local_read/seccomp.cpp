#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sandbox.hpp"

namespace tenantry::local_read {
namespace {

// libseccomp and crun take EPERM where no number is given.
constexpr std::string_view permission = "1";

std::string_view word(const Node& object, std::string_view key) {
    const auto node = object.find(key);
    return node ? node->text() : std::string_view();
}

std::string action_text(const Node& rule, std::string_view actionKey, std::string_view errnoKey) {
    const std::string_view action = word(rule, actionKey);
    if (action == "SCMP_ACT_ALLOW") return "allow";
    if (action != "SCMP_ACT_ERRNO") return std::string(action);
    const std::string_view number = word(rule, errnoKey);
    return fmt::format("errno {}", number.empty() ? permission : number);
}

// The runtime specification's names of libseccomp's comparisons; for MASKED_EQ `value` is the mask.
std::string condition(const Node& argument) {
    const std::string_view op = word(argument, "op"), index = word(argument, "index"), value = word(argument, "value");
    if (op == "SCMP_CMP_EQ") return fmt::format("{} == {}", index, value);
    if (op == "SCMP_CMP_MASKED_EQ") return fmt::format("{} & {} == {}", index, value, word(argument, "valueTwo"));
    return fmt::format("{} {} {} {}", index, op, value, word(argument, "valueTwo"));
}

void add_rule(const Node& rule, std::vector<std::string>& lines) {
    std::string effect = action_text(rule, "action", "errnoRet");
    if (const auto arguments = rule.find("args"); arguments && arguments->is_list())
        for (std::size_t i = 0; i < arguments->size(); ++i)
            effect += fmt::format("{} {}", i == 0 ? " if" : " and", condition(arguments->item(i)));
    const auto names = rule.find("names");
    for (std::size_t i = 0; names && names->is_list() && i < names->size(); ++i)
        lines.push_back(fmt::format("{} {}", names->item(i).text(), effect));
}

}  // namespace

std::vector<std::string> seccomp_lines(const Node& seccomp) {
    static constexpr std::array known{"defaultAction", "defaultErrnoRet", "architectures", "syscalls"};
    std::vector<std::string> lines{"others " + action_text(seccomp, "defaultAction", "defaultErrnoRet")};
    if (const auto machines = seccomp.find("architectures"); machines && machines->is_list())
        for (std::size_t i = 0; i < machines->size(); ++i)
            lines.push_back(fmt::format("architecture {}", machines->item(i).text()));
    if (const auto rules = seccomp.find("syscalls"); rules && rules->is_list())
        for (std::size_t i = 0; i < rules->size(); ++i) add_rule(rules->item(i), lines);
    for (std::size_t i = 0; seccomp.is_map() && i < seccomp.size(); ++i)
        if (std::ranges::find(known, seccomp.entry(i).key) == known.end())
            lines.push_back(fmt::format("setting {}", seccomp.entry(i).key));
    std::ranges::sort(lines);
    lines.erase(std::ranges::unique(lines).begin(), lines.end());
    return lines;
}

}  // namespace tenantry::local_read
