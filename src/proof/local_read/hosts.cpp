#include "hosts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tenantry::local_read {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";

std::string_view take_word(std::string_view& line) {
    const std::size_t begin = std::min(line.find_first_not_of(blanks), line.size());
    line.remove_prefix(begin);
    const std::string_view word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word;
}

// Two addresses of one name: getaddrinfo gives both (hosts(5), nss), and who asks takes either.
void add_entry(const Scope& scope, std::vector<verify::HostEntry>& entries, verify::HostEntry entry) {
    const auto same = std::ranges::find(entries, entry.name, &verify::HostEntry::name);
    if (same != entries.end() && same->address != entry.address)
        scope.unclear(entry.at, fmt::format("Which of its two addresses `{}` is found at is not known.", entry.name));
    entries.push_back(std::move(entry));
}

}  // namespace

std::vector<verify::HostEntry> read_hosts(const Scope& scope, SourceId source) {
    std::vector<verify::HostEntry> entries;
    const std::string_view text = scope.reading.sources.text(source);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = text.substr(begin, end - begin);
        const Span at{source, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        begin = end + 1;
        line = line.substr(0, line.find('#'));
        const std::string_view first = take_word(line);
        if (first.empty()) continue;
        const auto address = Ipv4::parse(first);
        if (!address) {
            scope.unclear(at, fmt::format("`{}` in a hosts file is no IPv4 address.", first));
            continue;
        }
        for (std::string_view name = take_word(line); !name.empty(); name = take_word(line))
            add_entry(scope, entries, {std::string(name), *address, at});
    }
    return entries;
}

}  // namespace tenantry::local_read
