#pragma once

// The text of platform.lock, line by line. Private to the room.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/blueprint/lock.hpp>

namespace tenantry::blueprint {

/// A line without its end.
struct LockLine {
    std::string_view text;
    Span at;
};

/// What is wrong with a line, a sentence.
struct LockMistake {
    Span at;
    std::string what;
};

/// The lines of a text that is not too large to be a lock.
std::expected<std::vector<LockLine>, LockMistake> lock_lines(const Sources& sources, SourceId id);

/// Name and id of the platform from the first two lines; `all` is pointed at where there are none.
std::expected<Lock, LockMistake> parse_heading(const std::vector<LockLine>& lines, Span all);

/// `block 10.0.0.0/20 acme/demo [aws=111111111111] layout=1 uid=1048576 gen=1`; retired lines have no aws and layout.
std::expected<LockedBlock, LockMistake> parse_block(LockLine line);

/// (uid_t)-1 means "none" (chown(2)); its range stays free.
inline constexpr std::uint32_t lastUid = 0xFFFF'0000;
/// Nobody leaves and comes back so often; bounds what a file can say.
inline constexpr std::uint32_t lastGeneration = 1'000'000;

}  // namespace tenantry::blueprint
