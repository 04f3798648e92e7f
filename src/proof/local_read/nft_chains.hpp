#pragma once

#include "reading.hpp"

namespace tenantry::local_read {

/// Takes out jumps that the kernel refuses (nf_tables_api.c, nft_chain_validate): into a base chain, in a circle, or
/// deeper than 15. Each is not understood: with such a rule set the kernel has another one than the text.
void drop_impossible_jumps(const Scope& scope, std::vector<verify::Chain>& chains);

/// Says of every translation that the kernel would refuse: below a chain that is not of type nat at prerouting or
/// output (nft_nat_validate). After `drop_impossible_jumps`.
void refuse_misplaced_translation(const Scope& scope, const std::vector<verify::Chain>& chains);

}  // namespace tenantry::local_read
