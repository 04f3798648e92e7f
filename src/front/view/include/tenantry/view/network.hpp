#pragma once

#include <span>
#include <string>

#include <tenantry/base/json_text.hpp>
#include <tenantry/compile/compile.hpp>

namespace tenantry::view {

/// A table of all blocks in their order: whose they are, their state, ids, generation and account. Then what is left of
/// the pool, and the active environments that the files no longer have.
std::string network_text(const compile::Compiled& compiled);

/// Members `pool` and `blocks`.
void network_json(const compile::Compiled& compiled, JsonText& json);

/// What `tenantry network reclaim` frees, or would free if it were confirmed.
std::string reclaim_text(std::span<const blueprint::LockedBlock> freed);
/// Member `freed`.
void reclaim_json(std::span<const blueprint::LockedBlock> freed, JsonText& json);

}  // namespace tenantry::view
