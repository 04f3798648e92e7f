#pragma once

// Whether a process of an image can begin at all: said before anything that runs is stopped.

#include <filesystem>
#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>

#include "image_settings.hpp"

namespace tenantry::host {

/// Looks for the process' program in the image's files as the kernel will: by its path, or in the folders of PATH. It
/// must be a file that may be run, and so must the interpreter that it names (`#!`, or a linked program's loader).
/// Links are followed within the files alone.
Result<void> check_program(const std::filesystem::path& files, const ImageProcess& process);

/// Whether a process whose root the files are can be in a folder.
bool has_folder(const std::filesystem::path& files, const std::string& folder);
/// An error where `folder` (`/srv/www`) is no folder of the image, or a link leads to it.
Result<void> check_folder(const std::filesystem::path& files, std::string_view folder);

}  // namespace tenantry::host
