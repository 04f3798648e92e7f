#pragma once

// A tenant more or less, as changes of the platform's files. Nothing is written here, and whether the result is good
// only reading it again tells.

#include <optional>
#include <string>
#include <vector>

#include <tenantry/model/model.hpp>

namespace tenantry::model {

/// What becomes of a file.
struct FileChange {
    std::string path;                 ///< beneath the platform's folder
    std::optional<SourceId> before;   ///< nothing: it is new
    std::optional<std::string> text;  ///< nothing: it goes
};

struct NewTenant {
    TenantName name;
    FreeText title;
    std::vector<StageName> stages;  ///< empty: all
    bool ownFile = false;           ///< also where platform.yaml includes none yet
};

/// The first line of a platform file and of a tenant's file by which editors find their JSON Schemas; the second is for
/// a file one folder deeper.
inline constexpr std::string_view platformModeline = "# yaml-language-server: $schema=.tenantry/platform.schema.json\n";
inline constexpr std::string_view tenantModeline = "# yaml-language-server: $schema=../.tenantry/tenant.schema.json\n";

/// `inputs` were read into `model`; no tenant has that name. A new file where platform.yaml includes files by a
/// pattern, else an entry more of the file or map that holds the tenants.
std::vector<FileChange> add_tenant(const Sources& sources, const Inputs& inputs, const Model& model,
                                   const NewTenant& tenant);

/// The tenant is one of the model. Its file goes when nobody else is in it.
std::vector<FileChange> remove_tenant(const Sources& sources, const Inputs& inputs, const Model& model,
                                      const TenantName& tenant);

/// `inputs` with the changes made; new texts are added to `sources`.
Inputs changed_inputs(Sources& sources, const Inputs& inputs, const std::vector<FileChange>& changes);

}  // namespace tenantry::model
