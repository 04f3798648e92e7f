#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace tenantry::local_read {

/// Path prefixes in the order in which a proxy tries them.
class TakenPrefixes {
  public:
    /// False where an earlier one takes every path under this one.
    bool take(std::string_view prefix) {
        if (taken_.contains("/")) return false;
        for (std::size_t end = prefix.size(); end != std::string_view::npos && end > 0;
             end = prefix.rfind('/', end - 1))
            if (taken_.contains(prefix.substr(0, end))) return false;
        taken_.emplace(prefix);
        return true;
    }

  private:
    std::set<std::string, std::less<>> taken_;
};

}  // namespace tenantry::local_read
