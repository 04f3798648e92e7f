#include "machine.hpp"

#include <algorithm>

#include <tenantry/host/machine_ranges.hpp>

namespace tenantry::apps {

Result<std::optional<MachineRanges>> machine_of(const std::string& word) {
    if (word == "none") return std::nullopt;
    if (word == "this") return TRY(host::machine_ranges());
    MachineRanges ranges;
    for (std::size_t begin = 0; begin <= word.size();) {
        const std::size_t end = std::min(word.find(',', begin), word.size());
        const auto range = Cidr::parse(word.substr(begin, end - begin));
        if (!range) return fail("--machine {}: {}; it takes `this`, `none` or ranges with commas", word, range.error());
        ranges.push_back({*range, "the machine named by --machine"});
        begin = end + 1;
    }
    std::ranges::sort(ranges);
    return ranges;
}

Exit report_machine(const Error& error, const std::string& word) {
    return report(error, word == "this" ? Exit::failed : Exit::usage);
}

std::optional<Exit> refuse_machine(Session& session, std::string_view command, const std::string& word,
                                   std::optional<std::span<const std::string>> only) {
    const auto machine = machine_of(word);
    if (!machine) return report_machine(machine.error(), word);
    if (!*machine) return std::nullopt;
    session.diagnostics().append(compile::machine_conflicts(*session.compiled(), **machine, only));
    session.diagnostics().sort();
    if (!session.diagnostics().has_errors()) return std::nullopt;
    return refuse(session, command);
}

}  // namespace tenantry::apps
