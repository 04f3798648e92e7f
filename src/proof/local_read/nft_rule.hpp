#pragma once

#include <map>
#include <string>
#include <vector>

#include "nft_values.hpp"

namespace tenantry::local_read {

/// Positions of the router's chains by name.
using ChainNames = std::map<std::string, std::uint32_t, std::less<>>;

/// What the rule does, in the order in which its parts act: a match with a set becomes one rule for each element, with
/// the element's place; what is sure and what is not are two rules. `expression` is the rule's list of statements.
std::vector<verify::Rule> read_rule(NftContext& context, const ChainNames& chains, const Node& expression, Span at);

}  // namespace tenantry::local_read
