#pragma once

#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>

namespace tenantry::world {

/// Which environments, and which tasks in them, a command means: `acme/production/api`. A part may hold `*` for any
/// run of bytes; parts that are not written mean all. The last part is a service or one of its tasks.
class Selector {
  public:
    static Result<Selector> parse(std::string_view text);

    [[nodiscard]] bool matches(std::string_view environment) const;
    [[nodiscard]] bool matches_task(std::string_view service, std::string_view task) const;
    /// True where it says a service or task.
    [[nodiscard]] bool names_task() const { return !service_.empty(); }

  private:
    std::string tenant_ = "*", stage_ = "*", service_;
};

}  // namespace tenantry::world
