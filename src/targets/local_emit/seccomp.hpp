#pragma once

#include "json_template.hpp"

namespace tenantry::local_emit {

/// The value of `linux.seccomp`: what is not allowed fails with EPERM.
void write_seccomp(JsonTemplate& json);

}  // namespace tenantry::local_emit
