#include "service.hpp"

namespace tenantry::daemon {

engine::Hook hook() { return {}; }

}  // namespace tenantry::daemon
