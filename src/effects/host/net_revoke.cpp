#include "net_revoke.hpp"

#include <array>
#include <cerrno>
#include <optional>

#include <arpa/inet.h>
#include <boost/json.hpp>
#include <linux/inet_diag.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace tenantry::host {
namespace {

namespace json = boost::json;

const json::value* member(const json::value* of, std::string_view name) {
    return of != nullptr && of->is_object() ? of->get_object().if_contains(name) : nullptr;
}

// The members of each `{"concat": [...]}` that the command adds to the set.
std::vector<const json::array*> elements_of(const json::value& command, std::string_view set) {
    std::vector<const json::array*> all;
    const json::value* element = member(member(&command, "add"), "element");
    const json::value* name = member(element, "name");
    const json::value* list = member(element, "elem");
    if (name == nullptr || !name->is_string() || name->get_string() != set || list == nullptr || !list->is_array())
        return all;
    for (const json::value& one : list->get_array())
        if (const json::value* parts = member(&one, "concat"); parts != nullptr && parts->is_array())
            all.push_back(&parts->get_array());
    return all;
}

std::string text_at(const json::array& parts, std::size_t at) {
    return at < parts.size() && parts[at].is_string() ? std::string(parts[at].get_string()) : std::string();
}

struct End {
    Ipv4 address;
    std::uint16_t port = 0;
    auto operator<=>(const End&) const = default;
};

struct Connection {
    End caller, called, callee;  // `called`: where it was sent to before its translation
    std::uint8_t protocol = 0;
};

std::uint16_t port_of(const Attributes& protocol, std::uint16_t type) {
    const auto bytes = protocol.bytes(type);
    return bytes.size() < 2 ? std::uint16_t{0} : static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

struct Tuple {
    End source, destination;
    std::uint8_t protocol = 0;
};

std::optional<Tuple> tuple_of(const nlattr* nest) {
    if (nest == nullptr) return std::nullopt;
    const Attributes tuple(*nest);
    const nlattr* ips = tuple.find(CTA_TUPLE_IP);
    const nlattr* protocols = tuple.find(CTA_TUPLE_PROTO);
    if (ips == nullptr || protocols == nullptr) return std::nullopt;
    const Attributes ip(*ips), protocol(*protocols);
    const auto number = protocol.bytes(CTA_PROTO_NUM);
    return Tuple{{Ipv4{ntohl(ip.number(CTA_IP_V4_SRC))}, port_of(protocol, CTA_PROTO_SRC_PORT)},
                 {Ipv4{ntohl(ip.number(CTA_IP_V4_DST))}, port_of(protocol, CTA_PROTO_DST_PORT)},
                 number.empty() ? std::uint8_t{0} : number.front()};
}

std::optional<Connection> connection_of(const Message& message) {
    const Attributes attributes(message.header(), sizeof(nfgenmsg));
    const auto there = tuple_of(attributes.find(CTA_TUPLE_ORIG));
    const auto back = tuple_of(attributes.find(CTA_TUPLE_REPLY));
    if (!there || !back) return std::nullopt;
    // Who answers is who it leads to.
    return Connection{there->source, there->destination, back->source, there->protocol};
}

// The address of a socket's end, in its family; sockets of IPv6 carry IPv4 as ::ffff:a.b.c.d (RFC 4291).
std::optional<Ipv4> address_in(std::uint8_t family, const __be32 (&words)[4]) {
    if (family == AF_INET) return Ipv4{ntohl(words[0])};
    if (words[0] != 0 || words[1] != 0 || words[2] != htonl(0xffff)) return std::nullopt;
    return Ipv4{ntohl(words[3])};
}

// Not those that listen: that others may call goes on.
constexpr std::uint32_t connected = 1U << TCP_ESTABLISHED | 1U << TCP_SYN_SENT | 1U << TCP_SYN_RECV |
                                    1U << TCP_FIN_WAIT1 | 1U << TCP_FIN_WAIT2 | 1U << TCP_CLOSE_WAIT;

using Ends = std::set<std::pair<End, End>>;  // of a socket: its own, the other

// A socket is named by its cookie too, so that none is meant that has got its address meanwhile.
Result<void> end_socket(Netlink& sockets, std::uint8_t family, const inet_diag_msg& socket) {
    inet_diag_req_v2 what{};
    what.sdiag_family = family;
    what.sdiag_protocol = IPPROTO_TCP;
    what.id = socket.id;
    Request request(SOCK_DESTROY, NLM_F_ACK, what);
    const Answer answer = TRY(sockets.ask(request));
    // It has ended by itself; or a kernel that cannot: its packets pass nowhere then.
    if (answer.error == 0 || answer.error == ENOENT || answer.error == EOPNOTSUPP) return {};
    return fail("ending a connection: {}", answer.str());
}

Result<void> end_sockets(const Space& space, const Ends& ends) {
    TRY_VOID(enter(space.file));
    Netlink sockets = TRY(Netlink::open(NETLINK_SOCK_DIAG));
    for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
        inet_diag_req_v2 what{};
        what.sdiag_family = family;
        what.sdiag_protocol = IPPROTO_TCP;
        what.idiag_states = connected;
        const auto found =
            TRY(wrap(sockets.list(Request(SOCK_DIAG_BY_FAMILY, 0, what)), "listing sockets of {}", space.name));
        for (const Message& message : found) {
            const auto& socket = message.get<inet_diag_msg>();
            const auto own = address_in(family, socket.id.idiag_src), other = address_in(family, socket.id.idiag_dst);
            if (own && other &&
                ends.contains({{*own, ntohs(socket.id.idiag_sport)}, {*other, ntohs(socket.id.idiag_dport)}}))
                TRY_VOID(wrap(end_socket(sockets, family, socket), "{}", space.name));
        }
    }
    return {};
}

}  // namespace

Result<Permits> Permits::read(std::string_view rules) {
    json::error_code error;
    const json::value all = json::parse(rules, error);
    const json::value* commands = error ? nullptr : member(&all, "nftables");
    if (commands == nullptr || !commands->is_array()) return fail("the rule set has no list `nftables`");
    Permits permits;
    for (const json::value& command : commands->get_array()) {
        for (const json::array* source : elements_of(command, "sources"))
            if (const auto address = Ipv4::parse(text_at(*source, 1)))
                permits.interfaces_.insert_or_assign(*address, text_at(*source, 0));
        for (const json::array* call : elements_of(command, "calls"))
            if (call->size() == 4 && (*call)[3].is_number())
                permits.calls_.emplace(text_at(*call, 0), text_at(*call, 1), text_at(*call, 2),
                                       (*call)[3].to_number<std::uint16_t>());
    }
    return permits;
}

bool Permits::allow(Ipv4 caller, Ipv4 callee, std::uint8_t protocol, std::uint16_t port) const {
    const auto from = interfaces_.find(caller), to = interfaces_.find(callee);
    if (from == interfaces_.end() || to == interfaces_.end() || protocol != IPPROTO_TCP) return false;
    return calls_.contains({from->second, to->second, "tcp", port});
}

Result<void> cut_refused(const Permits& permits, const std::vector<Space>& spaces, const std::vector<Ipv4>& addresses) {
    TRY_VOID(enter(spaces.front().file));
    Netlink netfilter = TRY(Netlink::open(NETLINK_NETFILTER));
    Request request((NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET, 0, nfgenmsg{AF_INET, NFNETLINK_V0, 0});
    std::vector<Message> refused;
    std::map<Ipv4, Ends> ends;
    for (Message& message : TRY(wrap(netfilter.list(std::move(request)), "listing tracked connections"))) {
        const auto one = connection_of(message);
        if (!one || permits.allow(one->caller.address, one->callee.address, one->protocol, one->callee.port)) continue;
        ends[one->caller.address].insert({one->caller, one->called});
        ends[one->callee.address].insert({one->callee, one->caller});
        refused.push_back(std::move(message));
    }
    // The sockets first: what they say to each other of their end still passes.
    for (std::size_t i = 1; i < spaces.size(); ++i)
        if (const auto own = ends.find(addresses[i]); own != ends.end()) TRY_VOID(end_sockets(spaces[i], own->second));
    for (Message& message : refused)
        TRY_VOID(wrap(netfilter.tell(message.as_request((NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE), ENOENT),
                      "cutting a connection"));
    return {};
}

}  // namespace tenantry::host
