#pragma once

// The times of all jobs: what the wall clock brings, and when there is something again. Knows the rules of the zones
// that it has been asked for, some years of each.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <tenantry/ports/ports.hpp>
#include <tenantry/world/status.hpp>

#include "machines.hpp"

namespace tenantry::engine {

class Timetable {
  public:
    explicit Timetable(ports::Clock& clock) : clock_(clock) {}

    /// An environment that is as it was when `next` looked at it is looked at again when its time has come.
    std::vector<Event> due(const Machines& machines, world::WallTime now);
    /// A time far away where nothing is to come.
    world::WallTime next(const Machines& machines, world::WallTime now);
    /// An environment has changed, or (`forget_all`) the clock.
    void forget(const std::string& id) { looks_.erase(id); }
    void forget_all() { looks_.clear(); }
    /// What `status` says of the jobs that have times, with their first tasks. From any thread.
    void show(const plan::EnvironmentState& state, std::vector<world::TaskStatus>& tasks);

  private:
    struct Zone {
        world::WallTime from, to;
        std::optional<world::ZoneRules> rules;  // nothing: this machine does not know the zone
    };
    plan::RulesOf rules(world::WallTime now);

    ports::Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Zone> zones_;
    std::map<std::string, world::WallTime>
        looks_;  // by environment: when to look at it next; of the loop's thread alone
};

}  // namespace tenantry::engine
