#pragma once

// A good platform with every supported key, in which any scalar or key can be replaced by anything.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenantry::laws {

/// A text of the platform and everywhere it stands: a service's name is replaced at its key, in calls and in routes.
struct Slot {
    std::string text;
    /// Marked words are found again in the output, so that it can be told what else changed: instead of `text`, each of
    /// these may stand there, and sorts differently among its neighbours. Empty: the output is only proved.
    std::vector<std::string> benign;
    std::vector<std::size_t> begins;  ///< offsets in the platform
};

/// Every scalar and key of the platform, by first place; the same in each run.
std::span<const Slot> slots();

/// The platform with `yaml` for the slot's text, files behind lines `--- NAME` as PlatformText takes them.
std::string platform_with(const Slot& slot, std::string_view yaml);

/// `bytes` as a double-quoted YAML scalar in which all but letters and digits is escaped. Bytes that are no UTF-8 stand
/// as they are: YAML has no way to write them.
std::string yaml_quoted(std::string_view bytes);

/// True where the bytes are another word of the platform. It may then mean something else, which changes more than one
/// token.
bool is_other_word(const Slot& slot, std::string_view bytes);

}  // namespace tenantry::laws
