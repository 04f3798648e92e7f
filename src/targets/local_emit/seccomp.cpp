#include "seccomp.hpp"

#include <initializer_list>

#include "syscalls.hpp"

namespace tenantry::local_emit {
namespace {

// Numbers of the Linux ABI, the same on x86-64 and arm64 (include/uapi/asm-generic and include/uapi/linux).
constexpr int errnoPermission = 1;   // EPERM
constexpr int errnoNoSuchCall = 38;  // ENOSYS
constexpr int errnoFamily = 97;      // EAFNOSUPPORT
constexpr int unixFamily = 1, inetFamily = 2, inet6Family = 10, netlinkFamily = 16;
constexpr int streamType = 1, datagramType = 2, typeMask = 0xf;  // the rest of the argument are flags: socket(2)
constexpr int tcpProtocol = 6, udpProtocol = 17;
constexpr int routeProtocol = 0;  // NETLINK_ROUTE
// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of clone(2). (CLONE_NEWTIME is for clone3 alone.)
constexpr std::uint32_t cloneNewMask = 0x7E02'0000;
constexpr std::uint32_t personalityQuery = 0xFFFF'FFFF;  // personality(2)

struct Argument {
    std::uint32_t index = 0;
    std::uint64_t value = 0;
    std::uint64_t mask = 0;  ///< 0: the whole argument
};

// `value`, `valueTwo` and `op` as the OCI runtime specification has them: for MASKED_EQ the mask is `value`.
void write(JsonTemplate& json, const Argument& argument) {
    json.object().member("index", argument.index);
    if (argument.mask == 0) {
        json.member("value", argument.value).member("op", "SCMP_CMP_EQ");
    } else {
        json.member("value", argument.mask).member("valueTwo", argument.value).member("op", "SCMP_CMP_MASKED_EQ");
    }
    json.end();
}

void begin_rule(JsonTemplate& json, std::initializer_list<Literal> names) {
    json.object(Layout::line).key("names").array();
    for (const Literal name : names) json.value(name);
    json.end();
}

// All of `arguments` at once.
void allow(JsonTemplate& json, Literal name, std::initializer_list<Argument> arguments) {
    begin_rule(json, {name});
    json.member("action", "SCMP_ACT_ALLOW").key("args").array();
    for (const Argument& argument : arguments) write(json, argument);
    json.end().end();
}

void refuse(JsonTemplate& json, Literal name, int error, std::initializer_list<Argument> arguments) {
    begin_rule(json, {name});
    json.member("action", "SCMP_ACT_ERRNO").member("errnoRet", error);
    if (arguments.size() != 0) {
        json.key("args").array();
        for (const Argument& argument : arguments) write(json, argument);
        json.end();
    }
    json.end();
}

void allow_group(JsonTemplate& json, const SyscallGroup& group) {
    json.object(Layout::line).key("names").array();
    for (const Literal name : group.names) json.value(name);
    json.end().member("action", "SCMP_ACT_ALLOW").end();
}

// TCP and UDP over IPv4, unix sockets, and the netlink that getifaddrs(3) needs. Not the families that ignore or leave
// network namespaces or open much of the kernel (vsock, packet, alg, xdp), no raw sockets, and no protocols that load a
// module (SCTP, DCCP, MPTCP). IPv6 is off: EAFNOSUPPORT is what programs take as a reason to go on with IPv4.
void sockets(JsonTemplate& json) {
    const Argument stream{1, streamType, typeMask};
    const Argument datagram{1, datagramType, typeMask};
    allow(json, "socket", {{0, unixFamily}});
    allow(json, "socket", {{0, inetFamily}, stream, {2, 0}});
    allow(json, "socket", {{0, inetFamily}, stream, {2, tcpProtocol}});
    allow(json, "socket", {{0, inetFamily}, datagram, {2, 0}});
    allow(json, "socket", {{0, inetFamily}, datagram, {2, udpProtocol}});
    allow(json, "socket", {{0, netlinkFamily}, {2, routeProtocol}});
    refuse(json, "socket", errnoFamily, {{0, inet6Family}});
    allow(json, "socketpair", {{0, unixFamily}});
}

}  // namespace

void write_seccomp(JsonTemplate& json) {
    json.object().member("defaultAction", "SCMP_ACT_ERRNO").member("defaultErrnoRet", errnoPermission);
    json.key("architectures").array(Layout::line).value("SCMP_ARCH_X86_64").value("SCMP_ARCH_AARCH64").end();
    json.key("syscalls").array();
    for (const SyscallGroup& group : allowed_syscalls()) allow_group(json, group);
    sockets(json);
    allow(json, "clone", {{0, 0, cloneNewMask}});
    // Its flags are in memory, where a filter cannot look; glibc takes ENOSYS as a reason to use clone.
    refuse(json, "clone3", errnoNoSuchCall, {});
    allow(json, "personality", {{0, 0}});
    allow(json, "personality", {{0, personalityQuery}});
    json.end().end();
}

}  // namespace tenantry::local_emit
