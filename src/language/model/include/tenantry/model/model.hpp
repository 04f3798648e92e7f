#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/model_path.hpp>
#include <tenantry/model/platform.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::model {

/// Which texts of a Sources make up a platform.
struct Inputs {
    SourceId platform;
    std::vector<SourceId> tenants;  ///< the files that `tenants: include` names, sorted by the bytes of their path
};

/// `tenants/*.yaml`: the files to read beside platform.yaml.
struct Include {
    std::string folder;  ///< beneath the platform's folder, no slash at the end; empty: that folder itself
    std::string prefix;  ///< of the file's name, before the star
    std::string suffix;  ///< after it
    bool star = false;   ///< without one the name is `prefix`
    Span at;

    [[nodiscard]] bool matches(std::string_view fileName) const;
};

/// The include of a platform file, if it has a good one; a bad one is told by `read_model`.
std::optional<Include> include_of(const syntax::Tree& platformFile);

/// A platform with the trees it was read from, which `locate` needs.
struct Model {
    Platform platform;
    std::vector<syntax::Tree> trees;  ///< platform.yaml's first, then the tenants' in order of Inputs
};

/// Everything that is wrong in any of the files is told; nothing is returned where one of it is an error.
std::optional<Model> read_model(const Sources& sources, const Inputs& inputs, Diagnostics& diagnostics);

/// The names of all claims, in the order of `verify::all_claims` (a test holds them equal).
std::span<const std::string_view> claim_names();

/// Where a setting of an environment comes from.
struct Origin {
    std::optional<Span> at;        ///< the key that decides; nothing: a default
    std::string what;              ///< the key as a path in its file, or `default`
    std::vector<Span> overridden;  ///< keys that would decide without it, nearest first
};

/// The origin of `path` (`services.api.tasks`, `services.web.routes./api`, `network.pool`) as the environment sees it.
/// The nearest enclosing key that exists stands for one that was left out.
Origin locate(const Model& model, std::string_view tenant, std::string_view stage, const ModelPath& path);

}  // namespace tenantry::model
