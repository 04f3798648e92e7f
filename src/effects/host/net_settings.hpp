#pragma once

// Settings of the network namespace that the thread is in, below /proc/sys/net.

#include <map>
#include <string>
#include <vector>

#include <tenantry/world/net_spec.hpp>

#include "net_links.hpp"

namespace tenantry::host {

/// Writes those of the spec, and what an environment's namespace has besides: a new namespace begins with settings of
/// the machine's first one (net.core.devconf_inherit_init_net). Nothing is written where it is so.
Result<void> write_settings(const world::NamespaceSpec& spec);

/// What network.json says of the namespace: forwarding, IPv6, the first port that anybody may bind, and each setting of
/// `linkSettings`, of all or of one interface, that is not what a namespace of an environment has.
Result<std::map<std::string, std::string>> read_settings(const std::vector<KernelLink>& links);

/// Tables of the older packet filter, whose rules no listing of nftables has: `nat`.
Result<std::vector<std::string>> old_tables();

}  // namespace tenantry::host
