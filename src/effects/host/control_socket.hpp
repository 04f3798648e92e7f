#pragma once

// The socket over which the daemon speaks to a store.

#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>
#include <tenantry/world/placement.hpp>
#include <tenantry/world/store_spec.hpp>

namespace tenantry::host {

/// The folder of a store's control socket, opened through no link. Its path as this process sees it is short, as the
/// address of a socket has 107 bytes at most (unix(7)).
class ControlFolder {
  public:
    static Result<ControlFolder> open(const world::Placement& placement, const world::StoreSpec& store);
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(folder_.number()); }

  private:
    explicit ControlFolder(Descriptor folder) : folder_(std::move(folder)) {}
    Descriptor folder_;
};

/// A store's task may put anything in its folder, a link to another store's socket too. An error where not the store's
/// own user listens at the other end.
Result<void> check_listener(int socket, const world::StoreSpec& store);

/// Connects to a socket in the folder; what is sent and received waits 10 s at most.
Result<Descriptor> connect_control(const ControlFolder& folder, std::string_view name, const world::StoreSpec& store);

}  // namespace tenantry::host
