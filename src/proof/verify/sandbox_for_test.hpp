#pragma once

// The published sandbox of one task, as a text wants it or as the kernel has it, for tests that break one thing of it.

#include "world_for_test.hpp"

namespace tenantry::verify::test {

Mount mount(std::string point, std::string type, std::string root, bool writable, Span at);
Index<Profile> profile(Facts& facts, const std::vector<std::string>& lines);
/// Of the process at `at`, by what is declared of its task.
Sandbox published_sandbox(World& world, std::size_t at);
/// The same as the kernel has it: file systems by number, namespaces by id.
Sandbox observed_sandbox(World& world, std::size_t at);
/// Of the machine's entry.
Sandbox edge_sandbox(World& world);
Sandbox observed_edge_sandbox(World& world);
World observed(World world);
/// With texts of every sandbox.
World boxed(World world);

}  // namespace tenantry::verify::test
