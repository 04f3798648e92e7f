#pragma once

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {

/// A process that asks over a unix socket, from now on: its number given to another process later means nothing.
class CallerProcess {
  public:
    /// `pid` as the kernel says (SO_PEERCRED of unix(7)). An error where the process has ended.
    static Result<CallerProcess> open(int pid);
    /// A copy of a descriptor that is open in the process (pidfd_getfd(2)).
    [[nodiscard]] Result<Descriptor> descriptor(int number) const;
    [[nodiscard]] bool lives() const;

  private:
    explicit CallerProcess(Descriptor process) : process_(std::move(process)) {}
    Descriptor process_;
};

}  // namespace tenantry::host
