#include "listening.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include <fmt/format.h>

namespace tenantry::host {
namespace {

// The inode of the listener, as the process' own network namespace lists it.
std::optional<std::string> listener(int pid, std::uint16_t port) {
    std::ifstream table(fmt::format("/proc/{}/net/tcp", pid));
    const std::string wanted = fmt::format("0100007F:{:04X}", port);
    for (std::string line; std::getline(table, line);) {
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode; 0A: TCP_LISTEN
        std::istringstream words(line);
        std::string number, local, remote, state, queues, timer, retries, uid, timeout, inode;
        if (words >> number >> local >> remote >> state >> queues >> timer >> retries >> uid >> timeout >> inode)
            if (local == wanted && state == "0A") return inode;
    }
    return std::nullopt;
}

}  // namespace

bool listens(int pid, std::uint16_t port) {
    const auto inode = listener(pid, port);
    if (!inode) return false;
    std::error_code error;
    const std::string wanted = "socket:[" + *inode + "]";
    for (std::filesystem::directory_iterator entry(fmt::format("/proc/{}/fd", pid), error), end; !error && entry != end;
         entry.increment(error))
        if (std::filesystem::read_symlink(entry->path(), error) == wanted) return true;
    return false;
}

}  // namespace tenantry::host
