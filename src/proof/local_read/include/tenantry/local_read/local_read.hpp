#pragma once

#include <span>
#include <string>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/source.hpp>
#include <tenantry/verify/facts.hpp>

namespace tenantry::local_read {

/// One text of the local target. `path` is relative to the output folder, as docs/local-files.md lists them.
struct LocalText {
    std::string path;
    SourceId source;
};

/// Reads all texts of the local target together; nftables.json may also be what `nft -j list ruleset` prints. The order
/// of `texts` does not matter: environments are sorted by name.
///
/// What cannot be read at all (bad JSON, a missing file, a needed field of the wrong type) is a Diagnostic, and the
/// facts are then incomplete: nothing may be concluded from them. What can be read but whose meaning is not known
/// stands in Facts::notUnderstood. `check_invariants` holds for the result in every case. Spans lie in `texts`.
verify::Facts read_local(const Sources& sources, std::span<const LocalText> texts, Diagnostics& diagnostics);

}  // namespace tenantry::local_read
