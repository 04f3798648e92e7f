#pragma once

// One netlink(7) socket: requests with an answer, and dumps.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <libmnl/libmnl.h>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// A copy of a message of the kernel's, in words so that it is aligned.
class Message {
  public:
    explicit Message(const nlmsghdr& message);
    [[nodiscard]] const nlmsghdr& header() const;
    /// The same object as a request of another type: what was listed can be deleted by its own words.
    [[nodiscard]] nlmsghdr& as_request(std::uint16_t type);
    /// The family's header behind the netlink one: `ifinfomsg`, `rtmsg`.
    template <class Header>
    [[nodiscard]] const Header& get() const {
        return *static_cast<const Header*>(mnl_nlmsg_get_payload(&header()));
    }
    template <class Header>
    [[nodiscard]] Header& get() {
        return *static_cast<Header*>(mnl_nlmsg_get_payload(&header()));
    }

  private:
    std::vector<std::uint32_t> words_;
};

/// The attributes of a message or of another attribute, by type; of two alike the last. Valid while their bytes are.
class Attributes {
  public:
    /// Those behind the family's header of `size` bytes.
    Attributes(const nlmsghdr& message, std::size_t size);
    explicit Attributes(const nlattr& nest);

    [[nodiscard]] const nlattr* find(std::uint16_t type) const { return type < found_.size() ? found_[type] : nullptr; }
    [[nodiscard]] bool has(std::uint16_t type) const { return find(type) != nullptr; }
    /// True where there is one of none of these types.
    [[nodiscard]] bool has_other_than(std::initializer_list<std::uint16_t> known) const;
    /// 0, or nothing, where it is not there or shorter.
    [[nodiscard]] std::uint32_t number(std::uint16_t type) const;
    [[nodiscard]] std::string_view text(std::uint16_t type) const;
    [[nodiscard]] std::span<const std::uint8_t> bytes(std::uint16_t type) const;

  private:
    static int keep(const nlattr* attribute, void* self);
    std::vector<const nlattr*> found_;
};

/// A request in the making, 8 KiB at most.
class Request {
  public:
    template <class Header>
    Request(std::uint16_t type, std::uint16_t flags, const Header& header) : Request(type, flags) {
        *static_cast<Header*>(mnl_nlmsg_put_extra_header(message_, sizeof(Header))) = header;
    }

    Request& number(std::uint16_t type, std::uint32_t value);
    Request& text(std::uint16_t type, const std::string& value);
    Request& bytes(std::uint16_t type, std::span<const std::uint8_t> value);
    /// Attributes that `fill` puts are inside of this one. `header`: a family's header before them.
    Request& nest(std::uint16_t type, const std::function<void(Request&)>& fill);
    template <class Header>
    Request& header(const Header& header) {
        *static_cast<Header*>(mnl_nlmsg_put_extra_header(message_, sizeof(Header))) = header;
        return *this;
    }
    [[nodiscard]] nlmsghdr& message() { return *message_; }

  private:
    Request(std::uint16_t type, std::uint16_t flags);
    std::unique_ptr<std::uint32_t[]> words_;
    nlmsghdr* message_;
};

/// Sees one message of an answer.
using OnMessage = std::function<void(const nlmsghdr&)>;

/// What the kernel answered to a request: 0 or an errno, and its own words where it had some.
struct Answer {
    int error = 0;
    std::string words;
    [[nodiscard]] std::string str() const;
};

/// Belongs to the namespace that the thread was in when it was opened, wherever it is used.
class Netlink {
  public:
    /// `protocol`: NETLINK_ROUTE, NETLINK_NETFILTER.
    static Result<Netlink> open(int protocol);

    /// Sends a request and waits for its end. Trouble of the socket itself is an Error; what the kernel thinks of the
    /// request is the Answer.
    Result<Answer> ask(nlmsghdr& request, const OnMessage& seen = {});
    Result<Answer> ask(Request& request, const OnMessage& seen = {}) { return ask(request.message(), seen); }
    /// The same where every refusal is an Error, but for `fine`.
    Result<void> tell(nlmsghdr& request, int fine = 0);
    Result<void> tell(Request& request, int fine = 0) { return tell(request.message(), fine); }
    /// All objects that a request lists, once more from the start where they changed meanwhile.
    Result<std::vector<Message>> list(Request request);

  private:
    struct Close {
        void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
    };
    explicit Netlink(mnl_socket* socket) : socket_(socket) {}
    std::unique_ptr<mnl_socket, Close> socket_;
    std::uint32_t sequence_ = 0;
    bool interrupted_ = false;
};

}  // namespace tenantry::host
