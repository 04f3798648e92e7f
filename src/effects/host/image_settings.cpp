#include "image_settings.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <boost/json.hpp>

namespace tenantry::host {
namespace {

namespace json = boost::json;

std::vector<std::string> texts(const json::value& list) {
    std::vector<std::string> result;
    for (const json::value& text : list.as_array()) result.emplace_back(text.as_string());
    return result;
}

std::string_view key_of(std::string_view variable) { return variable.substr(0, variable.find('=')); }

bool has(const std::vector<std::string>& variables, std::string_view key) {
    return std::ranges::find(variables, key, key_of) != variables.end();
}

// `..` at the top is the top, as the kernel has it.
std::string normal(const std::string& folder) {
    std::string path = ("/" / std::filesystem::path(folder).relative_path()).lexically_normal().string();
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

}  // namespace

std::string to_text(const ImageSettings& settings) {
    const json::object object{{"entryPoint", json::value_from(settings.entryPoint)},
                              {"command", json::value_from(settings.command)},
                              {"variables", json::value_from(settings.variables)},
                              {"folder", settings.folder}};
    return json::serialize(object) + "\n";
}

Result<ImageSettings> settings_of(std::string_view text) {
    try {
        const json::value parsed = json::parse(text);
        return ImageSettings{.entryPoint = texts(parsed.at("entryPoint")),
                             .command = texts(parsed.at("command")),
                             .variables = texts(parsed.at("variables")),
                             .folder = std::string(parsed.at("folder").as_string())};
    } catch (const std::exception& error) {  // Boost.JSON's own, for any text that is not ours
        return fail("reading the settings of an image: {}", error.what());
    }
}

std::string_view ImageProcess::variable(std::string_view key) const {
    const auto found = std::ranges::find(env, key, key_of);
    return found == env.end() ? std::string_view() : std::string_view(*found).substr(key.size() + 1);
}

ImageProcess process_of(const ImageSettings& settings, const std::vector<std::string>& args,
                        std::vector<std::string> env) {
    constexpr std::string_view path = "PATH";
    ImageProcess process{.args = settings.entryPoint, .env = {}, .folder = normal(settings.folder)};
    const std::vector<std::string>& words = args.empty() ? settings.command : args;
    process.args.insert(process.args.end(), words.begin(), words.end());
    if (has(settings.variables, path)) std::erase_if(env, [&](const auto& one) { return key_of(one) == path; });
    for (const std::string& variable : settings.variables)
        if (!has(env, key_of(variable)) && !has(process.env, key_of(variable))) process.env.push_back(variable);
    process.env.insert(process.env.end(), env.begin(), env.end());
    return process;
}

}  // namespace tenantry::host
