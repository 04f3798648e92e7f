#pragma once

// Network namespaces kept alive by files (ip-netns(8) does the same), in a folder that is a mount of its own. What
// enters a namespace changes the thread that it runs in: call it from `on_own_thread` alone.

#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {

/// A network namespace, held open. Two are equal by device and inode (namespaces(7)).
struct OpenNamespace {
    Descriptor file;
    std::pair<std::uint64_t, std::uint64_t> id;
};

/// The function's result, of a thread that ends with it and takes its namespace along.
template <class Function>
auto on_own_thread(const Function& function) -> decltype(function()) {
    try {
        return std::async(std::launch::async, function).get();
    } catch (const std::system_error& error) {
        return fail("starting a thread: {}", error.what());
    }
}

/// The namespace that the thread is in.
Result<OpenNamespace> current_namespace();

/// Makes the folder and those above it, and a private tmpfs in it where there is no mount yet.
Result<void> make_pin_folder(const std::string& folder);
/// Takes away the folder with all pins, and the two above it where they are empty then. Fine where it is not there.
Result<void> remove_pin_folder(const std::string& folder);
/// Where a namespace is pinned in a folder.
std::string pin_path(const std::string& folder, std::string_view name);
/// Names of the files in the folder, sorted; none where it is not there.
Result<std::vector<std::string>> list_pins(const std::string& folder);

/// The network namespace that is pinned at a path; nothing where there is no file, or one that is no such pin.
Result<std::optional<OpenNamespace>> open_pin(const std::string& path);
/// Leaves the thread in a new network namespace, pinned at the path in place of what was there.
Result<OpenNamespace> make_pin(const std::string& path);
/// Takes away a pin or what is left of one. Fine where there is none.
Result<void> remove_pin(const std::string& path);

/// Leaves the thread in the namespace.
Result<void> enter(const OpenNamespace& space);

}  // namespace tenantry::host
