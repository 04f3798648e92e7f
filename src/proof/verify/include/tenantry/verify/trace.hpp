#pragma once

#include <functional>
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
    std::vector<Index<Device>> passed;         ///< where it came in, in order; the sender is not among them
};

/// How a sender chooses the interface. A process may bind a socket to any interface of its namespace, whatever the
/// routes say (SO_BINDTODEVICE, socket(7); needs no capability since Linux 5.7): what a hostile one can do is
/// `anyInterface`, what is declared has to work by `route`.
enum class SendBy : std::uint8_t { route, anyInterface };

/// The small concrete interpreter: sends one packet from a device and follows it, step by step. One trace for each open
/// choice (targets of a translation, equal routes, rules that are not exact, interfaces), 64 at most.
std::vector<Trace> trace(const Facts& facts, Index<Device> from, const Packet& packet, SendBy by = SendBy::route);

/// The first trace that `wanted` accepts; nothing where none does or 100,000 choices were not enough (`*exhausted` says
/// which: true where all were tried).
std::optional<Trace> find_trace(const Facts& facts, Index<Device> from, const Packet& packet, SendBy by,
                                const std::function<bool(const Trace&)>& wanted, bool* exhausted = nullptr);

}  // namespace tenantry::verify
