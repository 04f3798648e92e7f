#include "service.hpp"

namespace tenantry::daemon {

engine::Hook hook() { return {}; }
std::chrono::seconds clock_ahead() { return {}; }

engine::ScalePace scale_pace() { return {}; }

}  // namespace tenantry::daemon
