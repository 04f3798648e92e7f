#pragma once

// The runtime socket of an environment's load balancer.

#include <span>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::host {

/// One line of commands ("set server" of HAProxy's management guide), those that serve first.
std::string directing_commands(std::span<const world::BehindSpec> behind);

/// Tells the HAProxy of this process which servers get new connections, and waits for its word; 2 s at most, in which
/// one that has just started makes its socket.
Result<void> direct_connections(int pid, std::span<const world::BehindSpec> behind);

/// Makes it serve this certificate, PEM with its key, from the next handshake on; one that it serves already is left
/// alone (the serial number tells). True where it was another one.
Result<bool> serve_certificate(int pid, const Secret& pem, const std::string& serial);

}  // namespace tenantry::host
