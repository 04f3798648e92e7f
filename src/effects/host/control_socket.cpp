#include "control_socket.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "files.hpp"

namespace tenantry::host {
namespace {

constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};

}  // namespace

Result<ControlFolder> ControlFolder::open(const world::Placement& placement, const world::StoreSpec& store) {
    const auto open = [&]() -> Result<ControlFolder> {
        const Workspace environment = TRY(Workspace::open(world::folder_of(placement)));
        return ControlFolder(TRY(environment.open_file(fmt::format("stores/{}/control", keeper_of(store).name))));
    };
    return wrap(open(), "looking for its control socket");
}

Result<void> check_listener(int socket, const world::StoreSpec& store) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return fail("asking who listens at its control socket: {}", reason(errno));
    if (peer.uid != store.uid)
        return fail("the user {} listens at its control socket instead of its own, {}", peer.uid, store.uid);
    return {};
}

Result<Descriptor> connect_control(const ControlFolder& folder, std::string_view name, const world::StoreSpec& store) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = fmt::format("{}/{}", folder.path(), name);
    if (path.size() >= sizeof(address.sun_path)) return fail("the path {} is too long", path);
    std::memcpy(address.sun_path, path.data(), path.size());
    if (socket.number() < 0 || setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
        setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0 ||
        connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return fail("connecting to its control socket: {}", reason(errno));
    TRY_VOID(check_listener(socket.number(), store));
    return socket;
}

}  // namespace tenantry::host
