#pragma once

// Whether one task gets a connection to another, on what was emitted or on what runs, and by which way.

#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/verify/trace.hpp>

namespace tenantry::compile {

struct Reach {
    bool reaches = false;
    std::string from, to;          ///< tasks: `acme/production/web-1`; `to` may be an address
    verify::Packet packet;         ///< the connection's first one, as its sender makes it
    std::vector<verify::Hop> way;  ///< in order; the last one says who takes it, or what stops it
};

/// Texts of target local as facts; texts that cannot be read are told, and nothing is returned then.
std::optional<verify::Facts> read_facts(std::span<const local_emit::LocalFile> texts, Sources& sources,
                                        Diagnostics& diagnostics);

/// `from` is TENANT/STAGE/SERVICE or TENANT/STAGE/TASK (of a service, its first task). `to` is the same, or an IPv4
/// address, and may end in `:PORT`; without one it is the service's own port. A service is asked for under the address
/// that the sender's /etc/hosts has for it, else under that of its first task.
Result<Reach> reach(const blueprint::Blueprint& blueprint, const verify::Facts& facts, std::string_view from,
                    std::string_view to);

}  // namespace tenantry::compile
