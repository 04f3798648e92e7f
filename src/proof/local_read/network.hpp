#pragma once

// network.json: namespaces become devices, links become pairs of interfaces. Links and sockets name things of other
// files, so they are joined after all of those were read.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json_fields.hpp"
#include "reading.hpp"

namespace tenantry::local_read {

class Networks {
  public:
    explicit Networks(Reading& reading) : reading_(reading) {}

    /// Reads the network.json of the environment that `scope` speaks for.
    void read(const Scope& scope, SourceId source);
    /// After the last `read`: peers, and what the neighbour entries say of them.
    void join_links();
    /// After the last process: ingress sockets, by the names of the tasks.
    void join_sockets(const std::map<std::string, Index<verify::Process>, std::less<>>& processes);

    /// The device whose network namespace is bound to this path.
    [[nodiscard]] std::optional<Index<verify::Device>> at_path(std::string_view path) const;
    [[nodiscard]] std::optional<Index<verify::Device>> named(verify::Owner owner, std::string_view name) const;
    [[nodiscard]] std::optional<Index<verify::Interface>> interface(Index<verify::Device> device,
                                                                    std::string_view name) const;

  private:
    using DeviceIndex = Index<verify::Device>;
    using InterfaceIndex = Index<verify::Interface>;
    struct Link {
        Scope scope;
        InterfaceIndex from;
        std::string mac;
        std::string space;  ///< the peer's namespace: its name, or its path
        std::string interface;
        Span at;
    };
    struct Neighbour {
        Scope scope;
        InterfaceIndex interface;
        Ipv4 address;
        std::string mac;
        Span at;
    };
    struct Way {
        Scope scope;
        DeviceIndex device;
        verify::Route route;
    };
    struct Socket {
        Scope scope;
        std::string path;
        std::string task;
        std::uint32_t descriptor = 0;
        Span at;
    };

    void read_namespace(const Scope& scope, const Object& space);
    static void read_other(const Scope& scope, const Object& space, std::string_view name);
    void read_interfaces(const Scope& scope, const Node& list, DeviceIndex device);
    void read_addresses(const Scope& scope, const Node& list, verify::Interface& interface);
    void read_link(const Scope& scope, const Object& interface, std::string_view mac, InterfaceIndex index);
    void read_route(const Scope& scope, const Object& route, DeviceIndex device);
    void read_neighbour(const Scope& scope, const Object& neighbour, DeviceIndex device);
    void read_socket(const Scope& scope, const Object& socket);
    /// Gives devices their routes, but for those that the kernel refuses or whose next hop nobody answers for.
    void settle_routes();
    [[nodiscard]] bool answers(InterfaceIndex interface, Ipv4 address) const;
    /// The interface that a link says its other end is.
    [[nodiscard]] std::optional<InterfaceIndex> other_end(const Link& link) const;

    Reading& reading_;
    std::map<std::string, DeviceIndex, std::less<>> byPath_;
    std::map<std::string, DeviceIndex, std::less<>> byName_;                      ///< `acme/production/router`
    std::vector<std::map<std::string, InterfaceIndex, std::less<>>> interfaces_;  ///< of each device, by name
    std::vector<Link> links_;
    std::vector<Neighbour> neighbours_;
    std::vector<Way> ways_;
    std::set<std::pair<DeviceIndex, Cidr>> routed_;             // where routes of a namespace lead
    std::map<DeviceIndex, std::vector<verify::Route>> direct_;  ///< routes without a gateway
    std::set<std::pair<InterfaceIndex, Ipv4>> entries_;         ///< permanent neighbours
    std::vector<Socket> sockets_;
};

}  // namespace tenantry::local_read
