#pragma once

// What lies between two states: by environment, by what changes in it, by field, with what each costs. Here and not in
// a room of the engine, because it compares blueprints alone: whoever has two states can plan, with nothing running.

#include <optional>
#include <string>
#include <vector>

#include <tenantry/blueprint/effect.hpp>
#include <tenantry/blueprint/state.hpp>

namespace tenantry::blueprint {

enum class Change : std::uint8_t { create, update, replace, remove };
std::string_view to_string(Change change);

/// One line of a blueprint that is not as it was.
struct FieldChange {
    std::string path;
    std::optional<std::string> before;  ///< nothing: it was not there
    std::optional<std::string> after;   ///< nothing: it is gone
    Effect effect = Effect::inPlace;
    std::string_view reason;  ///< why the effect is no smaller; often empty

    bool operator==(const FieldChange&) const = default;
};

/// A service, job, store, secret or access entry, or the environment itself.
struct ItemChange {
    std::string path;  ///< `services.api`; empty: the environment itself
    Change change = Change::update;
    Effect effect =
        Effect::inPlace;  ///< the largest of its fields, and what others do to it; of updates and replacements
    std::vector<FieldChange> fields;   ///< none for what comes or goes whole
    std::vector<std::string> because;  ///< why it is touched by others: `the store `books` is replaced`

    bool operator==(const ItemChange&) const = default;
};

struct EnvironmentChange {
    TenantName tenant;
    StageName stage;
    Change change = Change::update;
    std::vector<ItemChange>
        items;  ///< of updates, the environment itself first, then by path; of a replacement itself alone

    [[nodiscard]] std::string name() const { return tenant.str() + "/" + stage.str(); }
    bool operator==(const EnvironmentChange&) const = default;
};

/// How much is touched.
struct Touched {
    std::size_t tenants = 0;    ///< with any change
    std::size_t ofTenants = 0;  ///< that are or were there
    std::size_t created = 0;    ///< environments
    std::size_t removed = 0;    ///< environments
    std::size_t restarts = 0;   ///< services, counted in each environment
    std::size_t replaced = 0;   ///< environments; services and stores, counted in each other environment
    std::size_t inPlace = 0;    ///< other services, jobs, stores and so on that change, in each environment

    bool operator==(const Touched&) const = default;
};

struct Difference {
    std::vector<FieldChange> commons;             ///< of all environments
    std::vector<EnvironmentChange> environments;  ///< that change, sorted by tenant, stage
    Touched touched;

    [[nodiscard]] bool empty() const { return commons.empty() && environments.empty(); }
};

/// What makes `after` of `before`. Pure: the same states give the same difference.
Difference difference(const State& before, const State& after);

}  // namespace tenantry::blueprint
