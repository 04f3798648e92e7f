#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/world/observed.hpp>

#include "cgroups.hpp"

namespace tenantry::host {

/// A row of /proc/PID/net/{tcp,tcp6,udp,...} (proc(5)).
struct SocketRow {
    std::string address;  ///< its own: `127.0.0.1`, `::1`
    std::uint16_t port = 0;
    bool takes = false;  ///< what anybody sends to it: it listens (TCP), or is connected with nobody (the others)
    std::string inode;
};
/// Rows of the table of a protocol (`tcp` for TCP over both, `udp`, `udplite`, `raw`); what is no row is left out.
std::vector<SocketRow> socket_rows(std::string_view protocol, std::string_view table);

/// True where a process holds the socket that listens on 127.0.0.1 at this TCP port (proc(5): net/tcp, fd).
bool listens(int pid, std::uint16_t port);

/// Sockets of this process' network that take what others send, and that one of these processes holds; sorted, each
/// once for a group.
Result<std::vector<world::ObservedSocket>> open_sockets(const std::vector<Cgroups::Member>& processes);

}  // namespace tenantry::host
