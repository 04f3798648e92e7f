#pragma once

#include "reading.hpp"

namespace tenantry::local_read {

/// Reads answers.json of an environment (docs/local-files.md) into Facts::answers.
void read_answers(const Scope& scope, SourceId source);

}  // namespace tenantry::local_read
