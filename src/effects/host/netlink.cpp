#include "netlink.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <tenantry/base/check.hpp>

namespace tenantry::host {
namespace {

constexpr std::size_t longest = 8192;
constexpr std::size_t dumped = 32768;  // the most that the kernel puts into one piece of a dump (netlink_dump)
constexpr int mostTries = 32;

std::string reason(int error) { return std::generic_category().message(error); }

// MNL_ALIGN without its conversion of a signed mask.
constexpr std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// NLMSG_ERROR: an errno, the request's header, and with NETLINK_EXT_ACK words for people (netlink(7)).
Answer answer_of(const nlmsghdr& message) {
    const auto& error = *static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(&message));
    Answer answer{-error.error, {}};
    if (answer.error != 0 && (message.nlmsg_flags & NLM_F_ACK_TLVS) != 0) {
        const bool capped = (message.nlmsg_flags & NLM_F_CAPPED) != 0;
        const std::size_t echoed = capped ? 0 : error.msg.nlmsg_len - sizeof(nlmsghdr);
        const Attributes attributes(message, sizeof(nlmsgerr) + aligned(echoed));
        answer.words = attributes.text(NLMSGERR_ATTR_MSG);
    }
    return answer;
}

// NLMSG_DONE of a dump carries 0 or the errno that ended it.
Answer end_of(const nlmsghdr& message) {
    std::int32_t error = 0;
    if (mnl_nlmsg_get_payload_len(&message) >= sizeof(error))
        std::memcpy(&error, mnl_nlmsg_get_payload(&message), sizeof(error));
    return {-error, {}};
}

}  // namespace

Message::Message(const nlmsghdr& message) : words_((message.nlmsg_len + 3) / sizeof(std::uint32_t)) {
    std::memcpy(words_.data(), &message, message.nlmsg_len);
}

const nlmsghdr& Message::header() const { return *reinterpret_cast<const nlmsghdr*>(words_.data()); }

nlmsghdr& Message::as_request(std::uint16_t type) {
    auto& message = *reinterpret_cast<nlmsghdr*>(words_.data());
    message.nlmsg_type = type;
    message.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    return message;
}

Attributes::Attributes(const nlmsghdr& message, std::size_t size) {
    mnl_attr_parse(&message, static_cast<unsigned>(size), keep, this);
}

Attributes::Attributes(const nlattr& nest) { mnl_attr_parse_nested(&nest, keep, this); }

int Attributes::keep(const nlattr* attribute, void* self) {
    auto& found = static_cast<Attributes*>(self)->found_;
    const std::uint16_t type = mnl_attr_get_type(attribute);
    if (type >= found.size()) found.resize(type + 1U);
    found[type] = attribute;
    return MNL_CB_OK;
}

std::span<const std::uint8_t> Attributes::bytes(std::uint16_t type) const {
    const nlattr* attribute = find(type);
    if (attribute == nullptr) return {};
    return {static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)), mnl_attr_get_payload_len(attribute)};
}

bool Attributes::has_other_than(std::initializer_list<std::uint16_t> known) const {
    for (std::size_t type = 0; type < found_.size(); ++type)
        if (found_[type] != nullptr && std::ranges::find(known, type) == known.end()) return true;
    return false;
}

std::uint32_t Attributes::number(std::uint16_t type) const {
    const auto found = bytes(type);
    std::uint32_t value = 0;
    if (found.size() >= sizeof(value)) std::memcpy(&value, found.data(), sizeof(value));
    return value;
}

std::string_view Attributes::text(std::uint16_t type) const {
    const auto found = bytes(type);
    const std::string_view all(reinterpret_cast<const char*>(found.data()), found.size());
    return all.substr(0, all.find('\0'));
}

Request::Request(std::uint16_t type, std::uint16_t flags)
    : words_(std::make_unique<std::uint32_t[]>(longest / sizeof(std::uint32_t))),
      message_(mnl_nlmsg_put_header(words_.get())) {
    message_->nlmsg_type = type;
    message_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
}

Request& Request::bytes(std::uint16_t type, std::span<const std::uint8_t> value) {
    const bool fits = mnl_attr_put_check(message_, longest, type, value.size(), value.data());
    TENANTRY_CHECK(fits, "a netlink request has room for its attributes");
    return *this;
}

Request& Request::number(std::uint16_t type, std::uint32_t value) {
    return bytes(type, {reinterpret_cast<const std::uint8_t*>(&value), sizeof(value)});
}

Request& Request::text(std::uint16_t type, const std::string& value) {
    return bytes(type, {reinterpret_cast<const std::uint8_t*>(value.c_str()), value.size() + 1});
}

Request& Request::nest(std::uint16_t type, const std::function<void(Request&)>& fill) {
    nlattr* begin = mnl_attr_nest_start(message_, type);
    fill(*this);
    mnl_attr_nest_end(message_, begin);
    return *this;
}

std::string Answer::str() const { return words.empty() ? reason(error) : words + " (" + reason(error) + ")"; }

Result<Netlink> Netlink::open(int protocol) {
    Netlink socket(mnl_socket_open2(protocol, SOCK_CLOEXEC));
    if (!socket.socket_ || mnl_socket_bind(socket.socket_.get(), 0, MNL_SOCKET_AUTOPID) != 0)
        return fail("opening a netlink socket: {}", reason(errno));
    int on = 1;
    // Words for people, and no echo of the request; without them the errno has to do.
    mnl_socket_setsockopt(socket.socket_.get(), NETLINK_EXT_ACK, &on, sizeof(on));
    mnl_socket_setsockopt(socket.socket_.get(), NETLINK_CAP_ACK, &on, sizeof(on));
    return socket;
}

Result<Answer> Netlink::ask(nlmsghdr& request, const OnMessage& seen) {
    request.nlmsg_seq = ++sequence_;
    interrupted_ = false;
    if (mnl_socket_sendto(socket_.get(), &request, request.nlmsg_len) < 0)
        return fail("sending to the kernel: {}", reason(errno));
    std::array<std::uint32_t, dumped / sizeof(std::uint32_t)> buffer;
    while (true) {
        const ssize_t got = mnl_socket_recvfrom(socket_.get(), buffer.data(), dumped);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail("hearing from the kernel: {}", reason(errno));
        int left = static_cast<int>(got);
        const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data());
        for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
            if (message->nlmsg_seq != sequence_) continue;  // the rest of an answer that nobody waited for
            if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
            if (message->nlmsg_type == NLMSG_ERROR) return answer_of(*message);
            if (message->nlmsg_type == NLMSG_DONE) return end_of(*message);
            if (seen) seen(*message);
        }
    }
}

Result<void> Netlink::tell(nlmsghdr& request, int fine) {
    const Answer answer = TRY(ask(request));
    if (answer.error != 0 && answer.error != fine) return fail("{}", answer.str());
    return {};
}

Result<std::vector<Message>> Netlink::list(Request request) {
    for (int i = 0; i < mostTries; ++i) {
        std::vector<Message> found;
        request.message().nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        const Answer answer =
            TRY(ask(request.message(), [&](const nlmsghdr& message) { found.emplace_back(message); }));
        if (answer.error != 0) return fail("{}", answer.str());
        if (!interrupted_) return found;
    }
    return fail("what is listed changes all the time");
}

}  // namespace tenantry::host
