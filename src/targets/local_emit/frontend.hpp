#pragma once

#include <tenantry/blueprint/shape.hpp>

#include "template.hpp"

namespace tenantry::local_emit {

/// nginx.conf of a frontend's tasks.
TemplateText frontend_text(const blueprint::Shape& shape, const blueprint::Workload& frontend);
/// nginx.conf of the machine's entry.
TemplateText edge_text();
/// /etc/hosts of tasks that make these calls and use these stores.
TemplateText hosts_text(const blueprint::Shape& shape, const std::vector<Index<blueprint::Workload>>& calls = {},
                        const std::vector<blueprint::Grant>& stores = {});

}  // namespace tenantry::local_emit
