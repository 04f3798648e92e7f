#pragma once

// Names that are made from several parts of the platform: here and nowhere else.

#include <string>
#include <vector>

#include <tenantry/model/platform.hpp>

namespace tenantry::model {

/// A host name on target local is the last part of a unix socket's path, `/run/tenantry/in/HOST`, and a path holds 107
/// bytes (sockaddr_un in unix(7), less the NUL).
inline constexpr std::size_t longestLocalHost = 90;

/// `acme` in the main stage, else `acme-staging`.
std::string host_label(const Platform& platform, const Tenant& tenant, const Stage& stage);

}  // namespace tenantry::model
