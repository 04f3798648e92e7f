#pragma once

// What every task of an environment sees of the host, made once an environment (and once for the edge):
//
//     usr      view of /usr
//     certs    view of /etc/ssl/certs, where the host has it
//     etc/...  copies of files of the host's /etc and of small ones of our own, which tasks link
//     empty    stands before what is hidden of /proc

#include <filesystem>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

inline constexpr const char* emptyFile = "empty";

/// Makes what is missing in the folder. Nothing of it can be changed by a task.
Result<void> ensure_shared_root(const std::filesystem::path& folder);
/// Takes it away.
Result<void> remove_shared_root(const std::filesystem::path& folder);

}  // namespace tenantry::host
