#pragma once

// What tells one PostgreSQL cluster from another: the system identifier, in global/pg_control and in the first page of
// each file of its write-ahead log, and the nonce that its refusals of unknown users are made of. A copy of a cluster
// gets its own: else one copy would take the other one's log for its own. Pure.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

struct ClusterIdentity {
    std::uint64_t system = 0;
    std::array<char, 32> nonce{};
};

/// CRC-32C (Castagnoli), as PostgreSQL computes it.
std::uint32_t crc32c(std::string_view bytes);

/// The system identifier of a pg_control.
Result<std::uint64_t> system_of_control(std::string_view control);
/// global/pg_control (src/include/catalog/pg_control.h) with another identity.
Result<std::string> with_identity(std::string control, const ClusterIdentity& identity);
/// A file of pg_wal (src/include/access/xlog_internal.h, XLogLongPageHeaderData) that was `from`'s.
Result<std::string> with_system(std::string log, std::uint64_t from, std::uint64_t to);

}  // namespace tenantry::host
