#include "conflict.hpp"

#include <optional>

namespace tenantry::blueprint {
namespace {

constexpr std::size_t shortest = 7;  // DEFAULT_CONFLICT_MARKER_SIZE of git's xdiff/xdiff.h

struct Marker {
    char kind;
    std::size_t size;
};

std::optional<Marker> marker_of(std::string_view line) {
    if (line.empty() || std::string_view("<|=>").find(line.front()) == std::string_view::npos) return std::nullopt;
    const std::size_t size = std::min(line.find_first_not_of(line.front()), line.size());
    if (size < shortest || (size < line.size() && line[size] != ' ')) return std::nullopt;
    return Marker{line.front(), size};
}

/// Goes through the lines once; `part_` says whose lines these are.
class Splitter {
  public:
    std::expected<Sides, LockMistake> split(const std::vector<LockLine>& lines) {
        for (const LockLine& line : lines)
            if (!take(line))
                return std::unexpected(LockMistake{line.at, "The conflict markers do not belong together."});
        if (part_ != Part::common)
            return std::unexpected(LockMistake{opened_, "This conflict has no end: a line `>>>>>>>` is missing."});
        return std::move(sides_);
    }

  private:
    enum class Part : std::uint8_t { common, ours, ancestor, theirs };

    bool take(const LockLine& line) {
        const auto marker = marker_of(line.text);
        // An ancestor that was itself merged with conflicts holds longer markers of its own.
        if (part_ == Part::ancestor && (!marker || marker->size != size_)) return true;
        if (!marker) return keep(line);
        if (part_ == Part::common) size_ = marker->size;
        return marker->size == size_ && turn(marker->kind, line.at);
    }

    bool keep(const LockLine& line) {
        if (part_ != Part::theirs) sides_.ours.push_back(line);
        if (part_ != Part::ours) sides_.theirs.push_back(line);
        return true;
    }

    bool turn(char kind, Span at) {
        if (kind == '<' && part_ == Part::common) {
            opened_ = at;
            part_ = Part::ours;
        } else if (kind == '|' && part_ == Part::ours) {
            part_ = Part::ancestor;
        } else if (kind == '=' && (part_ == Part::ours || part_ == Part::ancestor)) {
            part_ = Part::theirs;
        } else if (kind == '>' && part_ == Part::theirs) {
            part_ = Part::common;
        } else {
            return false;
        }
        return true;
    }

    Sides sides_;
    Part part_ = Part::common;
    std::size_t size_ = 0;
    Span opened_;
};

}  // namespace

bool is_conflict_marker(const LockLine& line) { return marker_of(line.text).has_value(); }

std::expected<Sides, LockMistake> sides_of(const std::vector<LockLine>& lines) { return Splitter().split(lines); }

}  // namespace tenantry::blueprint
