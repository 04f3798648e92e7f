#pragma once

#include <optional>
#include <vector>

#include <tenantry/verify/facts.hpp>
#include <tenantry/verify/verdict.hpp>

namespace tenantry::verify {

/// One way that a packet took through the facts.
struct Trace {
    std::vector<Hop> hops;
    std::optional<Index<Device>> deliveredTo;  ///< nothing: dropped, unreachable or lost; the last hop says which
    Packet arrived;                            ///< as the receiver sees it
};

/// The small concrete interpreter: sends one packet from a device and follows it, step by step. One trace for each open
/// choice (targets of a translation, rules that are not exact), 64 at most.
std::vector<Trace> trace(const Facts& facts, Index<Device> from, const Packet& packet);

}  // namespace tenantry::verify
