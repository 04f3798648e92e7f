#pragma once

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {

/// One descriptor as a message of one byte over a connected unix socket (SCM_RIGHTS of unix(7)). `send_descriptor` does
/// not wait for room; `receive_descriptor` waits as the socket does, and gives one that programs do not inherit.
Result<void> send_descriptor(int socket, const Descriptor& sent);
Result<Descriptor> receive_descriptor(int socket);

}  // namespace tenantry::host
