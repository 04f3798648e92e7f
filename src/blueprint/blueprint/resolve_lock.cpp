#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/resolve_lock.hpp>

#include "conflict.hpp"
#include "free_space.hpp"
#include "lock_text.hpp"

namespace tenantry::blueprint {
namespace {

/// An environment's line, and how it stands against others'.
struct Claimant {
    LockedBlock row;
    bool applied = false;
    bool bothSides = false;

    // Smaller goes first.
    [[nodiscard]] auto rank() const { return std::tuple(!applied, !bothSides, row.retired, row.name()); }
};

Precedence decisive(const Claimant& keeper, const Claimant& other) {
    if (keeper.applied != other.applied) return Precedence::applied;
    if (keeper.bothSides != other.bothSides) return Precedence::bothSides;
    if (keeper.row.retired != other.row.retired) return Precedence::active;
    return Precedence::firstName;
}

auto place_of(const LockedBlock& row) { return std::pair(row.block, row.uids); }

/// The lines of both sides by environment; equal lines once.
using Lines = std::map<std::string, std::vector<Claimant>, std::less<>>;

std::optional<Lines> collect(const Sides& sides, Diagnostics& diagnostics) {
    struct Seen {
        LockLine line;
        bool ours = false, theirs = false;
    };
    std::map<std::string_view, Seen> seen;
    for (const LockLine& line : std::span(sides.ours).subspan(2))
        seen.emplace(line.text, Seen{line}).first->second.ours = true;
    for (const LockLine& line : std::span(sides.theirs).subspan(2))
        seen.emplace(line.text, Seen{line}).first->second.theirs = true;
    Lines lines;
    bool good = true;
    for (const auto& [text, one] : seen) {
        auto row = parse_block(one.line);
        if (row) {
            std::vector<Claimant>& all = lines[row->name()];
            all.push_back({*std::move(row), false, one.ours && one.theirs});
        } else {
            diagnostics.add(code::lockSyntax, row.error().at, row.error().what);
            good = false;
        }
    }
    if (!good) return std::nullopt;
    return lines;
}

bool same_platform(const Lock& ours, const Lock& theirs, const Sides& sides, Diagnostics& diagnostics) {
    if (ours.platform == theirs.platform && ours.id == theirs.id) return true;
    diagnostics.add(code::lockOfTwo, sides.theirs[1].at,
                    fmt::format("One side has the lock `{} {}`, the other `{} {}`: each branch made a lock of its own.",
                                ours.platform, ours.id, theirs.platform, theirs.id),
                    "keep one whole, with `git checkout --ours platform.lock` or `--theirs`, and run `tenantry lock`; "
                    "environments of the other one get new blocks",
                    {{sides.ours[1].at, "the other lock"}});
    return false;
}

class Mender {
  public:
    Mender(std::span<const AppliedBlock> applied, const model::Network& network, Diagnostics& diagnostics)
        : applied_(applied), network_(network), diagnostics_(diagnostics) {}

    std::optional<Resolution> mend(const Lock& heading, Lines lines, Span at) {
        result_.lock = heading;
        for (const AppliedBlock& applied : applied_) require_known(applied, lines, at);
        std::vector<Claimant> claimants;
        for (auto& [name, rows] : lines) claimants.push_back(one_of(std::move(rows)));
        std::ranges::sort(claimants, {}, &Claimant::rank);
        for (Claimant& claimant : claimants) keep(std::move(claimant));
        if (!failed_) give_anew();
        if (failed_) return std::nullopt;
        std::ranges::sort(result_.lock.blocks, {}, &LockedBlock::block);
        return std::move(result_);
    }

  private:
    struct Loser {
        Claimant claimant;
        Claimant keeper;
    };

    void refuse(Span at, std::string detail, std::string help, std::vector<Note> notes = {}) {
        diagnostics_.add(code::lockUndecided, at, std::move(detail), std::move(help), std::move(notes));
        failed_ = true;
    }

    void require_known(const AppliedBlock& applied, const Lines& lines, Span at) {
        const auto rows = lines.find(applied.environment);
        const auto there = [&](const Claimant& claimant) {
            return !applied.block || claimant.row.block == *applied.block;
        };
        if (rows != lines.end() && std::ranges::any_of(rows->second, there)) return;
        refuse(at,
               fmt::format("`{}` was applied{}, and no side of the lock says so.", applied.environment,
                           applied.block ? " at " + applied.block->str() : ""),
               "look whether this is the lock that it was applied with");
    }

    // One line of an environment from those that the sides have.
    Claimant one_of(std::vector<Claimant> rows) {
        std::ranges::sort(rows, {}, [](const Claimant& c) { return place_of(c.row); });
        const auto applied = std::ranges::find(applied_, rows[0].row.name(), &AppliedBlock::environment);
        const bool isApplied = applied != applied_.end();
        const auto hasOther = [&](const Claimant& c) { return place_of(c.row) != place_of(rows[0].row); };
        // Lines of one place that differ in the rest are of one side each.
        for (std::size_t i = 1; i < rows.size(); ++i)
            if (place_of(rows[i - 1].row) == place_of(rows[i].row)) rows[i - 1].bothSides = rows[i].bothSides = true;
        Claimant* stays = &rows[0];
        if (const auto both = std::ranges::find(rows, true, &Claimant::bothSides); both != rows.end()) stays = &*both;
        if (isApplied && std::ranges::any_of(rows, hasOther)) stays = applied_place(*applied, rows);
        Claimant one = *stays;
        one.applied = isApplied;
        for (const Claimant& other : rows) {
            const Chosen chosen{one.row.name(), one.row.block, one.row.uids, other.row.block, other.row.uids};
            const bool told = !result_.chosen.empty() && result_.chosen.back() == chosen;
            if (place_of(other.row) != place_of(one.row) && !told) result_.chosen.push_back(chosen);
            take_later(one.row, other.row, isApplied);
        }
        return one;
    }

    Claimant* applied_place(const AppliedBlock& applied, std::vector<Claimant>& rows) {
        const auto matches = [&](const Claimant& c) { return !applied.block || c.row.block == *applied.block; };
        const auto stays = std::ranges::find_if(rows, matches);
        const auto other = std::ranges::find_if(rows, [&](const Claimant& c) {
            return stays != rows.end() && matches(c) && place_of(c.row) != place_of(stays->row);
        });
        if (stays == rows.end()) return &rows[0];  // told by require_known
        if (other != rows.end())
            refuse(other->row.at,
                   fmt::format("`{}` was applied, and the sides have it at two places.", applied.environment),
                   fmt::format("say which with `--applied {}={}`, or leave only its right line in the file",
                               applied.environment, stays->row.block.str()),
                   {{stays->row.at, "the other place"}});
        return &*stays;
    }

    // The line that comes later in an environment's life: given, retired, given again with the next generation.
    void take_later(LockedBlock& one, const LockedBlock& other, bool applied) {
        if (one.account && other.account && *one.account != *other.account && applied)
            refuse(other.at,
                   fmt::format("`{}` was applied, and the sides have it in the accounts {} and {}.", one.name(),
                               *one.account, *other.account),
                   "leave only its right line in the file", {{one.at, "the other line"}});
        if (other.account && (!one.account || *other.account < *one.account)) one.account = other.account;
        std::tie(one.generation, one.retired) =
            std::max(std::tuple(one.generation, one.retired), std::tuple(other.generation, other.retired));
    }

    void keep(Claimant claimant) {
        const Claimant* keeper = in_the_way(claimant.row);
        if (keeper == nullptr) {
            byUids_.emplace(claimant.row.uids, claimant.row.block);
            const Cidr at = claimant.row.block;
            kept_.emplace(at, std::move(claimant));
            return;
        }
        if (claimant.applied)
            refuse(claimant.row.at,
                   fmt::format("`{}` and `{}` were both applied, and claim one block or one range of ids.",
                               claimant.row.name(), keeper->row.name()),
                   "take one of them off its target first", {{keeper->row.at, "the other claim"}});
        losers_.push_back({std::move(claimant), *keeper});
    }

    // What was kept is apart, so that of its blocks only the last that begins before the end can be in the way.
    [[nodiscard]] const Claimant* in_the_way(const LockedBlock& row) const {
        const auto next = kept_.upper_bound(Cidr{row.block.last(), 32});
        if (next != kept_.begin() && std::prev(next)->first.overlaps(row.block)) return &std::prev(next)->second;
        const auto uids = byUids_.find(row.uids);
        return uids == byUids_.end() ? nullptr : &kept_.at(uids->second);
    }

    void give_anew() {
        for (const auto& [at, claimant] : kept_) result_.lock.blocks.push_back(claimant.row);
        FreeSlots slots(result_.lock, network_);
        FreeIds ids(result_.lock);
        std::ranges::sort(losers_, {}, [](const Loser& loser) { return loser.claimant.row.name(); });
        for (const Loser& loser : losers_) move(loser, slots, ids);
        std::erase_if(result_.chosen, [&](const Chosen& chosen) {
            return std::ranges::find(result_.moved, chosen.environment, &Moved::environment) != result_.moved.end();
        });
    }

    void move(const Loser& loser, FreeSlots& slots, FreeIds& ids) {
        LockedBlock row = loser.claimant.row;
        Moved moved{
            row.name(), row.block, row.uids, {}, {}, loser.keeper.row.name(), decisive(loser.keeper, loser.claimant)};
        if (row.retired) {
            result_.moved.push_back(std::move(moved));
            return;
        }
        moved.newBlock = slots.next();
        moved.newUids = ids.next();
        if (moved.newBlock && moved.newUids) {
            row.block = *moved.newBlock;
            row.uids = *moved.newUids;
            result_.lock.blocks.push_back(std::move(row));
            result_.moved.push_back(std::move(moved));
            return;
        }
        failed_ = true;
        diagnostics_.add(code::poolFull, row.at,
                         fmt::format("No {} is left for `{}`: what it had is `{}`'s.",
                                     moved.newBlock ? "range of host ids" : "block of " + network_.pool.str(),
                                     row.name(), moved.keeper),
                         moved.newBlock ? "" : "make `network.pool` larger");
    }

    std::span<const AppliedBlock> applied_;
    const model::Network& network_;
    Diagnostics& diagnostics_;
    Resolution result_;
    std::map<Cidr, Claimant> kept_;
    std::map<UidRange, Cidr> byUids_;
    std::vector<Loser> losers_;
    bool failed_ = false;
};

constexpr std::array precedences{std::pair(Precedence::applied, std::string_view("applied")),
                                 std::pair(Precedence::bothSides, std::string_view("bothSides")),
                                 std::pair(Precedence::active, std::string_view("active")),
                                 std::pair(Precedence::firstName, std::string_view("firstName"))};

}  // namespace

std::string_view to_string(Precedence precedence) {
    return std::ranges::find(precedences, precedence, [](const auto& row) { return row.first; })->second;
}

std::optional<Precedence> precedence_from_string(std::string_view text) {
    const auto row = std::ranges::find(precedences, text, [](const auto& r) { return r.second; });
    return row == precedences.end() ? std::nullopt : std::optional(row->first);
}

std::optional<Resolution> resolve_lock(const Sources& sources, SourceId id, std::span<const AppliedBlock> applied,
                                       const model::Network& network, Diagnostics& diagnostics) {
    const Span all{id, 0, 0};
    const auto refuse = [&](const LockMistake& mistake) -> std::optional<Resolution> {
        diagnostics.add(code::lockSyntax, mistake.at, mistake.what);
        return std::nullopt;
    };
    const auto lines = lock_lines(sources, id);
    if (!lines) return refuse(lines.error());
    const auto sides = sides_of(*lines);
    if (!sides) return refuse(sides.error());
    const auto ours = parse_heading(sides->ours, all);
    if (!ours) return refuse(ours.error());
    const auto theirs = parse_heading(sides->theirs, all);
    if (!theirs) return refuse(theirs.error());
    if (!same_platform(*ours, *theirs, *sides, diagnostics)) return std::nullopt;
    auto rows = collect(*sides, diagnostics);
    if (!rows) return std::nullopt;
    return Mender(applied, network, diagnostics).mend(*ours, *std::move(rows), all);
}

}  // namespace tenantry::blueprint
