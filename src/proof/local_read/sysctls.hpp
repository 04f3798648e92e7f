#pragma once

#include <string_view>

#include "json_fields.hpp"

namespace tenantry::local_read {

/// The sysctls of one namespace: they must agree with `forwards` and turn IPv6 off, which the model does not have.
void read_sysctls(const Scope& scope, const Object& sysctls, std::string_view space, bool forwards);

/// True where a sysctl of a network namespace changes nothing that a claim is decided on.
bool is_irrelevant_sysctl(std::string_view key);

}  // namespace tenantry::local_read
