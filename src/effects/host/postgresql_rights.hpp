#pragma once

// The groups of a PostgreSQL that is a store or behind one, and their rights.

#include <array>
#include <string>

#include <tenantry/world/store_spec.hpp>

namespace tenantry::host {

inline constexpr const char *ownerGroup = "tenantry.owner", *writeGroup = "tenantry.write",
                            *readGroup = "tenantry.read";
inline constexpr std::array groups{ownerGroup, writeGroup, readGroup};

/// True where who may write makes tables too: behind MongoDB, of which a collection is a table and a database a schema
/// (third_party/ferretdb/README.md). What such a one makes is its group's, and the owners are in that group.
inline bool writers_make(const world::StoreSpec& store) { return store.backing.has_value(); }

/// A question. Its answers are statements that make the rights on what is there and on what will be made those of the
/// groups, and the one to connect that of the users alone; none where they are. `users`: literals with commas.
std::string ask_rights(const world::StoreSpec& store, const std::string& users);

}  // namespace tenantry::host
