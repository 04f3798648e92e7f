#pragma once

#include <cstdint>
#include <string>

namespace tenantry::model {

enum class SchemaOf : std::uint8_t { platform, tenantFile };

/// A JSON Schema (2020-12) of platform.yaml or of a tenant's file, for editors, made from the tables of keys.hpp. What
/// it refuses `read_model` refuses too; what a schema cannot say (references, sums, what several keys say together)
/// only `read_model` sees.
std::string json_schema(SchemaOf of);

}  // namespace tenantry::model
