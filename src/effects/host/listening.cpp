#include "listening.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace tenantry::host {
namespace {

// enum tcp_state of the kernel's net/tcp_states.h; the other protocols use its numbers.
constexpr std::string_view established = "01", listening = "0A";

// Words of 32 bits in the machine's own order, eight hexadecimal digits each: one for IPv4, four for IPv6.
std::optional<std::string> address_of(std::string_view digits) {
    std::array<std::uint32_t, 4> words{};
    if (digits.size() != 8 && digits.size() != 32) return std::nullopt;
    for (std::size_t i = 0; i < digits.size() / 8; ++i) {
        const char* begin = digits.data() + 8 * i;
        if (std::from_chars(begin, begin + 8, words[i], 16).ptr != begin + 8) return std::nullopt;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = digits.size() == 8 ? AF_INET : AF_INET6;
    if (inet_ntop(family, words.data(), text.data(), text.size()) == nullptr) return std::nullopt;
    return std::string(text.data());
}

// Files of /proc have no size to ask for, and these may be long.
std::optional<std::string> read_table(const std::string& path) {
    std::ifstream file(path);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

// Inodes of the sockets that a process holds; of one that ended, none.
std::set<std::string> sockets_of(int pid) {
    std::set<std::string> inodes;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(fmt::format("/proc/{}/fd", pid), error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code closed;
        const std::string link = std::filesystem::read_symlink(entry->path(), closed).string();
        constexpr std::string_view begin = "socket:[";
        if (link.starts_with(begin)) inodes.insert(link.substr(begin.size(), link.size() - begin.size() - 1));
    }
    return inodes;
}

}  // namespace

std::vector<SocketRow> socket_rows(std::string_view protocol, std::string_view table) {
    std::vector<SocketRow> rows;
    std::istringstream lines{std::string(table)};
    for (std::string line; std::getline(lines, line);) {
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
        std::istringstream words(line);
        std::string number, local, remote, state, queues, timer, retries, uid, timeout, inode;
        if (!(words >> number >> local >> remote >> state >> queues >> timer >> retries >> uid >> timeout >> inode))
            continue;
        const std::size_t colon = local.find(':');
        SocketRow row{.address = {}, .inode = inode};
        if (colon == std::string::npos ||
            std::from_chars(local.data() + colon + 1, local.data() + local.size(), row.port, 16).ec != std::errc())
            continue;
        auto address = address_of(std::string_view(local).substr(0, colon));
        if (!address) continue;
        row.address = *std::move(address);
        row.takes = protocol == "tcp" ? state == listening : state != established;
        rows.push_back(std::move(row));
    }
    return rows;
}

bool listens(int pid, std::uint16_t port) {
    const auto table = read_table(fmt::format("/proc/{}/net/tcp", pid));
    if (!table) return false;
    const std::set<std::string> held = sockets_of(pid);
    return std::ranges::any_of(socket_rows("tcp", *table), [&](const SocketRow& row) {
        return row.takes && row.address == "127.0.0.1" && row.port == port && held.contains(row.inode);
    });
}

Result<std::vector<world::ObservedSocket>> open_sockets(const std::vector<Cgroups::Member>& processes) {
    std::map<std::string, world::ObservedSocket> open;  // by inode
    for (const std::string_view protocol : {"tcp", "udp", "udplite", "raw"})
        for (const std::string_view version : {"", "6"}) {
            // A kernel without IPv6 or UDP-Lite has no such file; TCP and UDP are never missing.
            const std::string path = fmt::format("/proc/self/net/{}{}", protocol, version);
            const auto table = read_table(path);
            if (!table && version.empty() && protocol != "udplite") return fail("reading {} failed", path);
            if (!table) continue;
            for (SocketRow& row : socket_rows(protocol, *table))
                if (row.takes) open[row.inode] = {{}, std::string(protocol), std::move(row.address), row.port};
        }
    std::set<world::ObservedSocket> found;
    for (const Cgroups::Member& member : processes)
        for (const std::string& inode : sockets_of(member.pid))
            if (const auto socket = open.find(inode); socket != open.end()) {
                world::ObservedSocket one = socket->second;
                one.holder = member.group;
                found.insert(std::move(one));
            }
    return std::vector(found.begin(), found.end());
}

}  // namespace tenantry::host
