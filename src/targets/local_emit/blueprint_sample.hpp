#pragma once

// A small platform for the tests of this room: acme and norte in production, of one shape, and acme's demo.

#include <tenantry/blueprint/blueprint.hpp>

namespace tenantry::local_emit {

/// Two frontends (`web` at `/` with static files, `admin` at `/admin`), two applications that are called, a worker.
blueprint::Blueprint sample_blueprint();

}  // namespace tenantry::local_emit
