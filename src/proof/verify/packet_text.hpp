#pragma once

#include <string>

#include <tenantry/verify/facts.hpp>
#include <tenantry/verify/packet.hpp>

namespace tenantry::verify {

/// `TCP 10.0.0.4:40000 -> 10.0.0.21:9000`, `ICMP 10.0.0.4 -> 10.0.0.21 (related)`; a fresh packet is not called so.
std::string packet_text(const Packet& packet);
std::string_view to_string(State state);
std::string_view to_string(Hook hook);

}  // namespace tenantry::verify
