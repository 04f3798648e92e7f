#pragma once

// What the daemon sees of the machine: its own mounts, kept over its restarts, and its own places in the cgroups.

#include <memory>
#include <string>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

class Cgroups;

/// Below this folder lies what ends with the machine's uptime, below the other what stays.
inline constexpr const char* runFolder = "/run/tenantry";
inline constexpr const char* stateFolder = "/var/lib/tenantry";

/// What a view needs to know from its caller.
struct MachineSettings {
    /// Folder below the root of each cgroup hierarchy that holds all of ours, a single name. config.json says
    /// `/tenantry/...`; with another name here the containers stand below that one.
    std::string cgroup = "tenantry";
};

/// The process' place on the machine. One is made when the program starts, before any thread, and kept.
class MachineView {
  public:
    /// Enters the mount namespace that an earlier daemon pinned at /run/tenantry/mounts/namespace, or makes and pins
    /// it; from then on every mount of this process is made there, and ends with the last process in it. Takes the
    /// cgroup v2 tree of a hybrid machine out of that view: crun refuses to run with both. Kills and awaits the helpers
    /// that an earlier daemon left, and moves this process to the cgroup `daemon`. Needs root. Must be called while the
    /// process has one thread.
    static Result<MachineView> enter(const MachineSettings& settings = {});

    MachineView(MachineView&&) noexcept;
    MachineView& operator=(MachineView&&) noexcept;
    ~MachineView();

    [[nodiscard]] const Cgroups& cgroups() const { return *cgroups_; }
    /// True where an earlier daemon's view was entered.
    [[nodiscard]] bool entered() const { return entered_; }

  private:
    MachineView(std::unique_ptr<Cgroups> cgroups, bool entered);
    std::unique_ptr<Cgroups> cgroups_;
    bool entered_ = false;
};

/// Takes away everything that daemons left on this machine: the view, the groups, /run/tenantry and /var/lib/tenantry
/// with certificates, logs, images. Nothing of it may run any more. Folders that something is mounted on stay, empty.
Result<void> remove_from_machine(const MachineSettings& settings = {});

}  // namespace tenantry::host
