#pragma once

// The whole of the pure part behind two functions: from texts to a blueprint, and from a blueprint to verdicts on what
// would ship.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/machine_range.hpp>
#include <tenantry/base/pool.hpp>
#include <tenantry/blueprint/blueprint.hpp>
#include <tenantry/blueprint/lock.hpp>
#include <tenantry/blueprint/resolve_lock.hpp>
#include <tenantry/local_emit/local_emit.hpp>
#include <tenantry/local_read/local_read.hpp>
#include <tenantry/model/model.hpp>
#include <tenantry/verify/decide.hpp>

namespace tenantry::compile {

/// The id in a lock that was made provisionally; `tenantry lock` gives a random one.
inline constexpr std::string_view noLockId = "0000000000000000";

/// The texts of one platform, as they stand in a Sources.
struct Inputs {
    model::Inputs files;
    std::optional<SourceId> lock;  ///< platform.lock; nothing: there is none yet
    std::string lockId{noLockId};  ///< of the lock that is made where there is none
};

struct Compiled {
    model::Model model;
    blueprint::Lock lock;                  ///< with the blocks that were given provisionally
    std::vector<std::string> provisional;  ///< environments whose block is not in platform.lock yet
    blueprint::Blueprint blueprint;
};

/// Everything wrong in any of the texts is told; nothing is returned where one of it is an error. Environments without
/// a block get the one that `tenantry lock` would give them.
std::optional<Compiled> compile(const Sources& sources, const Inputs& inputs, const Pool& pool,
                                Diagnostics& diagnostics);

/// The lock with its conflict markers mended (`blueprint::resolve_lock`); there is one. Mistakes of the platform's
/// files are told too, and nothing is returned then: without its network nothing can be given anew.
std::optional<blueprint::Resolution> resolve_lock(const Sources& sources, const Inputs& inputs,
                                                  std::span<const blueprint::AppliedBlock> applied,
                                                  Diagnostics& diagnostics);

/// What the platform asks for and target local does not do in this version, each a warning at its key.
Diagnostics beyond_local(const model::Platform& platform);
/// The same of what it says of stages and of the machine, whose keys stand in the tree alone.
Diagnostics unkept_by_local(const model::Model& model);

/// Blocks that overlap addresses which the machine uses itself, for commands that act on it: an error for each of its
/// ranges that is in the way, with what to write. Looked at are all environments, or those in `only`, sorted.
/// What is compiled never depends on a machine; whether it may run there does
/// (docs/decisions/0003-the-machine-decides-whether.md). The sources that it was compiled from must live: the key to
/// change is looked up in them.
Diagnostics machine_conflicts(const Compiled& compiled, const MachineRanges& machine,
                              std::optional<std::span<const std::string>> only = {});

/// The blueprint with these environments alone: what is proved of those that run.
blueprint::Blueprint only(const blueprint::Blueprint& all, std::span<const std::string> environments);

/// What was concluded from texts of target local. `texts` were added to the sources, so that spans can be shown.
struct Proof {
    std::vector<verify::Verdict> verdicts;
    std::size_t environments = 0;
    std::size_t texts = 0;
    std::vector<verify::NotUnderstood> notUnderstood;
    Digest digest;                                 ///< over the paths and bytes of all texts
    verify::Source source = verify::Source::text;  ///< live: the texts say what was observed
};

/// Reads the texts like a stranger's and decides the claims against what the blueprint declares, for a machine with
/// these ranges of its own (nothing: nobody looked, and NET-8 is unknown). Texts that cannot be read are told, and
/// nothing is returned then.
std::optional<Proof> prove_local(const blueprint::Blueprint& blueprint, std::span<const local_emit::LocalFile> texts,
                                 const std::optional<MachineRanges>& machine, Sources& sources, const Pool& pool,
                                 Diagnostics& diagnostics);

/// Every code of every room that `compile` uses, by number.
std::vector<const CodeInfo*> all_codes();

}  // namespace tenantry::compile
