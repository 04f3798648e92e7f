#include "service.hpp"

namespace tenantry::daemon {

engine::Hook hook() { return {}; }

engine::ScalePace scale_pace() { return {}; }

}  // namespace tenantry::daemon
