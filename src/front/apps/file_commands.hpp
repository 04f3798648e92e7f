#pragma once

// Commands that change the files that people write: platform.yaml and its tenants.

#include <string>
#include <vector>

#include "command.hpp"

namespace tenantry::apps {

struct FormatOptions {
    std::vector<std::string> files;  ///< beneath the folder; none: those of the platform; `-`: standard input
    bool check = false;
};

struct TenantOptions {
    std::string name;
    std::string title;                ///< `--name`; empty: the tenant's name
    std::vector<std::string> stages;  ///< empty: all
    std::string confirm;              ///< must repeat the name of a tenant that is removed
    bool ownFile = false;
    bool dryRun = false;
};

struct SchemaOptions {
    bool tenants = false;  ///< of a tenant's file
};

Exit format(const Options& options, const FormatOptions& own);
/// Into `options.folder`, which is made where it is not there.
Exit init(const Options& options);
Exit schema(const Options& options, const SchemaOptions& own);
Exit tenant_add(const Options& options, const TenantOptions& own);
Exit tenant_remove(const Options& options, const TenantOptions& own);
Exit tenant_list(const Options& options);
Exit tenant_show(const Options& options, const TenantOptions& own);

/// What is said of a name that no tenant has.
Error no_such_tenant(const model::Platform& platform, std::string_view name);

}  // namespace tenantry::apps
