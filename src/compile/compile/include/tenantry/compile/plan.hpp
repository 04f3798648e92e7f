#pragma once

// What applying the platform would change, and a plan that is kept in a file until it is applied.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/hash.hpp>
#include <tenantry/blueprint/difference.hpp>
#include <tenantry/compile/compile.hpp>

namespace tenantry::compile {

struct Plan {
    blueprint::State wanted;           ///< what is there once it is applied
    blueprint::Difference difference;  ///< from what is applied to that
};

/// `applied` is what was emitted last, or what a target says of itself; an empty one where nothing was.
Plan make_plan(const Compiled& compiled, const blueprint::State& applied);

/// Digests (BLAKE2b-256) of everything that a plan is computed from: where all are equal, so is the plan.
struct Fingerprint {
    Digest files;  ///< names and bytes of the platform's files
    Digest lock;   ///< of platform.lock, where there is one
    Digest pins;   ///< which release each placement runs
    Digest state;  ///< what was applied
    bool operator==(const Fingerprint&) const = default;
};

/// `pins` and `applied` are the bytes they are kept as; empty where there are none.
Fingerprint fingerprint(const Sources& sources, const Inputs& inputs, std::string_view pins, std::string_view applied);

/// A plan as it is kept and approved.
struct SavedPlan {
    std::string target;
    std::string platform;
    Fingerprint from;
    Digest wanted;  ///< of the state that it leads to
    struct Row {
        blueprint::Change change = blueprint::Change::update;
        std::string environment;  ///< `acme/production`
        bool operator==(const Row&) const = default;
    };
    std::vector<Row> rows;  ///< environments that change, for people; the difference is computed again

    bool operator==(const SavedPlan&) const = default;
};

inline constexpr std::uint32_t planVersion = 1;

SavedPlan saved_plan(const Plan& plan, std::string_view target, const Fingerprint& from);

/// The file: LF, one line a thing, the last line the digest of those before it.
std::string to_text(const SavedPlan& plan);

/// Reads such a file; what is wrong with it, one changed byte too, is told, and nothing is returned then.
std::optional<SavedPlan> read_plan(const Sources& sources, SourceId id, Diagnostics& diagnostics);

/// True where `now` is the plan that was saved: the same plan made anew from what there is now. Else everything that
/// moved since is told at the saved file's first line, and it may not be applied.
bool check_fresh(const SavedPlan& saved, const SavedPlan& now, SourceId id, Diagnostics& diagnostics);

}  // namespace tenantry::compile
