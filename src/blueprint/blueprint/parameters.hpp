#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <tenantry/base/check.hpp>
#include <tenantry/blueprint/blueprint.hpp>
#include <tenantry/blueprint/lock.hpp>
#include <tenantry/model/resolve.hpp>

namespace tenantry::blueprint {

/// The values of an environment's parameters, in an order that its structure alone decides.
std::vector<Value> values_of(const model::Platform& platform, const model::EnvironmentSettings& settings,
                             const LockedBlock& block);

/// The slots of an environment, sorted, and where the value of each stands in the order of `values_of`.
class Parameters {
  public:
    Parameters(const model::Platform& platform, const model::EnvironmentSettings& settings, const LockedBlock& block);
    template <class T>
    [[nodiscard]] Hole<T> hole(const Slot& slot) const {
        const auto at = std::ranges::lower_bound(rows_, slot, {}, &Row::first);
        TENANTRY_CHECK(at != rows_.end() && at->first == slot, "a hole's slot was put in");
        return Hole<T>{Index<Slot>{static_cast<std::uint32_t>(at - rows_.begin())}};
    }
    [[nodiscard]] std::vector<Slot> slots() const {
        std::vector<Slot> all;
        for (const Row& row : rows_) all.push_back(row.first);
        return all;
    }
    [[nodiscard]] std::vector<std::uint32_t> order() const {
        std::vector<std::uint32_t> all;
        for (const Row& row : rows_) all.push_back(row.second);
        return all;
    }

  private:
    using Row = std::pair<Slot, std::uint32_t>;
    std::vector<Row> rows_;
};

}  // namespace tenantry::blueprint
