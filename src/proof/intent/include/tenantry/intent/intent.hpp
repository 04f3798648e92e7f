#pragma once

#include <tenantry/blueprint/blueprint.hpp>
#include <tenantry/verify/declared.hpp>

namespace tenantry::intent {

/// What the platform declares, as target `local` runs it: its host names, its tasks where they are first placed. The
/// verifier holds the facts of any source against this.
verify::Declared declare_local(const blueprint::Blueprint& blueprint);

}  // namespace tenantry::intent
