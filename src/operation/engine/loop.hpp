#pragma once

#include <condition_variable>
#include <future>
#include <mutex>

#include <tenantry/engine/runner.hpp>

#include "event_ring.hpp"
#include "executor.hpp"
#include "machines.hpp"
#include "mailbox.hpp"
#include "watcher.hpp"

namespace tenantry::engine {

/// The thread that takes events. Others put them into the mailbox.
class Runner::Loop {
  public:
    Loop(Ports ports, Log log, Hook hook) : ports_(ports), log_(std::move(log)), hook_(std::move(hook)) {}

    Result<void> run(const std::stop_token& stop);
    /// Puts an event and waits until the journal has it.
    Result<void> ask(Event event);
    [[nodiscard]] world::Status status() const;
    [[nodiscard]] world::Status status_after(std::uint64_t version, std::chrono::milliseconds limit) const;
    [[nodiscard]] std::shared_ptr<const world::EnvironmentSpec> spec(const world::Placement& placement) const;
    [[nodiscard]] Events events_after(std::uint64_t number, std::chrono::milliseconds limit) const;

  private:
    struct Mail {
        Event event;
        std::shared_ptr<std::promise<Result<void>>> answer;
    };
    Result<void> recover();
    Result<void> take(const Event& event);
    void follow(const Event& event, const Change& change);
    void work(const ports::StoredCommand& command);
    Result<void> wake_those_due();
    [[nodiscard]] std::chrono::steady_clock::time_point next_wake() const;
    void close(const Error& error);

    Ports ports_;
    Log log_;
    Hook hook_;
    Mailbox<Mail> mail_;
    mutable std::mutex mutex_;  // guards machines_, version_ and events_ against readers; only the loop's thread writes
    mutable std::condition_variable changed_;
    Machines machines_;
    EventRing events_;
    std::uint64_t version_ = 1;
    bool recovered_ = false;
    bool closed_ = false;
    std::unique_ptr<Executor> executor_;
    std::unique_ptr<Watcher> watcher_;
};

}  // namespace tenantry::engine
