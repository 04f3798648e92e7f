#pragma once

#include <chrono>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

#include "process.hpp"

namespace tenantry::host {

/// Where crun hands over the terminal that it makes inside a container (`--console-socket`): a socket of root's alone.
class Console {
  public:
    static Result<Console> open();
    Console(Console&&) = default;
    Console& operator=(Console&&) = delete;
    ~Console();

    [[nodiscard]] const std::string& path() const { return path_; }
    /// Waits for the terminal and passes its outer end on over `to`, a connected unix socket (SCM_RIGHTS, unix(7)).
    /// False where crun ends without one.
    Result<bool> pass_on(int to, Child& crun, std::chrono::milliseconds deadline) const;

  private:
    Console(std::string path, Descriptor listening) : path_(std::move(path)), listening_(std::move(listening)) {}
    std::string path_;
    Descriptor listening_;
};

}  // namespace tenantry::host
