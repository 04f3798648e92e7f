#pragma once

// The platforms that the daemon was sent, compiled here again, and the proof of what runs.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <tenantry/compile/compile.hpp>
#include <tenantry/host/crun_containers.hpp>
#include <tenantry/host/workspace.hpp>
#include <tenantry/ports/ports.hpp>
#include <tenantry/wire/messages.hpp>

namespace tenantry::daemon {

/// A platform as it was compiled, with the texts that its spans lie in.
struct Platform {
    wire::Bundle bundle;
    std::string digest;  ///< BLAKE2b-256 in hex of the bundle's JSON
    Sources sources;
    std::optional<compile::Compiled> compiled;
};

/// Errors tell every mistake of the files, a line each.
Result<std::shared_ptr<const Platform>> compile_platform(const wire::Bundle& bundle);

/// Bundles of the placements, kept in a folder by their digests, and the last platforms in memory. May be used from
/// several threads.
class Platforms {
  public:
    explicit Platforms(host::Workspace folder) : folder_(std::move(folder)) {}

    Result<std::shared_ptr<const Platform>> take(const wire::Bundle& bundle);
    Result<std::shared_ptr<const Platform>> find(const std::string& digest);
    /// Removes those that no placement has any more.
    Result<void> keep_only(const std::set<std::string>& digests);

  private:
    std::shared_ptr<const Platform> remember(std::shared_ptr<const Platform> platform);

    host::Workspace folder_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<const Platform>> last_;  // the latest first
};

/// Whether the claims hold on texts of these environments of a platform: as emitted or as observed. The first that is
/// not proved, `NET-5: ...`; nothing where all are.
Result<std::optional<std::string>> prove(const Platform& platform, const std::vector<std::string>& environments,
                                         std::span<const local_emit::LocalFile> texts);

/// What the machine has of an environment, as texts of docs/local-files.md: the kernel's network, and of each task that
/// runs its sandbox, of each store that runs who may do what in it.
Result<std::vector<local_emit::LocalFile>> observed_texts(const world::EnvironmentSpec& spec,
                                                          const world::ObservedNetwork& network,
                                                          ports::Containers& containers, ports::Stores& stores);
/// The same of what environments share: the edge, its sandbox where it runs, and the sockets of the machine's network
/// that processes of ours hold; of environments those of `alone`, or (nothing) of all.
Result<std::vector<local_emit::LocalFile>> machine_texts(host::CrunContainers& containers,
                                                         const std::optional<world::Placement>& alone = {});

/// The engine's question after each apply.
class Checker final : public ports::Checker {
  public:
    Checker(Platforms& platforms, host::CrunContainers& containers, ports::Stores& stores)
        : platforms_(platforms), containers_(containers), stores_(stores) {}
    Result<std::optional<std::string>> prove(const world::EnvironmentSpec& spec,
                                             const world::ObservedNetwork& observed) override;

  private:
    Platforms& platforms_;
    host::CrunContainers& containers_;
    ports::Stores& stores_;
};

}  // namespace tenantry::daemon
