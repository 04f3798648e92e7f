#pragma once

// Platforms made by chance for property tests, as plain values that no room reads: the text of the platform file is
// written from them, and what should come of it can be worked out from them without any code of the product.

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <rapidcheck.h>

namespace tenantry::support {

/// One text for all stages, or one a stage. Texts stand in the shortest form that means their value.
struct PerStageText {
    std::optional<std::string> all;
    std::map<std::string, std::string> of;
};

/// What services and jobs have alike.
struct GeneratedProgram {
    std::string image;  ///< empty: none
    std::vector<std::string> command;
    PerStageText cpu, memory;
    std::map<std::string, std::string> env;
    std::map<std::string, std::string> stores;  ///< name -> access
    std::vector<std::string> secrets;           ///< sorted
    std::vector<std::string> egress;            ///< sorted
};

struct GeneratedService : GeneratedProgram {
    bool frontend = false;
    std::string staticFolder;                   ///< empty: none
    std::map<std::string, std::string> routes;  ///< prefix -> service
    std::vector<std::string> calls;             ///< sorted
    std::string port;                           ///< empty: not written
    std::string healthPath;                     ///< empty: none
    std::vector<std::string> healthCommand;     ///< empty: none
    std::string healthEvery, healthGrace;       ///< empty: not written
    std::string drain;                          ///< empty: not written
    PerStageText tasks;
};

struct GeneratedJob : GeneratedProgram {
    std::string when;  ///< `before-release`, `after-create` or `at`
    std::string at;    ///< where `when` is `at`
    std::string reset;
    std::vector<std::string> stages;  ///< empty: all
    std::string timeout;              ///< empty: not written
    bool overlap = false, repeatable = false;
};

struct GeneratedStore {
    std::string engine;
    bool cache = false, asVariable = false;
    PerStageText size;
};
struct GeneratedSecret {
    std::string make;    ///< `32`, bytes; empty: given per tenant
    std::string rotate;  ///< empty: never
    bool asVariable = false;
};
struct GeneratedAccess {
    std::map<std::string, std::string> stores;
    std::vector<std::string> stages;  ///< empty: all
};

struct GeneratedStage {
    std::string name;
    std::string like;   ///< empty: none
    std::string zones;  ///< these three: empty is not written
    std::string logs, recovery, sleepAfter;
    bool protect = false;
};

/// What a tenant's stage changes; empty is not written.
struct GeneratedOverride {
    struct Service {
        std::string image, cpu, memory, tasks;
        std::map<std::string, std::string> env;
        std::optional<std::vector<std::string>> egress;
    };
    std::map<std::string, Service> services;
    std::map<std::string, std::string> env;
    std::map<std::string, std::string> storeSizes;
    std::string zones, logs, recovery;
};

struct GeneratedTenant {
    std::string title;
    std::vector<std::string> stages;                        ///< empty: all
    std::map<std::string, std::vector<std::string>> hosts;  ///< by stage
    std::map<std::string, GeneratedOverride> overrides;     ///< by stage
};

struct GeneratedPlatform {
    int blockPrefix = 20;
    std::vector<GeneratedStage> stages;  ///< in the order of the file
    std::map<std::string, GeneratedService> services;
    std::map<std::string, GeneratedJob> jobs;
    std::map<std::string, GeneratedStore> stores;
    std::map<std::string, GeneratedSecret> secrets;
    std::map<std::string, GeneratedAccess> access;
    std::map<std::string, GeneratedTenant> tenants;
    std::map<std::string, std::vector<std::string>> accounts;  ///< id -> stages; empty: no target aws

    [[nodiscard]] const GeneratedStage& stage(const std::string& name) const;
    /// The stages of a tenant, job or access entry, which has all where it names none.
    [[nodiscard]] std::vector<std::string> stages_of(const std::vector<std::string>& named) const;
};

/// Platforms that the model accepts: one to three stages, up to five services, up to four tenants, everything else that
/// the language has in some of them.
rc::Gen<GeneratedPlatform> generated_platforms();

/// How a platform is written down; none of it means anything.
struct Writing {
    std::uint32_t order = 0;      ///< 0: keys by name; else shuffled by it
    bool tenantsInFiles = false;  ///< one file a tenant behind `--- tenants/NAME.yaml`
};
/// The platform's files, as `PlatformText` takes them apart.
std::string platform_text(const GeneratedPlatform& platform, const Writing& writing = {});

std::ostream& operator<<(std::ostream& out, const GeneratedPlatform& platform);

}  // namespace tenantry::support
