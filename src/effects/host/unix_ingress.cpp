#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <tenantry/host/unix_ingress.hpp>

#include "files.hpp"
#include "pidfd.hpp"
#include "places.hpp"
#include "process.hpp"
#include "task_record.hpp"

namespace tenantry::host {
namespace {

constexpr const char* ingressFolder = "/run/tenantry/in";
// A socket is bound here and then renamed: the name of the right folder is never one that refuses.
constexpr const char* makingFolder = "/run/tenantry/n";
// Connections that wait while a load balancer starts; the kernel takes no more than net.core.somaxconn.
constexpr int backlog = 4096;

constexpr const char* notesFolder = "/run/tenantry/ingress";

// Paths of a placement's sockets, a line each: what `remove` knows after a restart.
std::filesystem::path note_of(const world::Placement& placement) {
    return std::filesystem::path(notesFolder) / placement.platform / placement.environment;
}

std::vector<std::string> noted_paths(const world::Placement& placement) {
    std::vector<std::string> paths;
    const auto text = read_small(note_of(placement));
    if (!text) return paths;
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        paths.push_back(text->substr(begin, end - begin));
        begin = end + 1;
    }
    return paths;
}

Result<void> note_paths(const world::Placement& placement, const std::vector<std::string>& paths) {
    std::string text;
    for (const std::string& path : paths) text += path + "\n";
    TRY_VOID(make_folder(note_of(placement).parent_path(), 0700));
    return write_whole(note_of(placement), text, 0600);
}

Result<void> unlink_socket(const std::string& path) {
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return fail("removing {}: {}", path, reason(errno));
    return {};
}

// SIOCUNIXFILE of linux/un.h, which cannot stand beside sys/un.h: a descriptor of the file that a socket is bound to.
constexpr unsigned long fileOfSocket = SIOCPROTOPRIVATE;

// The file at the path is the one that the socket was bound to.
bool is_bound_to(int socket, const std::string& path) {
    const Descriptor file(ioctl(socket, fileOfSocket));
    struct stat bound{}, there{};
    return file.number() >= 0 && fstat(file.number(), &bound) == 0 && lstat(path.c_str(), &there) == 0 &&
           bound.st_dev == there.st_dev && bound.st_ino == there.st_ino;
}

bool listens_at(int socket, const std::string& path) {
    int listening = 0;
    socklen_t size = sizeof(listening);
    return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening == 1 &&
           is_bound_to(socket, path);
}

// From the monitor of the task that got the sockets: it is root's and runs no tenant's code.
Descriptor taken_back(const world::Placement& placement, const world::SocketSpec& spec) {
    const auto record = read_task_record(place_of(placement, spec.task).folder);
    const auto monitor = record ? open_process(record->monitor) : std::nullopt;
    if (!monitor) return Descriptor();
    Descriptor taken(pidfd_getfd(monitor->number(), static_cast<int>(spec.descriptor), 0));
    return taken.number() >= 0 && listens_at(taken.number(), spec.path) ? std::move(taken) : Descriptor();
}

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
        return fail("a socket's path holds {} bytes at most", sizeof(address.sun_path) - 1);
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

}  // namespace

Result<Descriptor> UnixIngress::make(const world::SocketSpec& spec) const {
    const std::string begun =
        (std::filesystem::path(makingFolder) / std::filesystem::path(spec.path).filename()).string();
    const sockaddr_un address = TRY(address_of(begun));
    Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (listener.number() < 0) return fail("making a socket: {}", reason(errno));
    TRY_VOID(unlink_socket(begun));
    if (bind(listener.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        chown(begun.c_str(), 0, edgeGroup_) != 0 || chmod(begun.c_str(), 0660) != 0 ||
        listen(listener.number(), backlog) != 0 || rename(begun.c_str(), spec.path.c_str()) != 0)
        return fail("making the socket {}: {}", spec.path, reason(errno));
    return listener;
}

Result<Descriptor> UnixIngress::listener_of(const world::Placement& placement, const world::SocketSpec& spec) {
    if (std::filesystem::path(spec.path).parent_path() != ingressFolder)
        return fail("{} is not in {}", spec.path, ingressFolder);
    for (Held& held : held_[placement])
        if (held.spec.path == spec.path && held.listener.number() >= 0 && listens_at(held.listener.number(), spec.path))
            return std::move(held.listener);
    Descriptor taken = taken_back(placement, spec);
    return taken.number() >= 0 ? Result<Descriptor>(std::move(taken)) : make(spec);
}

Result<void> UnixIngress::prepare() const {
    TRY_VOID(make_folder(ingressFolder, 0710, FileOwner{.uid = 0, .gid = edgeGroup_}));
    return make_folder(makingFolder, 0700);
}

Result<void> UnixIngress::ensure(const world::Placement& placement, std::span<const world::SocketSpec> sockets) {
    const auto ensure = [&]() -> Result<void> {
        TRY_VOID(prepare());
        std::vector<std::string> others = noted_paths(placement);
        std::vector<std::string> wanted;
        for (const world::SocketSpec& socket : sockets) wanted.push_back(socket.path);
        // Both the old and the new ones are noted while some of each may be there.
        std::vector<std::string> either = wanted;
        either.insert(either.end(), others.begin(), others.end());
        TRY_VOID(note_paths(placement, either));
        std::vector<Held> held;
        for (const world::SocketSpec& socket : sockets) {
            held.push_back({socket, TRY(listener_of(placement, socket))});
            std::erase(others, socket.path);
        }
        held_[placement] = std::move(held);
        for (const std::string& path : others) TRY_VOID(unlink_socket(path));
        return note_paths(placement, wanted);
    };
    const std::scoped_lock lock(mutex_);
    return wrap(ensure(), "making the ingress sockets of {}", placement.str());
}

Result<void> UnixIngress::remove(const world::Placement& placement) {
    const std::scoped_lock lock(mutex_);
    for (const std::string& path : noted_paths(placement))
        TRY_VOID(wrap(unlink_socket(path), "removing the ingress sockets of {}", placement.str()));
    held_.erase(placement);
    TRY_VOID(remove_tree(note_of(placement)));
    remove_empty(note_of(placement).parent_path(), notesFolder);
    return {};
}

std::vector<world::SocketSpec> UnixIngress::sockets(const world::Placement& placement) const {
    const std::scoped_lock lock(mutex_);
    std::vector<world::SocketSpec> open;
    if (const auto held = held_.find(placement); held != held_.end())
        for (const Held& one : held->second)
            if (listens_at(one.listener.number(), one.spec.path)) open.push_back(one.spec);
    return open;
}

Result<std::vector<int>> UnixIngress::descriptors(const world::Placement& placement) const {
    const std::scoped_lock lock(mutex_);
    std::vector<const Held*> own;
    if (const auto held = held_.find(placement); held != held_.end())
        for (const Held& one : held->second) own.push_back(&one);
    std::ranges::sort(own, {}, [](const Held* one) { return one->spec.descriptor; });
    std::vector<int> numbers;
    for (const Held* one : own) {
        if (one->spec.descriptor != 3 + numbers.size())
            return fail("the descriptors of its sockets are not numbered from 3 without a gap");
        numbers.push_back(one->listener.number());
    }
    return numbers;
}

}  // namespace tenantry::host
