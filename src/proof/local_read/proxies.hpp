#pragma once

#include "tasks.hpp"

namespace tenantry::local_read {

/// haproxy.cfg of a load balancer: one Proxy for each frontend.
void read_haproxy(const ProxyTask& task);

/// nginx.conf of a frontend: one Proxy for each server.
void read_nginx(const ProxyTask& task);

/// nginx.conf of the machine's edge.
void read_edge(const Scope& scope, SourceId source);

}  // namespace tenantry::local_read
