#pragma once

// What a reader found in a text or in a live table, in terms that the local target and AWS share. Every fact says where
// it stands. Tables refer to each other by Index; `check_invariants` says which hold.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/index.hpp>
#include <tenantry/base/source.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/verify/packet.hpp>
#include <tenantry/verify/sandbox.hpp>

namespace tenantry::verify {

/// An environment as the facts name it: `acme/production`.
struct EnvironmentFact {
    std::string name;
    Cidr block;
    Span at;
    std::string folder = {};  ///< of its files on the machine, `.../environments/acme/production/`; empty: not known
    std::string kept = {};    ///< of what outlives it, `/var/lib/tenantry/placements/lend/acme/production/`
};

/// Whose something is: an environment's, or (nothing) a component that environments share.
using Owner = std::optional<Index<EnvironmentFact>>;

struct Device;

/// A network interface. Two interfaces that are each other's peer are the ends of one link (a veth pair).
struct Interface {
    std::string name;
    Index<Device> device;
    std::vector<Ipv4> addresses;
    std::optional<Index<Interface>> peer;
    Span at;
};

/// Longest prefix wins. `out` is nothing where the route answers "unreachable".
struct Route {
    Cidr to;
    std::optional<Index<Interface>> out;
    std::optional<Ipv4> via;
    Span at;
};

/// netfilter hooks, in the order that a forwarded packet meets them (input and output stand aside).
enum class Hook : std::uint8_t { prerouting, input, forward, output, postrouting };

struct Accept {};
struct Drop {};
struct Return {};
struct Jump {
    std::uint32_t chain = 0;
};  ///< position in Device::chains; comes back after the last rule
struct Goto {
    std::uint32_t chain = 0;
};  ///< does not come back; the base chain's policy decides
/// Destination translation to one of `to`, which of them is open. Ends the hook's chain with accept, like nft's dnat.
struct Translate {
    struct Target {
        Ipv4 address;
        std::optional<Port> port;
    };
    std::vector<Target> to;
};
using Action = std::variant<Accept, Drop, Return, Jump, Goto, Translate>;

/// Acts on packets that lie in any cube of `match` (none: never acts). Where `exact` is false the reader did not
/// understand everything that the rule looks at: `match` is what it can match at most, and may match none of it.
struct Rule {
    std::vector<Cube> match;
    Action action;
    bool exact = true;
    Span at;
};

struct Chain {
    struct Base {
        Hook hook = Hook::forward;
        std::int32_t priority = 0;
        bool acceptByDefault = false;
        bool nat = false;  ///< seen only by packets in State::fresh
    };
    std::string name;
    std::optional<Base> base;  ///< nothing: entered by jump or goto only
    std::vector<Rule> rules;
    Span at;
};

/// Something with an IP stack of its own: a network namespace (a task's or a router's).
struct Device {
    std::string name;  ///< `acme/production/router`, `acme/production/api-1`
    Owner owner;
    bool forwards = false;
    std::vector<Index<Interface>> interfaces;
    std::vector<Route> routes;
    std::vector<Chain> chains;  ///< base chains of one hook act in order of priority, then as they stand
    Span at;
};

/// `/etc/hosts` of a process, one name a row.
struct HostEntry {
    std::string name;
    Ipv4 address;
    Span at;
};

/// A running copy of a service or of the load balancer: who it is, and in which network namespace it really is.
struct Process {
    std::string name;     ///< `acme/production/api-1`
    std::string service;  ///< `api`; `load-balancer` for the environment's load balancer
    Owner owner;
    Index<Device> device;
    std::uint32_t uid = 0;
    std::vector<HostEntry> hosts;
    Span at;
    std::optional<Sandbox> sandbox = {};  ///< nothing: nobody looked
};

/// Where a proxy sends requests to: a name (looked up in the process's hosts) or an address.
struct Upstream {
    std::string host;
    Port port;
    Span at;
};

/// Requests under `prefix` (whole segments; `/` is all) go to any of `to`; none: answered by the proxy itself (files).
struct ProxyRoute {
    std::string prefix;
    std::vector<Upstream> to;
    Span at;
};

/// How a proxy ends TLS: the weakest that any of its sockets takes.
struct TlsFact {
    std::string minimum;               ///< `TLSv1.2`; empty: not said
    std::vector<std::string> ciphers;  ///< up to TLS 1.2, by OpenSSL's names; empty: not said
    std::vector<std::string> suites;   ///< of TLS 1.3; empty: not said
    std::string certificates;          ///< path in the process of certificates and keys
    Span at;
};

/// What a proxy does to requests and answers besides passing them on.
struct HeaderFact {
    bool dropsForwarding = false;                                 ///< no forwarding header of a client comes through
    bool comparesNames = false;                                   ///< a server name that is not the Host is refused
    std::optional<Placed<std::uint64_t>> transportSecurity = {};  ///< seconds of Strict-Transport-Security
    bool narrowsCookies = false;  ///< no cookie comes through that is for more than the host that set it
};

/// A process that answers requests and makes new connections for them (HAProxy, nginx).
struct Proxy {
    Index<Process> process;
    std::vector<Port> ports;                 ///< TCP ports it listens on in its own namespace
    std::vector<std::uint32_t> descriptors;  ///< inherited listening sockets
    std::vector<HostName> hosts;             ///< Host and SNI names it takes; others get 421. Empty: any
    std::vector<ProxyRoute> routes;          ///< the longest prefix wins
    Span at;
    std::optional<TlsFact> tls = {};  ///< nothing: it takes no TLS
    HeaderFact headers = {};
};

/// A listening unix socket that the daemon makes for a host name and hands to a process as a descriptor.
struct IngressSocket {
    std::string path;
    Index<Process> process;
    std::uint32_t descriptor = 0;
    Span at;
};

/// The machine's shared entry: TCP ports on `address`; a connection with server name N goes to the unix socket
/// `directory` + N, any other is closed.
struct Edge {
    Ipv4 address;
    Port tlsPort;
    Port redirectPort;
    std::string directory;
    Span at;
    std::optional<Sandbox> sandbox = {};  ///< of its process; nothing: nobody looked
};

/// A socket of the machine's own network that takes what others send, held by a process of ours.
struct Listener {
    std::string holder;    ///< who holds it, by its cgroup below ours; the machine's entry: `edge`
    std::string protocol;  ///< `tcp`, `udp`, ...
    std::string address;   ///< `127.0.0.1`, `::`
    Port port;
    Span at;
};

/// What the machine's entry answered to a stranger who asked for one host.
struct HostAnswer {
    /// A handshake that offered nothing else.
    struct Offer {
        std::string offered;  ///< for people
        std::string taken;    ///< `TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256`; empty: it was refused
        Span at;
    };
    /// A request whose names are not both the host's.
    struct OtherName {
        std::string serverName, host;
        std::uint32_t status = 0;  ///< 0: the connection was closed
        Span at;
    };
    Owner owner;
    std::string host;
    std::string refused;         ///< why no connection with a certificate valid for the host came; empty: one came
    Placed<std::uint32_t> days;  ///< that the certificate is still valid
    std::vector<Offer> offers;
    Placed<std::optional<std::uint64_t>> transportSecurity;  ///< seconds of Strict-Transport-Security
    Placed<std::string> redirect;                            ///< where plain HTTP is sent; empty: nowhere
    std::vector<OtherName> others;
    std::vector<Placed<std::string>> cookieDomains;
    Span at;
};

/// A TCP connection that was tried from inside a task's network.
struct ProbeFact {
    Owner owner;
    std::string task;            ///< `web-1`
    std::optional<Ipv4> source;  ///< that it was sent under; nothing: the task's own address
    Ipv4 address;
    Port port;
    bool arrived = false;  ///< its first packet was delivered to somebody
    Span at;
};

/// What a store's own catalogue says of who may do what in it.
struct StoreFact {
    struct User {
        std::string name;                 ///< `*`: everybody who connects
        std::vector<std::string> rights;  ///< sorted: `administer`, `connect`, `own`, `read`, `write`
        Span at;
    };
    Owner owner;
    std::string store;
    std::vector<User> users;
    Span at;
};

/// Something in an input that the reader does not know the meaning of. What depends on it is unknown, not holds.
struct NotUnderstood {
    Owner owner;       ///< whose verdicts it makes unknown; nothing: everybody's
    std::string what;  ///< a full sentence
    Span at;
};

struct Facts {
    std::vector<EnvironmentFact> environments;
    std::vector<Interface> interfaces;
    std::vector<Device> devices;
    std::vector<Process> processes;
    std::vector<Proxy> proxies;
    std::vector<IngressSocket> sockets;
    std::vector<Edge> edges;
    std::vector<NotUnderstood> notUnderstood;
    std::vector<Profile> profiles = {};                   ///< that sandboxes share
    Source source = Source::text;                         ///< live where any process was observed
    std::optional<std::vector<Listener>> listeners = {};  ///< nothing: nobody looked
    std::optional<std::vector<HostAnswer>> answers = {};  ///< nothing: nobody asked
    std::vector<StoreFact> stores = {};                   ///< those whose catalogue was read
    std::optional<std::vector<ProbeFact>> probes = {};    ///< nothing: nobody tried
};

/// Ends the program (a reader's bug) unless every Index is in range, peers are mutual, a device's interfaces name it,
/// jumps stay in the device and form no cycle, and base chains are not jumped to.
void check_invariants(const Facts& facts);

/// One fact a line, in table order, without places: for goldens and diffs.
std::string to_text(const Facts& facts);

}  // namespace tenantry::verify
