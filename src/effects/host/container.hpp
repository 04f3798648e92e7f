#pragma once

// One container of crun with its monitor: docs of CrunContainers. Each step looks at what is there, so that a call
// after a kill at any point comes to the same end.

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/crun_containers.hpp>
#include <tenantry/world/observed.hpp>

#include "cgroups.hpp"
#include "process.hpp"
#include "runtime_config.hpp"

namespace tenantry::host {

/// Where a container lives.
struct ContainerPlace {
    std::string id;                ///< crun's and conmon's, of the whole machine
    std::filesystem::path folder;  ///< holds config.json
    std::filesystem::path shared;  ///< shared_root.hpp
    std::filesystem::path log;
    std::string cgroup;  ///< below Cgroups::top, the one that config.json names
};

/// An image whose files are a container's root.
struct ImageRoot {
    std::filesystem::path files;
    ImageSettings settings;
};

struct ContainerOrder {
    std::string digest;                   ///< another one is another container
    std::string release;                  ///< TENANTRY_RELEASE; empty: none
    std::vector<int> descriptors;         ///< become 3, 4, ...
    bool relays = false;                  ///< scheduled as SCHED_BATCH
    bool once = false;                    ///< one that has run with this digest is given back and not run again
    std::optional<ImageRoot> image = {};  ///< nothing: its root is of the host's files
};

struct TaskRecord;

class Container {
  public:
    Container(const Cgroups& cgroups, ContainerPlace place) : cgroups_(cgroups), place_(std::move(place)) {}

    Result<world::TaskProcess> start(const ContainerOrder& order);
    Result<void> stop(std::chrono::milliseconds drain);
    [[nodiscard]] std::optional<world::TaskProcess> find() const;
    /// Whether its own program runs, in its sandbox, or does within this time; until then it is the runtime that does.
    [[nodiscard]] bool has_begun(std::chrono::milliseconds within) const;
    [[nodiscard]] std::optional<world::TaskEnd> ended() const;
    Result<int> exec(const Execution& wanted, const std::function<Result<void>()>& goesOn);
    /// The digest that it runs with.
    [[nodiscard]] std::optional<std::string> digest() const;

  private:
    [[nodiscard]] std::optional<int> await_exit_code(const TaskRecord& record) const;
    struct Begun {
        ProcessId process, monitor;
    };
    Result<world::TaskProcess> start_new(const ContainerOrder& order);
    Result<void> prepare(const ContainerOrder& order);
    Result<void> forget_variables() const;
    Result<Begun> create(const ContainerOrder& order);
    Result<void> clear();
    Result<void> end_monitor();
    void end_own(int pid) const;
    [[nodiscard]] std::optional<ProcessId> monitor() const;
    [[nodiscard]] std::vector<std::string> crun(std::initializer_list<std::string> arguments) const;
    Result<void> run_crun(std::initializer_list<std::string> arguments) const;
    [[nodiscard]] std::vector<std::string> monitor_arguments(std::size_t descriptors) const;
    [[nodiscard]] std::filesystem::path run() const { return place_.folder / "run"; }
    [[nodiscard]] std::filesystem::path root() const { return place_.folder / "rootfs"; }
    [[nodiscard]] std::filesystem::path top() const { return place_.folder / "top"; }

    const Cgroups& cgroups_;
    ContainerPlace place_;
};

}  // namespace tenantry::host
