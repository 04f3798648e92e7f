#pragma once

// Names that are made from several parts of the platform: here and nowhere else.

#include <string>
#include <vector>

#include <tenantry/model/platform.hpp>

namespace tenantry::model {

/// A host name on target local is the last part of a unix socket's path, `/run/tenantry/in/HOST`, and a path holds 107
/// bytes (sockaddr_un in unix(7), less the NUL).
inline constexpr std::size_t longestLocalHost = 90;

/// The load balancer knows all hosts on one line of HAProxy's configuration, which holds 64 words (MAX_LINE_ARGS of
/// haproxy/defaults.h), five of them others; one more is the default host.
inline constexpr std::size_t mostOwnHosts = 58;
/// `http-request return status 404 unless route-1 or route-2 ...` holds so many of them.
inline constexpr std::size_t mostPrefixesWithoutRoot = 30;

/// `acme` in the main stage, else `acme-staging`.
std::string host_label(const Platform& platform, const Tenant& tenant, const Stage& stage);

}  // namespace tenantry::model
