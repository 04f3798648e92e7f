#include "lock_text.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tenantry::blueprint {
namespace {

constexpr std::size_t mostBytes = std::size_t{16} << 20;
constexpr std::size_t mostLines = 100'000;

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

std::expected<LockedBlock, std::string> block_of(std::string_view line, Span at) {
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

}  // namespace

std::expected<std::vector<LockLine>, LockMistake> lock_lines(const Sources& sources, SourceId id) {
    const std::string_view text = sources.text(id);
    const Span all{id, 0, 0};
    if (text.size() > mostBytes) return std::unexpected(LockMistake{all, "The file is larger than 16 MiB."});
    std::vector<LockLine> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back({text.substr(begin, end - begin),
                         {id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}});
        begin = end + 1;
    }
    if (lines.size() > mostLines)
        return std::unexpected(LockMistake{all, fmt::format("The file has more than {} lines.", mostLines)});
    return lines;
}

std::expected<Lock, LockMistake> parse_heading(const std::vector<LockLine>& lines, Span all) {
    if (lines.empty() || lines[0].text != fmt::format("tenantry-lock {}", lockVersion))
        return std::unexpected(LockMistake{lines.empty() ? all : lines[0].at,
                                           fmt::format("The first line must be `tenantry-lock {}`.", lockVersion)});
    const auto words = lines.size() < 2 ? std::vector<std::string_view>{} : words_of(lines[1].text);
    if (words.size() != 3 || words[0] != "platform" || !PlatformName::parse(words[1]) || words[2].size() != 16 ||
        !is_hex(words[2]))
        return std::unexpected(LockMistake{lines.size() < 2 ? lines[0].at : lines[1].at,
                                           "The second line must be `platform NAME ID`, the id 16 hex digits."});
    return Lock{std::string(words[1]), std::string(words[2]), {}};
}

std::expected<LockedBlock, LockMistake> parse_block(LockLine line) {
    auto block = block_of(line.text, line.at);
    if (!block) return std::unexpected(LockMistake{line.at, fmt::format("This line is no block: {}.", block.error())});
    return *std::move(block);
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

}  // namespace tenantry::blueprint
