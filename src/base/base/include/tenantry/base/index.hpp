#pragma once

#include <compare>
#include <cstdint>

namespace tenantry {

/// Position of a `Row` in its own table; says which table it indexes.
template <class Row>
struct Index {
    std::uint32_t at = 0;
    auto operator<=>(const Index&) const = default;
};

}  // namespace tenantry
