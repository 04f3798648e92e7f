#pragma once

// What happened, for `tenantry events`: the last of it in memory. What the ledger has of it comes back with the next
// daemon; that a task ended, failed its health checks or was started again does not.

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <tenantry/world/event_record.hpp>

#include "machines.hpp"

namespace tenantry::engine {

class EventRing {
  public:
    /// More than that many are forgotten, the oldest first.
    static constexpr std::size_t most = 4'000;
    /// Of the ledger's entries, how many a daemon begins with.
    static constexpr std::size_t fromLedger = 1'000;

    /// Adds what a body of the ledger tells. One that is none of ours is left out.
    void add_entry(const std::string& body);
    /// Adds what the event was for its task, and the entries that its change put into the ledger.
    void add(const Event& event, const Change& change, const std::string& wall);

    /// Those behind a number, oldest first.
    [[nodiscard]] std::vector<world::EventRecord> behind(std::uint64_t number) const;
    [[nodiscard]] std::uint64_t last() const { return last_; }

  private:
    void add(world::EventRecord record);
    [[nodiscard]] std::optional<world::EventRecord> of_task(const Event& event, const Change& change);

    std::deque<world::EventRecord> records_;
    std::uint64_t last_ = 0;
    std::set<std::string> fallen_;  // tasks that ended and did not start since
};

}  // namespace tenantry::engine
