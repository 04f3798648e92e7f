#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include <fmt/format.h>

#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/lock.hpp>

namespace tenantry::blueprint {
namespace {

constexpr std::size_t mostBytes = std::size_t{16} << 20;
constexpr std::size_t mostLines = 100'000;
constexpr std::uint32_t lastUid = 0xFFFF'0000;  // (uid_t)-1 means "none" (chown(2)); its range stays free
constexpr std::uint32_t lastGeneration =
    1'000'000;  // nobody leaves and comes back so often; bounds what a file can say

struct Line {
    std::string_view text;
    Span at;
};

std::vector<Line> lines_of(std::string_view text, SourceId id) {
    std::vector<Line> lines;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back({text.substr(begin, end - begin),
                         {id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}});
        begin = end + 1;
    }
    return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        const std::size_t space = line.find(' ');
        words.push_back(line.substr(0, space));
        if (space == std::string_view::npos) return words;
        line.remove_prefix(space + 1);
    }
}

bool is_hex(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::uint32_t> number_after(std::string_view word, std::string_view key, std::uint32_t low) {
    if (!word.starts_with(key)) return std::nullopt;
    word.remove_prefix(key.size());
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (word.empty() || error != std::errc{} || end != word.data() + word.size() || number < low) return std::nullopt;
    if (word.size() > 1 && word.front() == '0') return std::nullopt;
    return number;
}

// `block 10.0.0.0/20 acme/demo [aws=111111111111] layout=1 uid=1048576 gen=1`; retired lines have no aws and layout.
std::expected<LockedBlock, std::string> parse_block(std::string_view line, Span at) {
    const auto words = words_of(line);
    const bool retired = words[0] == "retired";
    if (!retired && words[0] != "block") return std::unexpected(std::string("a line begins with `block` or `retired`"));
    std::size_t next = 3;
    std::optional<std::string> account;
    if (!retired && words.size() > next && words[next].starts_with("aws=")) {
        account = words[next++].substr(4);
        if (account->size() != 12 || account->find_first_not_of("0123456789") != std::string::npos)
            return std::unexpected(std::string("an AWS account has 12 digits"));
    }
    std::uint32_t layout = layoutVersion;
    if (!retired) {
        const auto number = words.size() > next ? number_after(words[next++], "layout=", 1) : std::nullopt;
        if (!number) return std::unexpected(std::string("`layout=NUMBER` is missing"));
        if (*number != layoutVersion)
            return std::unexpected(fmt::format("this version knows layout {} only", layoutVersion));
        layout = *number;
    }
    if (words.size() != next + 2) return std::unexpected(std::string("the line has too few or too many words"));
    const auto block = Cidr::parse(words[1]);
    if (!block) return std::unexpected(block.error());
    const std::size_t slash = words[2].find('/');
    auto tenant = TenantName::parse(words[2].substr(0, slash));
    auto stage = StageName::parse(slash == std::string_view::npos ? "" : words[2].substr(slash + 1));
    if (!tenant || !stage) return std::unexpected(std::string("an environment is written `TENANT/STAGE`"));
    const auto uid = number_after(words[next], "uid=", firstUid);
    if (!uid || *uid % uidsPerEnvironment != 0 || *uid >= lastUid)
        return std::unexpected(fmt::format("`uid=` takes multiples of {} from {}", uidsPerEnvironment, firstUid));
    const auto generation = number_after(words[next + 1], "gen=", 1);
    if (generation && *generation > lastGeneration)
        return std::unexpected(fmt::format("`gen=` goes up to {}", lastGeneration));
    if (!generation) return std::unexpected(std::string("`gen=NUMBER` is missing"));
    return LockedBlock{*block,
                       *std::move(tenant),
                       *std::move(stage),
                       std::move(account),
                       static_cast<std::uint8_t>(layout),
                       UidRange{*uid},
                       *generation,
                       retired,
                       at};
}

bool read_heading(const std::vector<Line>& lines, Span all, Lock& lock, Diagnostics& diagnostics) {
    if (lines.empty() || lines[0].text != fmt::format("tenantry-lock {}", lockVersion)) {
        diagnostics.add(code::lockSyntax, lines.empty() ? all : lines[0].at,
                        fmt::format("The first line must be `tenantry-lock {}`.", lockVersion));
        return false;
    }
    const auto words = lines.size() < 2 ? std::vector<std::string_view>{} : words_of(lines[1].text);
    if (words.size() != 3 || words[0] != "platform" || !PlatformName::parse(words[1]) || words[2].size() != 16 ||
        !is_hex(words[2])) {
        diagnostics.add(code::lockSyntax, lines.size() < 2 ? lines[0].at : lines[1].at,
                        "The second line must be `platform NAME ID`, the id 16 hex digits.");
        return false;
    }
    lock.platform = words[1];
    lock.id = words[2];
    return true;
}

// What the order of lines does not show: names and ids that stand twice. Overlaps are neighbours, since it is sorted.
void check_once(const Lock& lock, Diagnostics& diagnostics) {
    std::map<std::string, Span, std::less<>> names;
    std::map<UidRange, Span> ids;
    for (const LockedBlock& block : lock.blocks) {
        if (const auto [other, fresh] = names.emplace(block.name(), block.at); !fresh)
            diagnostics.add(code::lockTwice, block.at, fmt::format("`{}` has two blocks.", block.name()), "",
                            {{other->second, "the first"}});
        if (const auto [other, fresh] = ids.emplace(block.uids, block.at); !fresh)
            diagnostics.add(code::lockTwice, block.at,
                            fmt::format("The ids from {} are given twice.", block.uids.first), "",
                            {{other->second, "the first"}});
    }
}

void read_blocks(const std::vector<Line>& lines, Lock& lock, Diagnostics& diagnostics) {
    for (std::size_t i = 2; i < lines.size(); ++i) {
        auto block = parse_block(lines[i].text, lines[i].at);
        if (!block) {
            diagnostics.add(code::lockSyntax, lines[i].at, fmt::format("This line is no block: {}.", block.error()));
            continue;
        }
        if (!lock.blocks.empty()) {
            const LockedBlock& last = lock.blocks.back();
            if (last.block.overlaps(block->block))
                diagnostics.add(code::lockTwice, block->at,
                                fmt::format("{} of `{}` overlaps {} of `{}`.", block->block.str(), block->name(),
                                            last.block.str(), last.name()),
                                "", {{last.at, "the other block"}});
            else if (block->block < last.block)
                diagnostics.add(code::lockSyntax, block->at, "The lines are not sorted by block.");
        }
        lock.blocks.push_back(*std::move(block));
    }
}

bool has_conflict_markers(const std::vector<Line>& lines, Diagnostics& diagnostics) {
    for (const Line& line : lines) {
        if (!line.text.starts_with("<<<<<<<") && !line.text.starts_with("=======") && !line.text.starts_with(">>>>>>>"))
            continue;
        diagnostics.add(code::lockConflict, line.at,
                        "Two branches changed the lock, and git could not put them together.");
        return true;
    }
    return false;
}

// Slots of the pool in order, without those that are taken or to be avoided.
class FreeSlots {
  public:
    FreeSlots(const Lock& lock, const model::Network& network) : network_(network), slot_(network.pool.base.value) {
        std::vector<Cidr> all = network.avoid;
        for (const LockedBlock& block : lock.blocks) all.push_back(block.block);
        std::ranges::sort(all);
        // CIDR ranges nest or are apart; the outer ones, in order, are disjoint.
        for (const Cidr range : all)
            if (taken_.empty() || !taken_.back().contains(range)) taken_.push_back(range);
    }

    std::optional<Cidr> next() {
        const std::uint64_t size = std::uint64_t{1} << (32 - network_.blockPrefix);
        while (slot_ + size - 1 <= network_.pool.last().value) {
            const Cidr slot{Ipv4{static_cast<std::uint32_t>(slot_)}, network_.blockPrefix};
            while (at_ < taken_.size() && taken_[at_].last() < slot.base) ++at_;
            const bool inTheWay = at_ < taken_.size() && taken_[at_].overlaps(slot);
            // Past the whole range that is in the way, aligned: a /12 to avoid costs one step.
            const std::uint64_t past = inTheWay ? std::uint64_t{taken_[at_].last().value} + 1 : slot_ + size;
            slot_ = (past + size - 1) / size * size;
            if (!inTheWay) return slot;
        }
        return std::nullopt;
    }

  private:
    model::Network network_;
    std::uint64_t slot_;
    std::vector<Cidr> taken_;
    std::size_t at_ = 0;
};

class FreeIds {
  public:
    explicit FreeIds(const Lock& lock) {
        for (const LockedBlock& block : lock.blocks) taken_.insert(block.uids.first);
    }
    std::optional<UidRange> next() {
        while (taken_.contains(next_)) next_ += uidsPerEnvironment;
        if (next_ >= lastUid) return std::nullopt;
        const UidRange range{next_};
        next_ += uidsPerEnvironment;
        return range;
    }

  private:
    std::set<std::uint32_t> taken_;
    std::uint32_t next_ = firstUid;
};

// The account with the fewest environments, of equal ones the first.
class Accounts {
  public:
    explicit Accounts(const Lock& lock) {
        for (const LockedBlock& block : lock.blocks)
            if (block.account && !block.retired) ++taken_[*block.account];
    }
    void choose(LockedBlock& block, const std::vector<std::string>& ids) {
        if (block.account || ids.empty()) return;
        block.account = *std::ranges::min_element(ids, {}, [&](const std::string& id) { return taken_[id]; });
        ++taken_[*block.account];
    }

  private:
    std::map<std::string, std::size_t> taken_;
};

void check_fit(const LockedBlock& block, const Wanted& wanted, const model::Network& network,
               Diagnostics& diagnostics) {
    const Span at = block.at.end != 0 ? block.at : wanted.at;
    const auto refuse = [&](std::string why) {
        diagnostics.add(code::blockUnfit, at, fmt::format("{} of `{}` {}.", block.block.str(), block.name(), why),
                        "blocks never move: change `network` so that it fits", {{wanted.at, "the tenant"}});
    };
    if (!network.pool.contains(block.block)) refuse(fmt::format("lies outside the pool {}", network.pool.str()));
    if (block.block.prefix != network.blockPrefix) refuse(fmt::format("is not of the size /{}", network.blockPrefix));
    for (const Cidr avoid : network.avoid)
        if (avoid.overlaps(block.block)) refuse(fmt::format("overlaps {}, which is to be avoided", avoid.str()));
}

}  // namespace

std::optional<Lock> read_lock(const Sources& sources, SourceId id, Diagnostics& diagnostics) {
    const std::string_view text = sources.text(id);
    const Span all{id, 0, 0};
    if (text.size() > mostBytes) {
        diagnostics.add(code::lockSyntax, all, "The file is larger than 16 MiB.");
        return std::nullopt;
    }
    const auto lines = lines_of(text, id);
    if (lines.size() > mostLines) {
        diagnostics.add(code::lockSyntax, all, fmt::format("The file has more than {} lines.", mostLines));
        return std::nullopt;
    }
    Diagnostics found;
    Lock lock;
    if (!has_conflict_markers(lines, found) && read_heading(lines, all, lock, found)) {
        read_blocks(lines, lock, found);
        check_once(lock, found);
    }
    const bool good = !found.has_errors();
    diagnostics.append(std::move(found));
    if (!good) return std::nullopt;
    return lock;
}

std::string to_text(const Lock& lock) {
    std::string text = fmt::format("tenantry-lock {}\nplatform {} {}\n", lockVersion, lock.platform, lock.id);
    for (const LockedBlock& block : lock.blocks) {
        text += fmt::format("{} {} {}", block.retired ? "retired" : "block", block.block.str(), block.name());
        if (!block.retired && block.account) text += " aws=" + *block.account;
        if (!block.retired) text += fmt::format(" layout={}", block.layout);
        text += fmt::format(" uid={} gen={}\n", block.uids.first, block.generation);
    }
    return text;
}

std::optional<Allocation> allocate(const Lock& lock, std::span<const Wanted> wanted, const model::Network& network,
                                   Diagnostics& diagnostics) {
    std::vector<const Wanted*> sorted;
    for (const Wanted& one : wanted) sorted.push_back(&one);
    std::ranges::sort(sorted, {}, [](const Wanted* w) { return std::tie(w->tenant, w->stage); });

    Allocation result{lock, {}};
    std::map<std::string, std::size_t, std::less<>> known;
    for (std::size_t i = 0; i < lock.blocks.size(); ++i) known.emplace(lock.blocks[i].name(), i);
    FreeSlots slots(lock, network);
    FreeIds ids(lock);
    Accounts accounts(lock);
    Diagnostics found;
    for (const Wanted* one : sorted) {
        const std::string name = one->tenant.str() + "/" + one->stage.str();
        if (const auto there = known.find(name); there != known.end()) {
            LockedBlock& block = result.lock.blocks[there->second];
            if (block.retired && block.generation == lastGeneration) {
                found.add(code::lockSyntax, block.at,
                          fmt::format("`{}` has come back {} times, the most there can be.", name, lastGeneration));
                continue;
            }
            if (block.retired) {
                block.retired = false;
                ++block.generation;
                result.added.push_back(name);
            }
            accounts.choose(block, one->accounts);
            check_fit(block, *one, network, found);
            continue;
        }
        const auto slot = slots.next();
        const auto uids = ids.next();
        if (!uids) {
            found.add(code::poolFull, one->at,
                      fmt::format("No range of host ids is left for `{}`: all {} are given.", name,
                                  (lastUid - firstUid) / uidsPerEnvironment));
            break;
        }
        if (!slot) {
            found.add(code::poolFull, one->at,
                      fmt::format("No block of {} is left for `{}`.", network.pool.str(), name),
                      "make `network.pool` larger");
            break;
        }
        LockedBlock block{*slot, one->tenant, one->stage, {}, layoutVersion, *uids};
        accounts.choose(block, one->accounts);
        result.lock.blocks.push_back(std::move(block));
        result.added.push_back(name);
    }
    std::ranges::sort(result.lock.blocks, {}, &LockedBlock::block);
    const bool good = !found.has_errors();
    diagnostics.append(std::move(found));
    if (!good) return std::nullopt;
    return result;
}

}  // namespace tenantry::blueprint
