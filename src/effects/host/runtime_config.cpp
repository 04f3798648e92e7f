#include "runtime_config.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "shared_root.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

constexpr std::string_view stopSignalAnnotation = "org.opencontainers.image.stopSignal";
constexpr std::array<std::pair<std::string_view, int>, 6> stopSignals{{{"SIGTERM", SIGTERM},
                                                                       {"SIGINT", SIGINT},
                                                                       {"SIGQUIT", SIGQUIT},
                                                                       {"SIGHUP", SIGHUP},
                                                                       {"SIGUSR1", SIGUSR1},
                                                                       {"SIGUSR2", SIGUSR2}}};

json::object bind_mount(const std::filesystem::path& source, std::string_view destination, bool programs) {
    json::array options{"bind", "ro", "private", "nosuid", "nodev"};
    if (!programs) options.emplace_back("noexec");
    return {{"destination", destination}, {"type", "bind"}, {"source", source.string()}, {"options", options}};
}

// Ours first: nothing that the file mounts lies above them.
json::array all_mounts(const json::array& emitted, const RuntimeAdditions& additions) {
    json::array mounts{bind_mount(additions.shared / "usr", "/usr", true)};
    if (additions.certificates) mounts.emplace_back(bind_mount(additions.shared / "certs", "/etc/ssl/certs", false));
    for (const json::value& mount : emitted) mounts.push_back(mount);
    return mounts;
}

std::vector<RuntimeConfig::Mount> targets(const json::array& mounts) {
    std::vector<RuntimeConfig::Mount> result;
    for (const json::value& mount : mounts) {
        const bool bound = mount.at("type").as_string() == "bind";
        result.push_back({std::string(mount.at("destination").as_string()),
                          bound ? std::string(mount.at("source").as_string()) : std::string()});
    }
    return result;
}

// What is a file here is hidden behind ours; folders, and what this kernel does not have, are left to crun.
void hide(json::object& linux, json::array& mounts, const RuntimeAdditions& additions) {
    json::value* masked = linux.if_contains("maskedPaths");
    if (masked == nullptr) return;
    json::array left;
    for (const json::value& path : masked->as_array()) {
        const std::string_view text = path.as_string();
        if (std::ranges::find(additions.procFiles, text) == additions.procFiles.end())
            left.push_back(path);
        else
            mounts.push_back(bind_mount(additions.shared / emptyFile, text, false));
    }
    *masked = std::move(left);
}

// `/tenantry/environments/...` -> `environments/...`
std::string below_top(std::string_view path) {
    constexpr std::string_view top = "/tenantry/";
    if (!path.starts_with(top)) throw std::invalid_argument("cgroupsPath is not below /tenantry");
    return std::string(path.substr(top.size()));
}

RuntimeConfig converted(std::string_view emitted, const RuntimeAdditions& additions) {
    json::object config = json::parse(emitted).as_object();
    json::object& process = config.at("process").as_object();
    json::object& linux = config.at("linux").as_object();
    RuntimeConfig result;
    result.program = process.at("args").as_array().at(0).as_string();
    result.uid = process.at("user").at("uid").to_number<std::uint32_t>();
    result.cgroup = below_top(linux.at("cgroupsPath").as_string());

    if (!additions.release.empty()) process.at("env").as_array().emplace_back("TENANTRY_RELEASE=" + additions.release);
    for (const auto& [name, value] : additions.variables)
        process.at("env").as_array().emplace_back(name + "=" + value.reveal());
    config.at("root").at("path") = additions.root.string();
    linux.at("cgroupsPath") = "/" + additions.cgroup + "/" + result.cgroup;
    json::array mounts = all_mounts(config.at("mounts").as_array(), additions);
    result.mounts = targets(mounts);
    hide(linux, mounts, additions);
    config.at("mounts") = std::move(mounts);
    result.text = json::serialize(config);
    return result;
}

}  // namespace

Result<RuntimeConfig> runtime_config(std::string_view emitted, const RuntimeAdditions& additions) {
    try {
        return converted(emitted, additions);
    } catch (const std::exception& error) {  // Boost.JSON's own, for any text that is no config.json
        return fail("reading config.json: {}", error.what());
    }
}

Result<int> stop_signal(std::string_view config) {
    try {
        const json::value parsed = json::parse(config);
        const json::value* annotations = parsed.as_object().if_contains("annotations");
        const json::value* named =
            annotations != nullptr ? annotations->as_object().if_contains(stopSignalAnnotation) : nullptr;
        if (named == nullptr) return SIGTERM;
        const std::string_view word = named->as_string();
        for (const auto& [name, number] : stopSignals)
            if (word == name) return number;
        return fail("`{}` is no signal that a task can be ended with", word);
    } catch (const std::exception& error) {
        return fail("reading config.json: {}", error.what());
    }
}

Result<std::uint32_t> user_of(std::string_view emitted) {
    try {
        return json::parse(emitted).at("process").at("user").at("uid").to_number<std::uint32_t>();
    } catch (const std::exception& error) {
        return fail("reading config.json: {}", error.what());
    }
}

}  // namespace tenantry::host
