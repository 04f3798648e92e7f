#pragma once

#include <cstdint>

namespace tenantry::host {

/// True where a process holds the socket that listens on 127.0.0.1 at this TCP port (proc(5): net/tcp, fd).
bool listens(int pid, std::uint16_t port);

}  // namespace tenantry::host
