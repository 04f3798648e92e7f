// The tables of the books, step by step.
#pragma once

#include <span>
#include <string_view>

namespace lending {

// Step n brings the tables from n to n + 1. A step that was released is never changed; a new one is added at the end.
std::span<const std::string_view> schema_steps();

}  // namespace lending
