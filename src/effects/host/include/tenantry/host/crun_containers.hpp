#pragma once

#include <array>
#include <functional>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include <tenantry/host/image_store.hpp>
#include <tenantry/host/machine_view.hpp>
#include <tenantry/host/secret.hpp>
#include <tenantry/host/unix_ingress.hpp>
#include <tenantry/ports/ports.hpp>
#include <tenantry/world/log_line.hpp>
#include <tenantry/world/usage.hpp>

namespace tenantry::host {

struct ContainerPlace;
struct ImageRoot;

/// User and group of the edge: the id just below the first range that a lock gives to an environment (2^20), above all
/// that useradd(8) gives to people, to systems and to their subordinate ranges' first users.
inline constexpr std::uint32_t edgeUser = 1'048'575;

/// The machine's entry: edge/config.json and edge/nginx.conf as emitted.
struct EdgeTexts {
    std::string config;
    std::string nginx;
    std::array<std::uint16_t, 2> ports{8443, 8080};  ///< that it listens on, at 127.0.0.1
};

/// A program that runs inside a task beside the task's own.
struct Execution {
    std::vector<std::string> argv;         ///< not empty
    std::array<int, 3> stdio{-1, -1, -1};  ///< descriptors that become its 0, 1 and 2; -1: /dev/null
    /// A connected unix socket: 0, 1 and 2 are a new terminal of the task's own instead, which is the program's
    /// controlling one (credentials(7)), and its outer end is sent here (SCM_RIGHTS); -1: no terminal.
    int terminal = -1;
    std::string terminalType;  ///< TERM, where it has a terminal; empty: not set
};

/// Tasks as containers of crun, each watched by a conmon that outlives the daemon. Beside a task's config.json:
///
///     rootfs/    its root: mount points, links into /usr, a minimal /etc; or a view of its image's files, and before
///                them those in top/
///     run/       crun's bundle and conmon's files; config.json there is the emitted one with TENANTRY_RELEASE, /usr
///     and
///                what else the task sees of the host
///     task.json  digest, pids and start times, written last: without it nothing counts as started
///
/// Logs: /var/lib/tenantry/placements/PLATFORM/TENANT/STAGE/logs/TASK.log, 8 MiB at most, and TASK.log.1 of the run
/// before. Helpers run in the cgroup `helpers`, a conmon whose container stands in `monitors`.
/// May be called from several threads, for one task by one at a time. `view` and `ingress` must outlive it.
class CrunContainers final : public ports::Containers {
  public:
    CrunContainers(const MachineView& view, const UnixIngress& ingress, ImageStore images = ImageStore())
        : view_(view), ingress_(ingress), images_(std::move(images)) {}

    Result<world::TaskProcess> start(const world::Placement& placement, const world::TaskSpec& task) override;
    Result<void> stop(const world::Placement& placement, std::string_view task,
                      std::chrono::milliseconds drain) override;
    /// Over HAProxy's runtime API ("Unix Socket commands" of its management guide).
    Result<void> direct(const world::Placement& placement, std::string_view balancer,
                        std::span<const world::BehindSpec> behind) override;
    /// Gives a load balancer that runs the certificate that its file has, over the same API; true where it served
    /// another one. Connections go on.
    Result<bool> serve_certificate(const world::Placement& placement, std::string_view balancer, const Secret& pem,
                                   const std::string& serial);
    std::optional<world::TaskProcess> find(const world::Placement& placement, std::string_view task) override;
    std::optional<world::TaskEnd> ended(const world::Placement& placement, std::string_view task) override;
    Result<world::ObservedSandbox> observe(const world::Placement& placement, std::string_view task) override;
    std::optional<std::chrono::microseconds> cpu_used(const world::Placement& placement,
                                                      std::string_view task) override;
    Result<std::vector<std::string>> last_lines(const world::Placement& placement, std::string_view task,
                                                std::size_t count) override;

    /// What its last run wrote, or, `previous`, the last run that has ended: the last `count` lines, of those written
    /// at `since` (milliseconds since 1970) or later.
    struct LogOf {
        std::size_t count = 0;
        std::optional<std::int64_t> since = {};
        bool previous = false;
    };
    Result<std::vector<world::LogLine>> log_of(const world::Placement& placement, std::string_view task,
                                               const LogOf& wanted);

    /// What a task wrote behind a place of its log, in whole lines, and the place behind that: what follows a log asks
    /// again and again. An empty place means the end of what is there now.
    struct Written {
        std::vector<world::LogLine> lines;
        std::string place;
    };
    Result<Written> written_behind(const world::Placement& placement, std::string_view task, std::string_view place);

    /// What a task has taken; nothing where it does not run.
    std::optional<world::TaskUsage> usage(const world::Placement& placement, std::string_view task);

    /// Runs a program inside a running task, with its user and sandbox, and waits for its end: exit code, 128 + signal.
    /// `goesOn` is asked all the while; its error ends it.
    Result<int> exec(const world::Placement& placement, std::string_view task, const Execution& wanted,
                     const std::function<Result<void>()>& goesOn);

    /// The edge: nginx in a container of its own, in the host's network, with uid and gid `edgeUser`. One that runs
    /// with these texts is left alone; with others it is replaced. Returns when it listens on its ports. Its files lie
    /// in /run/tenantry/edge.
    Result<world::TaskProcess> run_edge(const EdgeTexts& texts);
    Result<void> stop_edge(std::chrono::milliseconds drain);
    std::optional<world::TaskProcess> find_edge();
    Result<std::vector<std::string>> last_edge_lines(std::size_t count);
    /// The sandbox of the edge as the kernel has it; an error where it does not run.
    Result<world::ObservedSandbox> observe_edge();
    /// Sockets of the machine's network that take what others send, and that a process in one of our cgroups holds; of
    /// environments those of `alone`, or (nothing) of all.
    Result<std::vector<world::ObservedSocket>> observe_sockets(const std::optional<world::Placement>& alone);

  private:
    [[nodiscard]] Result<std::optional<ImageRoot>> image_for(const world::Placement& placement,
                                                             const std::string& task) const;
    Result<world::ObservedSandbox> look(const ContainerPlace& place);

    const MachineView& view_;
    const UnixIngress& ingress_;
    ImageStore images_;
    std::shared_mutex cgroups_;  // shared while groups are made, alone while empty ones go
};

}  // namespace tenantry::host
