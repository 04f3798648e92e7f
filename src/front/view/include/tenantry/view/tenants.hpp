#pragma once

#include <string>

#include <tenantry/base/json_text.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

/// A line for each tenant: name, name for people, stages, where it stands.
std::string tenants_text(const Sources& sources, const compile::Compiled& compiled);
/// Member `tenants`.
void tenants_json(const Sources& sources, const compile::Compiled& compiled, JsonText& json);

/// One tenant with its environments: addresses, host names, and what the tenant sets there itself.
std::string tenant_text(const Sources& sources, const compile::Compiled& compiled, const model::Tenant& tenant,
                        const Style& style);
/// Members of the same.
void tenant_json(const Sources& sources, const compile::Compiled& compiled, const model::Tenant& tenant,
                 JsonText& json);

}  // namespace tenantry::view
