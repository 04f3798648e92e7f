// The laws of platform.lock: whatever comes, goes, is merged or reordered, nobody's addresses move.

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/blueprint/resolve_lock.hpp>

namespace tenantry::blueprint {
namespace {

const model::Network network{
    *Cidr::parse("10.0.0.0/12"), 20, {*Cidr::parse("10.0.64.0/18"), *Cidr::parse("10.2.0.0/15")}};

using Place = std::pair<Cidr, UidRange>;

std::optional<Lock> read(const std::string& text) {
    Sources sources;
    const SourceId id = sources.add("platform.lock", text);
    Diagnostics diagnostics;
    return read_lock(sources, id, diagnostics);
}

/// A platform's tenants and stages as they change, and the lock after each `tenantry lock`.
class History {
  public:
    explicit History(std::uint32_t seed) : random_(seed) {}

    /// One change of the files, and the lock that comes of it.
    void edit() {
        const std::string name = "t" + std::to_string(below(12)) + (below(4) == 0 ? "-long-suffix" : "");
        const std::string stage = std::array{"demo", "staging", "production"}[below(3)];
        std::vector<std::pair<std::string, std::string>> gone;
        switch (below(5)) {
            case 0:
                for (const char* all : {"demo", "staging", "production"}) gone.emplace_back(name, all);
                break;
            case 1:
                gone.emplace_back(name, stage);
                break;
            default:
                wanted_.emplace(name, stage);
        }
        for (const auto& one : gone)
            if (wanted_.erase(one) != 0) retire(one.first + "/" + one.second);
        lock_again();
    }

    /// Goes another way from here.
    void turn() { random_.seed(random_() + 1); }

    void lock_again() {
        std::vector<Wanted> all;
        for (const auto& [tenant, stage] : wanted_)
            all.push_back({*TenantName::parse(tenant), *StageName::parse(stage), {}});
        std::ranges::shuffle(all, random_);
        Diagnostics diagnostics;
        auto allocation = allocate(lock, all, network, diagnostics);
        RC_ASSERT(allocation.has_value());
        lock = std::move(allocation->lock);
    }

    Lock lock{"lend", "7f3c0e5a91d2ab03", {}};

  private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
    // As `tenantry tenant remove` does, in half of the cases; else the lock still has it when it comes back.
    void retire(const std::string& name) {
        const auto row = std::ranges::find(lock.blocks, name, &LockedBlock::name);
        if (row != lock.blocks.end() && below(2) == 0) row->retired = true;
    }

    std::mt19937 random_;
    std::set<std::pair<std::string, std::string>> wanted_;
};

void require_unmoved(std::uint32_t seed, int edits) {
    History history(seed);
    std::map<std::string, Place> given;
    while (edits-- > 0) {
        history.edit();
        std::set<std::uint32_t> ids;
        for (const LockedBlock& block : history.lock.blocks) {
            const Place place{block.block, block.uids};
            RC_ASSERT(given.emplace(block.name(), place).first->second == place);
            RC_ASSERT(ids.insert(block.uids.first).second);
        }
        RC_ASSERT(given.size() == history.lock.blocks.size());
    }
    const auto again = read(to_text(history.lock));
    RC_ASSERT(again.has_value());
    RC_ASSERT(to_text(*again) == to_text(history.lock));
}

RC_GTEST_PROP(LockLaw, EditsNeverMoveABlockOrARangeOfIds, ()) {
    require_unmoved(*rc::gen::arbitrary<std::uint32_t>(), 100);
}

TEST(LockLaw, AThousandEditsOfOnePlatformNeverMoveABlockOrARangeOfIds) { require_unmoved(20261124, 1000); }

/// Two branches of one lock, as git would merge their files: lines that both have stand outside the conflicts.
struct Branches {
    Lock base, ours, theirs;

    [[nodiscard]] std::string merged(bool swapped, bool ancestor) const {
        std::map<Cidr, std::map<std::string, std::pair<bool, bool>>> rows;
        const auto add = [&](const Lock& lock, bool first) {
            for (const LockedBlock& block : lock.blocks) {
                const std::string text = to_text(Lock{"", "", {block}});
                auto& [left, right] = rows[block.block][text.substr(text.find('\n', 16) + 1)];
                (first ? left : right) = true;
            }
        };
        add(swapped ? theirs : ours, true);
        add(swapped ? ours : theirs, false);
        std::string text = to_text(Lock{base.platform, base.id, {}}), left, right;
        const auto close = [&] {
            if (!left.empty() || !right.empty())
                text += "<<<<<<< HEAD\n" + left + (ancestor ? "||||||| base\n" + left : "") + "=======\n" + right +
                        ">>>>>>> branch\n";
            left.clear();
            right.clear();
        };
        for (const auto& [at, lines] : rows)
            for (const auto& [line, sides] : lines) {
                if (sides.first && sides.second) close();
                if (sides.first && sides.second) text += line;
                if (sides.first && !sides.second) left += line;
                if (!sides.first && sides.second) right += line;
            }
        close();
        return text;
    }
};

Branches branches(std::uint32_t seed) {
    History history(seed);
    for (int i = 0; i < 20; ++i) history.edit();
    History other = history;
    other.turn();
    Branches result;
    result.base = history.lock;
    for (int i = 0; i < 10; ++i) history.edit();
    for (int i = 0; i < 15; ++i) other.edit();
    result.ours = history.lock;
    result.theirs = other.lock;
    return result;
}

std::optional<Lock> resolve(const std::string& text, const std::vector<AppliedBlock>& applied = {}) {
    Sources sources;
    const SourceId id = sources.add("platform.lock", text);
    Diagnostics diagnostics;
    auto resolution = resolve_lock(sources, id, applied, network, diagnostics);
    if (!resolution) return std::nullopt;
    return std::move(resolution->lock);
}

const LockedBlock* find(const Lock& lock, const std::string& name) {
    const auto row = std::ranges::find(lock.blocks, name, &LockedBlock::name);
    return row == lock.blocks.end() ? nullptr : &*row;
}

RC_GTEST_PROP(LockLaw, AMendedLockIsTheSameFromEitherSideAndMovesNobodyWhoWasThere, ()) {
    const Branches both = branches(*rc::gen::arbitrary<std::uint32_t>());
    const auto mended = resolve(both.merged(false, false));
    RC_ASSERT(mended.has_value());
    const std::string text = to_text(*mended);
    RC_ASSERT(read(text).has_value());
    RC_ASSERT(to_text(*resolve(both.merged(true, false))) == text);
    RC_ASSERT(to_text(*resolve(both.merged(false, true))) == text);
    RC_ASSERT(to_text(*resolve(text)) == text);
    for (const LockedBlock& block : both.base.blocks) {
        const LockedBlock* now = find(*mended, block.name());
        RC_ASSERT(now != nullptr);
        RC_ASSERT(now->block == block.block);
        RC_ASSERT(now->uids == block.uids);
        RC_ASSERT(now->generation >= block.generation);
    }
    for (const auto& [side, other] : {std::pair(both.ours, both.theirs), std::pair(both.theirs, both.ours)})
        for (const LockedBlock& block : side.blocks) {
            const LockedBlock* there = find(other, block.name());
            const bool removed = block.retired || (there != nullptr && there->retired);
            RC_ASSERT(removed || find(*mended, block.name()) != nullptr);
        }
}

RC_GTEST_PROP(LockLaw, MendingMovesNobodyWhoWasApplied, ()) {
    const Branches both = branches(*rc::gen::arbitrary<std::uint32_t>());
    std::vector<AppliedBlock> applied;
    for (const LockedBlock& block : both.theirs.blocks) applied.push_back({block.name(), block.block});
    const auto mended = resolve(both.merged(false, false), applied);
    RC_ASSERT(mended.has_value());
    for (const LockedBlock& block : both.theirs.blocks) {
        RC_ASSERT(find(*mended, block.name())->block == block.block);
        RC_ASSERT(find(*mended, block.name())->uids == block.uids);
    }
}

}  // namespace
}  // namespace tenantry::blueprint
