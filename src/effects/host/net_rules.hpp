#pragma once

// The rule set of the network namespace that the thread is in, as libnftables-json(5).

#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// As `nft -j list ruleset` prints it.
Result<std::string> list_rules();

/// Makes the commands of an nftables.json the whole rule set, in one transaction: a packet meets the old one or the new
/// one, and connections go on. Nothing is changed after an error.
Result<void> replace_rules(std::string_view commands);

/// Names of all tables, of any family: `inet tenantry`.
Result<std::vector<std::string>> list_rule_tables();

}  // namespace tenantry::host
