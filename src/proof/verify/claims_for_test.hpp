#pragma once

// What the tests of claims say to each other: the verdict of a world, as text, and what is expected of it.

#include <gtest/gtest.h>

#include "world_for_test.hpp"

namespace tenantry::verify::test {

inline const std::string one = "tenant-1/production";
inline const std::string two = "tenant-2/production";

Verdict verdict_of(const World& world, Claim claim, unsigned threads = 1);

std::string told(const Verdict& verdict);

/// The claim is violated, by a single finding that says `summary` and points at `contradicts`.
void expect_violated(const World& world, Claim claim, std::string_view summary, std::string_view contradicts);

void expect_holds(const World& world, Claim claim);

}  // namespace tenantry::verify::test
