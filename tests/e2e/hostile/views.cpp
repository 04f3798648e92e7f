#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.hpp"

namespace tenantry::hostile {
namespace {

constexpr std::size_t most = 40;  // of things found that are told

struct stat look_at(const std::string& path) {
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) status.st_mode = 0;
    return status;
}

Outcome told(std::vector<std::string> found, int otherwise) {
    Outcome outcome{found.empty() ? otherwise : 0, std::move(found)};
    if (outcome.found.size() > most) outcome.found.resize(most);
    return outcome;
}

// Unix sockets.

int connect_to(const sockaddr_un& address, socklen_t size) {
    int error = 0;
    for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
        const int opened = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
        error = error_of(connect(opened, reinterpret_cast<const sockaddr*>(&address), size));
        close(opened);
        if (error != EPROTOTYPE) break;
    }
    return error;
}

int connect_path(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
    std::memcpy(address.sun_path, path.data(), path.size());
    return connect_to(address, sizeof(address));
}

// Those that it is told, by every way to the root.
Outcome unix_sockets(const Asked& asked) {
    std::vector<std::string> found;
    for (const std::string& word : asked.words)
        for (const char* before : {"", "/proc/1/root", "/proc/self/root", "/proc/1/cwd", "/../.."})
            if (connect_path(before + word) == 0) found.push_back(before + word);
    return {found.empty() ? ENOENT : 0, found};
}

// Where it looks, if it is told; else everywhere.
std::string folder_of(const Asked& asked) { return asked.words.empty() ? "/" : asked.words[0]; }

Outcome socket_files(const Asked& asked) {
    std::vector<std::string> found;
    each_file(folder_of(asked), [&](const std::string& path) {
        if (S_ISSOCK(look_at(path).st_mode)) found.push_back(path);
    });
    return told(found, ENOENT);
}

sockaddr_un abstract(const std::string& name, socklen_t& size) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), std::min(name.size(), sizeof(address.sun_path) - 1));
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    return address;
}

Outcome abstract_sockets(const Asked& asked) {
    std::vector<std::string> found;
    int last = ECONNREFUSED;
    for (const std::string& name : asked.words) {
        socklen_t size = 0;
        const sockaddr_un address = abstract(name, size);
        const int error = connect_to(address, size);
        if (error == 0)
            found.push_back(name);
        else
            last = error;
    }
    return told(found, last);
}

std::vector<std::string> all_processes() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator("/proc"))
        if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])) != 0)
            paths.push_back(entry.path().string());
    return paths;
}

// Where ".." from here comes to an end, and what process 1 calls its root.
Outcome other_roots(const Asked& /*asked*/) {
    struct stat own{}, other{};
    std::vector<std::string> found;
    stat("/", &own);
    const auto differs = [&] { return own.st_dev != other.st_dev || own.st_ino != other.st_ino; };
    std::string up = ".";
    for (int i = 0; i < 64; ++i) up += "/..";
    if (stat(up.c_str(), &other) == 0 && differs()) found.emplace_back("..");
    for (const std::string& process : all_processes())
        if (stat((process + "/root/.").c_str(), &other) == 0 && differs()) found.push_back(process + "/root");
    return told(found, ENOENT);
}

// Files.

Outcome devices(const Asked& asked) {
    std::vector<std::string> found;
    each_file(folder_of(asked), [&](const std::string& path) {
        const struct stat status = look_at(path);
        if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode)) return;
        found.push_back(path + (S_ISCHR(status.st_mode) ? " c " : " b ") + std::to_string(major(status.st_rdev)) + ":" +
                        std::to_string(minor(status.st_rdev)));
    });
    std::ranges::sort(found);
    return told(found, ENOENT);
}

// A program whose input never comes and whose output is lost.
pid_t start(const std::string& path, int input) {
    const pid_t child = fork();
    if (child != 0) return child;
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(input, 0);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    execl(path.c_str(), path.c_str(), static_cast<char*>(nullptr));
    _exit(127);
}

// Its effective and saved user are another than ours, once it is that program; it may be over before.
bool gains(pid_t child, const std::string& path) {
    const std::string name = std::filesystem::path(path).filename().string().substr(0, 15);
    for (int tries = 0; tries < 200; ++tries) {
        std::ifstream status("/proc/" + std::to_string(child) + "/status");
        std::string line, command;
        while (std::getline(status, line)) {
            if (line.starts_with("Name:")) command = line.substr(6);
            unsigned real = 0, effective = 0, saved = 0;
            if (command == name && std::sscanf(line.c_str(), "Uid:\t%u\t%u\t%u", &real, &effective, &saved) == 3)
                return effective != geteuid() || saved != geteuid();
        }
        if (command.empty()) return false;
        poll(nullptr, 0, 1);
    }
    return false;
}

// Set-user-id programs that really give another user.
Outcome set_user_id(const Asked& /*asked*/) {
    std::vector<std::string> found;
    each_file("/usr", [&](const std::string& path) {
        const struct stat status = look_at(path);
        if (!S_ISREG(status.st_mode) || (status.st_mode & S_ISUID) == 0 || status.st_uid == geteuid()) return;
        int input[2];
        if (pipe2(input, O_CLOEXEC) != 0) return;
        const pid_t child = start(path, input[0]);
        if (gains(child, path)) found.push_back(path);
        kill(child, SIGKILL);
        close(input[0]);
        close(input[1]);
        waitpid(child, nullptr, 0);
    });
    return told(found, EPERM);
}

// What lies below a folder and opens for writing. Nothing is written.
Outcome writable(const Asked& asked) {
    std::vector<std::string> found;
    for (const std::string& folder : asked.words)
        each_file(folder, [&](const std::string& path) {
            if (!S_ISREG(look_at(path).st_mode) || found.size() >= most) return;
            const int file = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
            if (file < 0) return;
            found.push_back(path);
            close(file);
        });
    return told(found, EACCES);
}

// Folders in which it can make files: where it is told to look, but for those of its own mounts, which stand behind.
Outcome writable_folders(const Asked& asked) {
    std::vector<std::string> found;
    const auto look = [&](const std::string& path) {
        if (!S_ISDIR(look_at(path).st_mode) || found.size() >= most || path.starts_with("/proc/")) return;
        for (const std::string& own : std::vector(asked.words.begin() + 1, asked.words.end()))
            if (path == own || path.starts_with(own + "/")) return;
        const int file = open(path.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
        if (file < 0) return;
        found.push_back(path);
        close(file);
    };
    look(asked.words.at(0));
    each_file(asked.words.at(0), look);
    return told(found, EROFS);
}

// Files that give at least a byte.
Outcome readable(const Asked& asked) {
    std::vector<std::string> found;
    for (const std::string& path : asked.words) {
        const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        char byte = 0;
        if (file >= 0 && read(file, &byte, 1) == 1) found.push_back(path);
        if (file >= 0) close(file);
    }
    return told(found, ENOENT);
}

Outcome lines(const Asked& asked) {
    Outcome outcome;
    for (const std::string& path : asked.words) {
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) outcome.found.push_back(line);
    }
    return outcome;
}

Outcome cgroups(const Asked& asked) {
    std::vector<std::string> found;
    each_file(folder_of(asked), [&](const std::string& path) {
        if (path.ends_with("/cgroup.procs") && found.size() < most) found.push_back(path);
    });
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);)
        if (line.find(" - cgroup") != std::string::npos) found.push_back(line);
    return told(found, ENOENT);
}

// A trigger of the machine's pressure: it wakes who waits for it whenever anybody on the machine stalls.
Outcome pressure(const Asked& /*asked*/) {
    std::vector<std::string> found;
    int last = ENOENT;
    for (const char* path : {"/proc/pressure/cpu", "/proc/pressure/memory", "/proc/pressure/io"}) {
        const int file = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        const char trigger[] = "some 200000 2000000";  // two-second windows need no right (psi.rst)
        if (file >= 0 && write(file, trigger, sizeof(trigger)) > 0)
            found.emplace_back(path);
        else
            last = errno;
        if (file >= 0) close(file);
    }
    return told(found, last);
}

// Processes.

Outcome processes(const Asked& /*asked*/) {
    Outcome outcome;
    for (const std::string& process : all_processes()) {
        std::ifstream file(process + "/comm");
        std::string command;
        std::getline(file, command);
        outcome.found.push_back(process.substr(6) + " " + command);
    }
    return outcome;
}

// `1 pipe:[7] 0:13 7`: number, what it is, device and inode.
Outcome descriptors(const Asked& /*asked*/) {
    Outcome outcome;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/1/fd")) {
        struct stat status{};
        std::error_code error;
        if (stat(entry.path().c_str(), &status) != 0) continue;
        outcome.found.push_back(entry.path().filename().string() + " " +
                                std::filesystem::read_symlink(entry.path(), error).string() + " " +
                                std::to_string(status.st_dev) + " " + std::to_string(status.st_ino));
    }
    std::ranges::sort(outcome.found);
    return outcome;
}

// Whether a crash leaves a core.
Outcome core(const Asked& asked) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
        setrlimit(RLIMIT_CORE, &all);
        if (chdir(asked.words.empty() ? "/tmp" : asked.words[0].c_str()) != 0) _exit(1);
        abort();
    }
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFSIGNALED(status) && WCOREDUMP(status) ? 0 : EPERM};
}

// `DEVICE INODE PATH` of each file and folder below the one that it is told.
Outcome inodes(const Asked& asked) {
    Outcome outcome;
    const auto look = [&](const std::string& path) {
        const struct stat status = look_at(path);
        if (status.st_mode != 0)
            outcome.found.push_back(std::to_string(status.st_dev) + " " + std::to_string(status.st_ino) + " " + path);
    };
    look(folder_of(asked));
    each_file(folder_of(asked), look);
    return outcome;
}

}  // namespace

void add_views(Trials& trials) {
    trials["unix-sockets"] = unix_sockets;
    trials["socket-files"] = socket_files;
    trials["abstract-sockets"] = abstract_sockets;
    trials["other-roots"] = other_roots;
    trials["devices"] = devices;
    trials["set-user-id"] = set_user_id;
    trials["writable"] = writable;
    trials["writable-folders"] = writable_folders;
    trials["readable"] = readable;
    trials["lines"] = lines;
    trials["cgroups"] = cgroups;
    trials["pressure"] = pressure;
    trials["processes"] = processes;
    trials["descriptors"] = descriptors;
    trials["core"] = core;
    trials["inodes"] = inodes;
}

}  // namespace tenantry::hostile
