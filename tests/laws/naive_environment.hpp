#pragma once

#include <map>
#include <string>

#include <tenantry/support/generated_platform.hpp>

namespace tenantry::laws {

/// What should be built of each environment, `acme/production` -> the text form with every parameter filled in, for a
/// platform that has no lock yet. Worked out from the generated platform alone, environment by environment: no model,
/// no shapes, no code of the product.
std::map<std::string, std::string> naive_environments(const support::GeneratedPlatform& platform);

}  // namespace tenantry::laws
