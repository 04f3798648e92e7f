#include "ears.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "exchange.hpp"
#include "files.hpp"

namespace tenantry::host {
namespace {

// TCP segments with SYN and without ACK: a task's other traffic would only fill the socket. The packet begins with the
// header of IP, and no fragment but the first has one of TCP.
std::array<sock_filter, 8> first_packets() {
    constexpr std::uint16_t fragmentAt = 6, flagsAt = 13;
    return {{BPF_STMT(BPF_LD | BPF_H | BPF_ABS, fragmentAt), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1FFF, 5, 0),
             BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), BPF_STMT(BPF_LD | BPF_B | BPF_IND, flagsAt),
             BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TH_SYN | TH_ACK), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TH_SYN, 0, 1),
             BPF_STMT(BPF_RET | BPF_K, 0xFFFF), BPF_STMT(BPF_RET | BPF_K, 0)}};
}

Result<Descriptor> ear_in(const std::string& space) {
    Descriptor socket = TRY(socket_inside(space, SOCK_RAW, IPPROTO_TCP));
    std::array<sock_filter, 8> lines = first_packets();
    const sock_fprog program{lines.size(), lines.data()};
    if (setsockopt(socket.number(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0)
        return fail("choosing what to hear in {}: {}", space, reason(errno));
    return socket;
}

}  // namespace

Result<Ears> Ears::open(const world::Placement& placement) {
    Ears ears;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(world::namespaces_of(placement), error))
        ears.sockets_.push_back(TRY(ear_in(entry.path().string())));
    if (error) return fail("looking for the networks of {}: {}", placement.str(), error.message());
    return ears;
}

bool Ears::heard(Ipv4 source, std::uint16_t port) {
    listen();
    return heard_.contains({source.value, port});
}

void Ears::listen() {
    for (const Descriptor& socket : sockets_) {
        std::array<unsigned char, 2048> packet{};
        for (ssize_t size = 0; (size = recv(socket.number(), packet.data(), packet.size(), 0)) > 0;) {
            iphdr ip{};
            tcphdr tcp{};
            if (static_cast<std::size_t>(size) < sizeof(ip)) continue;
            std::memcpy(&ip, packet.data(), sizeof(ip));
            const std::size_t at = std::size_t{ip.ihl} * 4;
            if (at + sizeof(tcp) > static_cast<std::size_t>(size)) continue;
            std::memcpy(&tcp, packet.data() + at, sizeof(tcp));
            heard_.emplace(ntohl(ip.saddr), ntohs(tcp.source));
        }
    }
}

}  // namespace tenantry::host
