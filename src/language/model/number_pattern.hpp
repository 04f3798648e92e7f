#pragma once

#include <cstdint>
#include <string>

namespace tenantry::model {

/// A regular expression of the decimal numbers from `low` to `high`, both not negative, without leading zeros.
std::string number_pattern(std::int64_t low, std::int64_t high);

}  // namespace tenantry::model
