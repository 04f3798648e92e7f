#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>
#include <tenantry/world/placement.hpp>

namespace tenantry::host {

/// Hears the first packet of every TCP connection that is delivered in any network namespace of a placement from now
/// on: who sends under another's address gets no answer that would tell.
class Ears {
  public:
    static Result<Ears> open(const world::Placement& placement);

    /// Whether one from this address and port came, since they were opened.
    bool heard(Ipv4 source, std::uint16_t port);

  private:
    void listen();

    std::vector<Descriptor> sockets_;
    std::set<std::pair<std::uint32_t, std::uint16_t>> heard_;
};

}  // namespace tenantry::host
