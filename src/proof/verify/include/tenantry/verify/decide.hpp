#pragma once

#include <vector>

#include <tenantry/base/pool.hpp>
#include <tenantry/verify/declared.hpp>
#include <tenantry/verify/facts.hpp>
#include <tenantry/verify/verdict.hpp>

namespace tenantry::verify {

/// A verdict for every claim, in the order of `all_claims`; findings in a fixed order, the same for any number of
/// threads. Claims that this source cannot decide are unknown with the reason. Every packet witness was replayed by
/// `trace`.
std::vector<Verdict> decide(const Facts& facts, const Declared& declared, const Pool& pool);

/// True for the claims that `decide` can answer from this source; the others are unknown with the reason why
/// (docs/claims-matrix.md).
bool decided_on(Claim claim, Source source);
bool decided_on_text(Claim claim);
/// True for the claims that are decided by Facts::answers, where there are any, instead.
bool decided_by_probes(Claim claim);

}  // namespace tenantry::verify
