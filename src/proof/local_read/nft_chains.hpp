#pragma once

#include "reading.hpp"

namespace tenantry::local_read {

/// Takes out jumps that the kernel refuses (nf_tables_api.c, nft_chain_validate): into a base chain, in a circle, or
/// deeper than 15. Each is not understood: with such a rule set the kernel has another one than the text.
void drop_impossible_jumps(const Scope& scope, std::vector<verify::Chain>& chains);

/// Says of every translation that the kernel would refuse: below a chain that is not of type nat at prerouting or
/// output (nft_nat_validate). After `drop_impossible_jumps`.
void refuse_misplaced_translation(const Scope& scope, const std::vector<verify::Chain>& chains);

/// Before connection tracking (priority below -200 at prerouting or output) every packet is `invalid` (nft_ct.c),
/// whatever the connection's state is: rules there become what they then match. Where the same chain also acts later,
/// or exactly at -200, the rule is not understood. After `drop_impossible_jumps`.
void lower_early_states(const Scope& scope, std::vector<verify::Chain>& chains);

}  // namespace tenantry::local_read
