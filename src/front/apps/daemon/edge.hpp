#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include <tenantry/host/crun_containers.hpp>

namespace tenantry::daemon {

/// Keeps the machine's entry running while there is an environment, and stops it when there is none.
class EdgeKeeper {
  public:
    /// `isNeeded` is asked from a thread of its own; `log` takes a line for the operator.
    EdgeKeeper(host::CrunContainers& containers, std::function<bool()> isNeeded,
               std::function<void(const std::string&)> log);
    ~EdgeKeeper();
    EdgeKeeper(const EdgeKeeper&) = delete;
    EdgeKeeper& operator=(const EdgeKeeper&) = delete;

    /// Returns when it runs. It is not stopped while the result is kept: who starts it for an environment keeps that
    /// until `isNeeded` says so.
    Result<std::shared_ptr<void>> start();

  private:
    void keep(const std::stop_token& stop);

    host::CrunContainers& containers_;
    std::function<bool()> isNeeded_;
    std::function<void(const std::string&)> log_;
    std::mutex mutex_;
    int kept_ = 0;
    std::condition_variable_any changed_;
    std::jthread thread_;
};

}  // namespace tenantry::daemon
