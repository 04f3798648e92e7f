#include "rights.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "published.hpp"

namespace tenantry::verify {
namespace {

// How lines differ from the published ones; empty where they do not.
std::string difference(const std::vector<std::string>& lines, const std::vector<std::string>& published) {
    std::vector<std::string> more, less;
    std::ranges::set_difference(lines, published, std::back_inserter(more));
    std::ranges::set_difference(published, lines, std::back_inserter(less));
    const auto told = [](const std::vector<std::string>& all, std::string_view verb) {
        if (all.empty()) return std::string();
        return fmt::format("{} `{}`{}", verb, all.front(),
                           all.size() > 1 ? fmt::format(" and {} more", all.size() - 1) : "");
    };
    const std::string has = told(more, "has"), lacks = told(less, "lacks");
    return has.empty() || lacks.empty() ? has + lacks : has + " and " + lacks;
}

void check_privileges(const Sandbox& sandbox, const Differs& differs) {
    for (std::size_t i = 0; i < capabilitySetCount; ++i)
        if (const std::uint64_t bits = sandbox.capabilities.value[i])
            differs("capabilities",
                    fmt::format("has {} among its {} capabilities", capability_names(bits),
                                to_string(static_cast<CapabilitySet>(i))),
                    sandbox.capabilities.at);
    if (!sandbox.noNewPrivileges.value)
        differs("privileges", "may get new privileges by running a program", sandbox.noNewPrivileges.at);
    if (!sandbox.rootReadOnly.value) differs("root", "has a root that it can write", sandbox.rootReadOnly.at);
}

void check_limits(const Sandbox& sandbox, const Differs& differs) {
    if (sandbox.coreLimit.value != 0) differs("core", "may write core files", sandbox.coreLimit.at);
    if (sandbox.processes.value != mostProcesses)
        differs("processes",
                sandbox.processes.value
                    ? fmt::format("may have {} processes; {} are published", *sandbox.processes.value, mostProcesses)
                    : "may have any number of processes",
                sandbox.processes.at);
    if (!sandbox.memory.value) differs("memory", "may use any amount of memory", sandbox.memory.at);
}

void check_calls(const Sandbox& sandbox, const ProfileDifferences& profiles, const Differs& differs) {
    if (sandbox.source == Source::live) {
        if (sandbox.seccompMode.value != 2 || sandbox.seccompFilters < 1)
            differs("calls", fmt::format("has no filter for system calls (seccomp mode {})", sandbox.seccompMode.value),
                    sandbox.seccompMode.at);
        return;
    }
    if (!sandbox.calls.value)
        differs("calls", "has no filter for system calls", sandbox.calls.at);
    else if (const std::string& text = profiles.calls[sandbox.calls.value->at]; !text.empty())
        differs("calls", fmt::format("has another filter for system calls: it {}", text), sandbox.calls.at);
    if (!sandbox.masks.value)
        differs("masks", "sees all process files", sandbox.masks.at);
    else if (const std::string& text = profiles.masks[sandbox.masks.value->at]; !text.empty())
        differs("masks", fmt::format("sees other process files: what is hidden {}", text), sandbox.masks.at);
}

}  // namespace

ProfileDifferences::ProfileDifferences(const Facts& facts) {
    for (const Profile& profile : facts.profiles) {
        calls.push_back(difference(profile.lines, published_calls()));
        masks.push_back(difference(profile.lines, published_masks()));
    }
}

std::size_t check_rights(const Sandbox& sandbox, const ProfileDifferences& profiles, const Differs& differs) {
    check_privileges(sandbox, differs);
    check_limits(sandbox, differs);
    check_calls(sandbox, profiles, differs);
    for (const Placed<std::string>& other : sandbox.others) differs(other.value, other.value, other.at);
    return capabilitySetCount + 7 + sandbox.others.size();
}

}  // namespace tenantry::verify
