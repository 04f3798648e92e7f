#pragma once

#include <tenantry/blueprint/shape.hpp>

#include "template.hpp"

namespace tenantry::local_emit {

/// nginx.conf of a frontend's tasks.
TemplateText frontend_text(const blueprint::Shape& shape, const blueprint::Workload& frontend);
/// nginx.conf of the machine's entry.
TemplateText edge_text();
/// /etc/hosts of a workload's tasks; `workload` nothing: of the load balancer's.
TemplateText hosts_text(const blueprint::Shape& shape, const blueprint::Workload* workload);

}  // namespace tenantry::local_emit
