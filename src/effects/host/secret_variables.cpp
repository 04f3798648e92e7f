#include "secret_variables.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include <boost/json.hpp>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <tenantry/base/text.hpp>

#include "files.hpp"
#include "secret_files.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

constexpr std::string_view variablesAnnotation = "tenantry.variables";
// MAX_ARG_STRLEN of include/uapi/linux/binfmts.h, with its name and the zero byte.
constexpr std::size_t longestVariable = 128 << 10;

// Where the task's own secrets lie on the machine; empty: it has none.
std::filesystem::path secrets_folder(const json::value& config) {
    for (const json::value& mount : config.at("mounts").as_array())
        if (mount.at("destination").as_string() == secretsInTask) return std::string(mount.at("source").as_string());
    return {};
}

// A file of that folder and of no other.
SecretVariable variable_of(const std::string& word, const std::filesystem::path& folder) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals), file = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (grammar::env_key(name) || file.empty() || file.starts_with('.') || file.find('/') != std::string::npos)
        throw std::invalid_argument("`" + word + "` names no variable and no secret of the task");
    if (folder.empty()) throw std::invalid_argument("it has no secrets, and `" + word + "` names one");
    return {name, folder / file};
}

}  // namespace

Result<std::vector<SecretVariable>> secret_variables(std::string_view emitted) {
    try {
        const json::value config = json::parse(emitted);
        const json::value* annotations = config.as_object().if_contains("annotations");
        const json::value* words =
            annotations != nullptr ? annotations->as_object().if_contains(variablesAnnotation) : nullptr;
        std::vector<SecretVariable> variables;
        if (words == nullptr) return variables;
        std::istringstream stream{std::string(words->as_string())};
        for (std::string word; stream >> word;) variables.push_back(variable_of(word, secrets_folder(config)));
        return variables;
    } catch (const std::exception& error) {
        return fail("reading config.json: {}", error.what());
    }
}

Result<std::string> without_variables(std::string_view config, const std::vector<SecretVariable>& variables) {
    try {
        json::value parsed = json::parse(config);
        json::array& all = parsed.at("process").at("env").as_array();
        json::array left;
        for (const json::value& variable : all) {
            const std::string_view text = variable.as_string();
            const std::string_view name = text.substr(0, text.find('='));
            if (std::ranges::find(variables, name, &SecretVariable::name) == variables.end()) left.push_back(variable);
        }
        all = std::move(left);
        return json::serialize(parsed);
    } catch (const std::exception&) {  // its words may quote what is secret
        return fail("what a container runs with cannot be read");
    }
}

Result<std::vector<std::pair<std::string, Secret>>> values_of(const std::vector<SecretVariable>& variables,
                                                              const std::filesystem::path& folder) {
    std::vector<std::pair<std::string, Secret>> values;
    for (const SecretVariable& variable : variables) {
        struct statfs found{};
        if (statfs(folder.c_str(), &found) != 0 || found.f_type != TMPFS_MAGIC)
            return fail("the variable {} shall hold a secret, and {} lies on a disk: /run must be a tmpfs",
                        variable.name, folder.string());
        Secret value(TRY(read_small(variable.file)));
        if (value.reveal().find('\0') != std::string::npos || !is_utf8(value.reveal()) ||
            variable.name.size() + value.reveal().size() + 2 > longestVariable)
            return fail("the secret {} is no text of at most 128 KiB, so that the variable {} cannot hold it",
                        variable.file.filename().string(), variable.name);
        values.emplace_back(variable.name, std::move(value));
    }
    return values;
}

}  // namespace tenantry::host
