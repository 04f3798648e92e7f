#pragma once

// A small platform as the local target makes it, built by hand: for tests that break one thing and see who notices.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/base/check.hpp>
#include <tenantry/verify/decide.hpp>

namespace tenantry::verify::test {

inline constexpr Ipv4 routerAddress{0xA9FE0101};  // 169.254.1.1

Cube on(Field field, std::uint32_t low, std::uint32_t high, Cube cube = {});
Cube on(Field field, std::uint32_t value, Cube cube = {});

HostName host(std::string_view text);

struct World {
    Facts facts;
    Declared declared;

    Device& device(std::string_view name);
    Process& process(std::string_view name);
    Index<Device> device_index(std::string_view name);
    Index<Process> process_index(std::string_view name);
    Proxy& proxy(std::string_view process);
    Chain& chain(std::string_view device_, std::string_view name);
    /// The router's interface towards a task.
    Index<Interface> port(std::string_view router, std::string_view task);
    void link(Index<Interface> a, Index<Interface> b);
    Index<Interface> add_interface(Index<Device> device_, std::string name, std::vector<Ipv4> addresses);
    Index<Device> add_device(std::string name, Owner owner, bool forwards);
    Span next_span();

  private:
    std::uint32_t spans_ = 0;
};

/// Environments of one tenant each, `copies` tasks of each service with a port; docs/local-files.md is the pattern.
World lending(std::uint32_t environments, int copies = 2);

}  // namespace tenantry::verify::test
