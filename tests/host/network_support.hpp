#pragma once

// Emitted environments, what is read back of them, and programs run beside them. All of it in a cell.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/host/kernel_network.hpp>
#include <tenantry/world/net_spec.hpp>

namespace tenantry::host {

/// `acme/demo` has eight tasks, `norte/demo` five.
inline constexpr std::string_view acme = "acme/demo", norte = "norte/demo";

struct Emitted {
    world::NetSpec network;
    std::string rules;  ///< nftables.json
    [[nodiscard]] world::Placement placement() const { return {network.platform, network.environment}; }
};

/// One of the test's environments, as it is emitted. `webs`: tasks of its service `web`, whose addresses are the last.
Emitted emitted(std::string_view environment, int webs = 3);

/// What a reader takes from all texts when these are put in the place of both files of the network.
struct Reading {
    std::string facts;                 ///< sorted lines
    std::vector<std::string> unclear;  ///< what is not understood
    std::vector<std::string> broken;   ///< claims of what is decided on texts that do not hold
};
/// The environments' observed networks; an environment that is not named stays as it was emitted.
Reading read(const std::map<std::string, world::ObservedNetwork, std::less<>>& observed);

/// Runs a program to its end; what it wrote. The test fails where it does.
std::string run(const std::vector<std::string>& argv);
/// The same in a pinned namespace.
std::string run_in(const std::string& space, std::vector<std::string> argv);
std::vector<std::string> words(std::string_view line);

/// A network that observes with the sockets of the emitted environments.
KernelNetwork network();

/// Names of mounts, links and folders in the cell: what must be as before.
std::string traces();

}  // namespace tenantry::host
