#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

#include <tenantry/host/descriptor_message.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

// Room for one byte and one descriptor.
struct Message {
    char byte = 0;
    iovec bytes{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr head{.msg_name = nullptr,
                .msg_namelen = 0,
                .msg_iov = &bytes,
                .msg_iovlen = 1,
                .msg_control = control.data(),
                .msg_controllen = control.size(),
                .msg_flags = 0};
};

}  // namespace

Result<void> send_descriptor(int socket, const Descriptor& sent) {
    Message message;
    cmsghdr* header = CMSG_FIRSTHDR(&message.head);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = sent.number();
    std::memcpy(CMSG_DATA(header), &number, sizeof(number));
    if (sendmsg(socket, &message.head, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return fail("sending a descriptor: {}", reason(errno));
    return {};
}

Result<Descriptor> receive_descriptor(int socket) {
    Message message;
    if (recvmsg(socket, &message.head, MSG_CMSG_CLOEXEC) < 0) return fail("receiving a descriptor: {}", reason(errno));
    const cmsghdr* header = CMSG_FIRSTHDR(&message.head);
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
        return fail("no descriptor was sent");
    int number = -1;
    std::memcpy(&number, CMSG_DATA(header), sizeof(number));
    return Descriptor(number);
}

}  // namespace tenantry::host
