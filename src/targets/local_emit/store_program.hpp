#pragma once

// What runs a store on this target, and the texts that it reads.

#include <string>
#include <vector>

#include <tenantry/blueprint/shape.hpp>

#include "template.hpp"

namespace tenantry::local_emit {

/// A folder below `stores/STORE` of the environment, which the host makes; `behind`: below its backing's.
struct StoreFolder {
    Literal name, target;
    bool writable = false;
    bool behind = false;
};

struct StoreProgram {
    std::vector<TemplateText> args;
    std::vector<Literal> env;
    bool ferretdb = false;       ///< it is in its image, seen in /app
    std::vector<Literal> files;  ///< below `services/STORE`, seen in /etc/tenantry
    std::vector<StoreFolder> folders;
    std::uint32_t memory = 0;  ///< bytes
    Literal stopSignal = "SIGTERM";
};
StoreProgram program_of(const blueprint::Store& store);
/// Of the PostgreSQL behind a store.
StoreProgram backing_program();

/// A file below `services/STORE`.
struct StoreText {
    Literal file;
    TemplateText text;
};
std::vector<StoreText> texts_of(const blueprint::Shape& shape, Index<blueprint::Store> store);
std::vector<StoreText> backing_texts(const blueprint::Shape& shape, Index<blueprint::Store> store);

/// Who may use a store: services, jobs and access entries by their names, sorted by name.
struct StoreUser {
    std::string name;
    model::Access access = model::Access::read;
};
std::vector<StoreUser> users_of(const blueprint::Shape& shape, Index<blueprint::Store> store);

}  // namespace tenantry::local_emit
