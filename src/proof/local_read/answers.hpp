#pragma once

#include "reading.hpp"

namespace tenantry::local_read {

/// Each reads a text that only somebody who looked has written (docs/local-files.md): answers.json of an environment
/// into Facts::answers, its probes.json into Facts::probes, edge/sockets.json into Facts::listeners, a store's
/// observed.json into Facts::stores.
void read_answers(const Scope& scope, SourceId source);
void read_probes(const Scope& scope, SourceId source);
void read_listeners(const Scope& scope, SourceId source);
void read_store(const Scope& scope, SourceId source);

}  // namespace tenantry::local_read
