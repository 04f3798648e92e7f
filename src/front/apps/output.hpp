#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/local_emit/local_emit.hpp>

namespace tenantry::apps {

struct Written {
    std::size_t written = 0;  ///< files whose bytes changed
    std::size_t removed = 0;  ///< files of an earlier run that are no more
};

/// The file beside the texts that says what they were made of, for the next `plan` to compare with. No target reads it.
inline constexpr std::string_view stateName = "blueprint.state";

/// Writes the files and the state to a folder, only those whose bytes changed, and removes those that an earlier run
/// wrote and this one does not. A folder that holds other things is refused before anything is written.
Result<Written> write_output(const std::string& folder, std::span<const local_emit::LocalFile> files,
                             std::string_view state);

/// Writes one file, whole or not at all.
Result<void> write_file(const std::string& path, std::string_view bytes);

/// Every text of such a folder, sorted by path.
Result<std::vector<local_emit::LocalFile>> read_output(const std::string& folder);

}  // namespace tenantry::apps
