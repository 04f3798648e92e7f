#pragma once

// The conflict markers that git leaves in a file it could not merge, in all its styles (git-merge(1), "How conflicts
// are presented"). Private to the room.

#include <expected>
#include <vector>

#include "lock_text.hpp"

namespace tenantry::blueprint {

/// Seven or more of `<`, `|`, `=` or `>`, then the end of the line or a space. No line of a lock begins so.
bool is_conflict_marker(const LockLine& line);

/// The whole text as each side would have it: the lines outside all conflicts and, in their places, its own. Two equal
/// texts where there are no markers.
struct Sides {
    std::vector<LockLine> ours;
    std::vector<LockLine> theirs;
};

/// What stands between `|||||||` and `=======` (diff3, zdiff3: the common ancestor's) is left out. Markers that do not
/// belong together are told.
std::expected<Sides, LockMistake> sides_of(const std::vector<LockLine>& lines);

}  // namespace tenantry::blueprint
