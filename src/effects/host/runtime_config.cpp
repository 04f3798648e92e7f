#include "runtime_config.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include <tenantry/base/hash.hpp>

#include "shared_root.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

constexpr std::string_view imageAnnotation = "tenantry.image";
constexpr std::string_view entryPointAnnotation = "tenantry.entrypoint";
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
    json::array mounts;
    if (!additions.image) mounts.push_back(bind_mount(additions.shared / "usr", "/usr", true));
    if (!additions.image && additions.certificates)
        mounts.emplace_back(bind_mount(additions.shared / "certs", "/etc/ssl/certs", false));
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

std::vector<std::string> texts(const json::array& list) {
    std::vector<std::string> result;
    for (const json::value& text : list) result.emplace_back(text.as_string());
    return result;
}

bool runs_image(const json::object& config) {
    const json::value* annotations = config.if_contains("annotations");
    return annotations != nullptr && annotations->as_object().contains(entryPointAnnotation);
}

ImageProcess merged(const json::object& process, const ImageSettings& image) {
    return process_of(image, texts(process.at("args").as_array()), texts(process.at("env").as_array()));
}

// A name in a folder has 255 bytes at most (NAME_MAX); no reference begins with `+`.
std::string image_folder_name(std::string reference) {
    if (reference.size() > 255) return "+" + blake2b(reference).hex();
    std::ranges::replace(reference, '/', '+');
    return reference;
}

// What the image says stands in the text from here on.
void run_image(json::object& process, const ImageSettings& image) {
    const ImageProcess own = merged(process, image);
    process["args"] = json::value_from(own.args);
    process["env"] = json::value_from(own.env);
    process["cwd"] = own.folder;
}

RuntimeConfig converted(std::string_view emitted, const RuntimeAdditions& additions) {
    json::object config = json::parse(emitted).as_object();
    json::object& process = config.at("process").as_object();
    json::object& linux = config.at("linux").as_object();
    if (runs_image(config) != additions.image.has_value())
        throw std::invalid_argument("who says what runs, the image or the file, differs");
    if (additions.image) run_image(process, *additions.image);
    RuntimeConfig result;
    const json::value* cwd = process.if_contains("cwd");
    result.folder = cwd != nullptr ? std::string(cwd->as_string()) : "/";
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

Result<ImageProcess> process_in_image(std::string_view emitted, const ImageSettings& image) {
    try {
        const json::object config = json::parse(emitted).as_object();
        if (!runs_image(config)) return fail("config.json says itself what runs");
        return merged(config.at("process").as_object(), image);
    } catch (const std::exception& error) {
        return fail("reading config.json: {}", error.what());
    }
}

Result<std::optional<ImageUse>> image_used_by(std::string_view emitted) {
    try {
        const json::object config = json::parse(emitted).as_object();
        const json::value* annotations = config.if_contains("annotations");
        const json::value* image =
            annotations != nullptr ? annotations->as_object().if_contains(imageAnnotation) : nullptr;
        if (image == nullptr) return std::optional<ImageUse>();
        std::string reference(image->as_string());
        std::string name = image_folder_name(reference);
        return ImageUse{std::move(reference), std::move(name), runs_image(config)};
    } catch (const std::exception& error) {
        return fail("reading config.json: {}", error.what());
    }
}

Result<std::vector<std::string>> mounted_by(std::string_view config) {
    try {
        std::vector<std::string> sources;
        for (const RuntimeConfig::Mount& mount : targets(json::parse(config).at("mounts").as_array()))
            if (!mount.source.empty()) sources.push_back(mount.source);
        return sources;
    } catch (const std::exception& error) {
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
