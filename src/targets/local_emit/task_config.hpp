#pragma once

#include <tenantry/blueprint/shape.hpp>

#include "template.hpp"

namespace tenantry::local_emit {

/// config.json of the load balancer's task.
TemplateText balancer_config();

enum class ImageMode : std::uint8_t { host, oci };
/// config.json of a workload's or job's tasks; `mode`: whether the environment's image is a program of the host or an
/// OCI image. For the task at hand.
TemplateText task_config(const blueprint::Shape& shape, const blueprint::Workload& workload, ImageMode mode);
TemplateText task_config(const blueprint::Shape& shape, const blueprint::Job& job, ImageMode mode);
/// config.json of a store's task.
TemplateText task_config(const blueprint::Store& store);
/// config.json of the PostgreSQL behind a store.
TemplateText backing_config(const blueprint::Store& store);

/// True where the tasks run the platform's own nginx, whatever their image is.
bool runs_nginx(const blueprint::Workload& workload);

}  // namespace tenantry::local_emit
