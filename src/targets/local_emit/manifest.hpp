#pragma once

#include <span>

#include <tenantry/local_emit/local_emit.hpp>

namespace tenantry::local_emit {

/// manifest.json: the version of the formats, each environment's shape, each file's BLAKE2b-256.
LocalFile manifest(const blueprint::Blueprint& blueprint, std::span<const LocalFile> files, const Pool& pool);

}  // namespace tenantry::local_emit
