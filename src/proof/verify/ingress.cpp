// The part of NET-6 that packets do not show: each host comes to the load balancer, each declared route leads through
// the proxy that decides it.

#include <algorithm>

#include <fmt/format.h>

#include "claims.hpp"

namespace tenantry::verify {
namespace {

// Whole segments: `/api` takes `/api` and `/api/x`.
bool is_under(std::string_view path, std::string_view prefix) {
    if (prefix == "/") return true;
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

class Examiner {
  public:
    Examiner(const Scene& scene, std::size_t environment, Findings& findings, Basis& basis)
        : scene_(scene),
          environment_(scene.declared.environments[environment]),
          index_(environment),
          findings_(findings),
          basis_(basis) {}

    void examine() {
        for (const HostName& host : environment_.hosts) check_host(host);
        for (std::size_t i = 0; i < environment_.tasks.size(); ++i)
            if (const auto process = scene_.runs[index_][i]) check_process(*process, environment_.tasks[i]);
    }

  private:
    const std::vector<const Proxy*>& proxies_of(Index<Process> process) const {
        static const std::vector<const Proxy*> none;
        const auto found = scene_.proxiesOf.find(process);
        return found == scene_.proxiesOf.end() ? none : found->second;
    }

    void lacks(const HostName& host, std::string what, std::vector<Hop> hops) {
        findings_.add("host " + what.substr(0, 24),
                      fmt::format("A request for {} does not come to {}: {}.", host.str(), environment_.name, what),
                      ModelPath{"hosts"}, shows(std::move(hops)));
    }

    // Edge, socket, process, descriptor, proxy.
    void check_host(const HostName& host) {
        basis_.facts += 3;
        if (scene_.facts.edges.empty())
            return lacks(host, "the machine has no edge", {{"no fact is an edge", std::nullopt}});
        for (const Edge& edge : scene_.facts.edges) {
            const std::string path = edge.directory + host.str();
            std::vector<Hop> hops{{fmt::format("the edge sends it to {}", path), edge.at}};
            const auto sockets = scene_.socketsAt.find(path);
            if (sockets == scene_.socketsAt.end())
                return lacks(host, "nobody listens on the socket of that name", hops);
            if (sockets->second.size() > 1) return lacks(host, "its socket is made more than once", hops);
            check_socket(host, *sockets->second.front(), std::move(hops));
        }
    }

    void check_socket(const HostName& host, const IngressSocket& socket, std::vector<Hop> hops) {
        const Process& process = scene_.process(socket.process);
        hops.push_back(
            {fmt::format("{} has that socket as descriptor {}", process.name, socket.descriptor), socket.at});
        if (process.service != loadBalancerName || process.owner != Owner(scene_.factOf[index_]))
            return lacks(host, fmt::format("{} holds its socket, which is not its load balancer", process.name), hops);
        const auto& proxies = proxies_of(socket.process);
        const auto reader = std::ranges::find_if(
            proxies, [&](const Proxy* proxy) { return std::ranges::count(proxy->descriptors, socket.descriptor) > 0; });
        if (reader == proxies.end())
            return lacks(host, fmt::format("no proxy of {} reads descriptor {}", process.name, socket.descriptor),
                         hops);
        hops.push_back({fmt::format("the proxy of {} reads it", process.name), (*reader)->at});
        const std::vector<HostName>& taken = (*reader)->hosts;  // none: any
        if (!taken.empty() && std::ranges::find(taken, host) == taken.end())
            lacks(host, fmt::format("the proxy of {} does not take that host", process.name), hops);
    }

    void check_process(Index<Process> process, const DeclaredTask& task) {
        const auto& proxies = proxies_of(process);
        const bool decides = std::ranges::any_of(
            environment_.routes, [&](const DeclaredRoute& route) { return route.proxy == task.service; });
        if (proxies.empty() && decides)
            return findings_.add("proxy " + task.service,
                                 fmt::format("{} decides routes and runs no proxy.", scene_.process(process).name),
                                 origin_of(environment_, task.service),
                                 shows({{scene_.process(process).name, scene_.process(process).at}}));
        for (const Proxy* proxy : proxies) check_proxy(process, task, *proxy);
    }

    void check_proxy(Index<Process> index, const DeclaredTask& task, const Proxy& proxy) {
        const Process& process = scene_.process(index);
        if (task.service == loadBalancerName) check_foreign_hosts(process, proxy);
        const DeclaredService* service = find_service(environment_, task.service);
        if (service != nullptr && service->port && std::ranges::count(proxy.ports, *service->port) == 0)
            findings_.add(
                "listen " + task.service,
                fmt::format("The proxy of {} does not listen on its port {}.", process.name, service->port->number),
                service->origin, shows({{process.name, proxy.at}}));
        for (const DeclaredRoute& route : environment_.routes)
            if (route.proxy == task.service) check_route(process, proxy, route);
        for (const ProxyRoute& route : proxy.routes) check_shadow(process, route);
    }

    void check_foreign_hosts(const Process& process, const Proxy& proxy) {
        if (proxy.hosts.empty())
            findings_.add("any host", fmt::format("The proxy of {} takes requests for any host.", process.name),
                          ModelPath{"hosts"}, shows({{process.name, proxy.at}}));
        for (const HostName& host : proxy.hosts)
            if (std::ranges::find(environment_.hosts, host) == environment_.hosts.end())
                findings_.add("foreign host",
                              fmt::format("The proxy of {} takes requests for {}, which {} does not declare.",
                                          process.name, host.str(), environment_.name),
                              ModelPath{"hosts"}, shows({{process.name, proxy.at}}));
    }

    void check_route(const Process& process, const Proxy& proxy, const DeclaredRoute& declared) {
        ++basis_.facts;
        std::vector<Hop> hops{{fmt::format("the proxy of {}", process.name), proxy.at}};
        std::string trouble = fmt::format("it has no route {}", declared.prefix);
        for (const ProxyRoute& route : proxy.routes) {
            if (route.prefix != declared.prefix) continue;
            hops.push_back({fmt::format("its route {}", route.prefix), route.at});
            trouble = trouble_with(process, route, declared);
            if (!trouble.empty()) break;
        }
        if (trouble.empty()) return;
        findings_.add(fmt::format("route {} {}", declared.proxy, declared.prefix),
                      fmt::format("{} should bring requests under {} to {}, but {}.", process.name, declared.prefix,
                                  declared.service, trouble),
                      declared.origin, shows(std::move(hops)));
    }

    // Empty where the route leads to every task of the declared service and to nothing else.
    std::string trouble_with(const Process& process, const ProxyRoute& route, const DeclaredRoute& declared) const {
        if (declared.service == declared.proxy) return route.to.empty() ? "" : "it passes them on";
        // `tasks: 0`: nobody is there to bring them to.
        const bool runs = std::ranges::count(environment_.tasks, declared.service, &DeclaredTask::service) != 0;
        if (route.to.empty()) return runs ? "it answers them itself" : "";
        const DeclaredService* service = find_service(environment_, declared.service);
        if (service == nullptr) return "no such service is declared";
        bool byName = false;
        for (const Upstream& upstream : route.to) {
            if (service_behind(environment_, process, upstream) != service)
                return fmt::format("{} leads elsewhere or nowhere", upstream.host);
            if (service->port != upstream.port)
                return fmt::format("{} is asked on port {}", upstream.host, upstream.port.number);
            byName = byName || !is_task(upstream);
        }
        if (byName) return "";
        for (const DeclaredTask& task : environment_.tasks)
            if (task.service == declared.service &&
                std::ranges::count(route.to, task.address.str(), &Upstream::host) == 0)
                return fmt::format("it does not know {} at {}", task.name, task.address.str());
        return "";
    }

    bool is_task(const Upstream& upstream) const {
        return std::ranges::any_of(environment_.tasks,
                                   [&](const DeclaredTask& task) { return task.address.str() == upstream.host; });
    }

    // A longer prefix that the proxy answers itself takes requests from a declared route.
    void check_shadow(const Process& process, const ProxyRoute& route) {
        if (!route.to.empty()) return;  // where it leads somewhere undeclared, NET-5 speaks
        const DeclaredRoute* longest = nullptr;
        for (const DeclaredRoute& declared : environment_.routes)
            if (declared.proxy == process.service && is_under(route.prefix, declared.prefix) &&
                (longest == nullptr || longest->prefix.size() < declared.prefix.size()))
                longest = &declared;
        if (longest == nullptr || longest->prefix == route.prefix || longest->service == longest->proxy) return;
        findings_.add(fmt::format("shadow {} {}", process.service, route.prefix),
                      fmt::format("{} answers requests under {} itself; {} should get them.", process.name,
                                  route.prefix, longest->service),
                      longest->origin, shows({{fmt::format("its route {}", route.prefix), route.at}}));
    }

    const Scene& scene_;
    const DeclaredEnvironment& environment_;
    std::size_t index_;
    Findings& findings_;
    Basis& basis_;
};

}  // namespace

void examine_ingress(const Scene& scene, std::size_t environment, Findings& findings, Basis& basis) {
    Examiner(scene, environment, findings, basis).examine();
}

}  // namespace tenantry::verify
