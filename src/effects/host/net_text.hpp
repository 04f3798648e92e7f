#pragma once

// What was seen of an environment's network, and its text in the format of docs/local-files.md.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/world/net_spec.hpp>
#include <tenantry/world/placement.hpp>

#include "net_entries.hpp"

namespace tenantry::host {

/// An interface and where its link ends: `space` is a name of the same environment, or the path of another's pin.
struct SeenLink {
    KernelLink link;
    std::optional<world::PeerSpec> peer;
};

struct SeenSpace {
    std::string name;
    std::string path;
    std::map<std::string, std::string> sysctls;
    std::vector<SeenLink> links;
    KernelEntries entries;
    std::vector<std::string> more;  ///< what else is there and has no words: `the table ip nat of rules`
};

std::string network_text(const world::Placement& placement, std::span<const SeenSpace> spaces,
                         std::span<const world::SocketSpec> sockets);

}  // namespace tenantry::host
