#pragma once

#include <optional>
#include <vector>

#include <tenantry/verify/facts.hpp>
#include <tenantry/verify/trace.hpp>

#include "network.hpp"
#include "packet_set.hpp"

namespace tenantry::verify {

/// Packets that stand somewhere, and the translations that they went through (an index into Reach::ways).
struct Arrival {
    Index<Device> device;
    PacketSet packets;  ///< as they are there, on the interface where they came in
    std::size_t way = 0;
};

/// One translation on the way: what came to it, and what it became. `ways[0]` is the sender: nothing translated yet.
struct Way {
    std::size_t before = 0;  ///< the way by which `packets` had come
    PacketSet packets;
    Translate::Target target;
};

/// Where packets of one sender can get to. An over-approximation: of a rule that is not exact both outcomes are
/// followed, of equal routes and of a translation's targets all.
struct Reach {
    Index<Device> from;
    std::vector<Arrival> delivered;  ///< to a process or the kernel of `device`, its own included
    std::vector<Arrival> strayed;    ///< came to a device of another owner, whatever became of them there
    std::vector<Arrival> lost;       ///< may end at `device` for want of a route, a rule, a link; only where asked for
    std::vector<Way> ways;
    bool complete = true;  ///< false: given up past a cap; nothing may be concluded
};

struct Question {
    PacketSet packets;  ///< as the sender makes them; interfaces are ignored
    SendBy by = SendBy::route;
    bool losses = false;
};

Reach explore(const Network& network, Index<Device> from, const Question& question);

/// All that a hostile process can make: any addresses, protocols and ports. It cannot make `established`: that is only
/// an answer to an accepted flow. `related` is an ICMP error about a flow of the receiver (Linux assigns no connection
/// helpers by itself since 4.7, and nf_conntrack_inet_error refuses errors for anyone but an end of the flow).
const PacketSet& hostile_packets();

/// The packet that the sender has to make so that `arrived`, which lies in a set that came by `way`, can arrive.
Packet as_sent(const Reach& reach, std::size_t way, const Packet& arrived, const Packet& wish);

}  // namespace tenantry::verify
