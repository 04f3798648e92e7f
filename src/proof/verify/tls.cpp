// TLS-1 and TLS-3 as policy: what a load balancer's text says. TLS-2: whose the keys are.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "claims.hpp"
#include "mounts.hpp"
#include "regions.hpp"
#include "tls_rules.hpp"

namespace tenantry::verify {

bool is_strong_cipher(std::string_view cipher) {
    const bool fresh = cipher.starts_with("ECDHE-ECDSA-") || cipher.starts_with("ECDHE-RSA-");
    return fresh && (cipher.find("-GCM-SHA") != std::string_view::npos || cipher.ends_with("-CHACHA20-POLY1305"));
}

bool is_strong_suite(std::string_view suite) {
    return suite == "TLS_AES_128_GCM_SHA256" || suite == "TLS_AES_256_GCM_SHA384" ||
           suite == "TLS_CHACHA20_POLY1305_SHA256";
}

namespace {

const ModelPath hosts{"hosts"};

class Examiner {
  public:
    Examiner(const Scene& scene, Claim claim, std::size_t environment, Examined& out)
        : scene_(scene),
          claim_(claim),
          declared_(scene.declared.environments[environment]),
          findings_(claim, declared_.name),
          out_(out) {}

    // Every proxy of the load balancer takes clients' connections.
    void examine(Index<EnvironmentFact> environment) {
        bool any = false;
        for (const Index<Process> index : scene_.processesOf[environment.at]) {
            const auto proxies = scene_.proxiesOf.find(index);
            const bool balances = scene_.process(index).service == loadBalancerName;
            if (!balances || proxies == scene_.proxiesOf.end()) continue;
            for (const Proxy* proxy : proxies->second) {
                any = true;
                name_ = &scene_.process(index).name;
                claim_ == Claim::tls1 ? check_policy(*proxy) : check_names(*proxy);
            }
        }
        if (!any && !declared_.hosts.empty())
            out_.doubts.push_back(fmt::format("No proxy of {}'s load balancer is among the facts.", declared_.name));
        for (Finding& finding : std::move(findings_).take()) out_.findings.push_back(std::move(finding));
    }

  private:
    void find(const std::string& key, const std::string& what, Span at) {
        ++out_.basis.facts;
        findings_.add(key, fmt::format("The proxy of {} {}.", *name_, what), hosts,
                      shows({{fmt::format("the proxy of {} {}", *name_, what), at}}));
    }

    void check_policy(const Proxy& proxy) {
        out_.basis.facts += 4;
        if (!proxy.tls) return find("tls", "takes connections without TLS", proxy.at);
        const TlsFact& tls = *proxy.tls;
        if (tls.minimum.empty())
            find("version", "does not say which version of TLS is the least", tls.at);
        else if (tls.minimum != "TLSv1.2" && tls.minimum != "TLSv1.3")
            find("version", fmt::format("takes {}; TLSv1.2 is the least", tls.minimum), tls.at);
        check_list(tls, tls.ciphers, "ciphers", is_strong_cipher);
        check_list(tls, tls.suites, "cipher suites", is_strong_suite);
        const auto& security = proxy.headers.transportSecurity;
        if (!security)
            find("hsts", "does not tell browsers to come by TLS alone (Strict-Transport-Security)", proxy.at);
        else if (security->value < leastTransportSecurity)
            find("hsts",
                 fmt::format("tells browsers to come by TLS alone for {} seconds; {} are the least", security->value,
                             leastTransportSecurity),
                 security->at);
    }

    template <class Strong>
    void check_list(const TlsFact& tls, const std::vector<std::string>& names, std::string_view what,
                    const Strong& strong) {
        if (names.empty()) return find(std::string(what), fmt::format("does not say which {} it takes", what), tls.at);
        for (const std::string& name : names)
            if (!strong(name))
                find(std::string(what), fmt::format("takes {}, which is not among the strong {}", name, what), tls.at);
    }

    void check_names(const Proxy& proxy) {
        out_.basis.facts += 3 + proxy.hosts.size();
        if (!proxy.headers.comparesNames)
            find("differ", "takes requests whose Host is not the server name of TLS", proxy.at);
        if (proxy.hosts.empty()) find("any", "takes requests for any host", proxy.at);
        for (const HostName& host : proxy.hosts)
            if (std::ranges::find(declared_.hosts, host) == declared_.hosts.end())
                find("foreign", fmt::format("takes requests for {}, which is not the environment's", host.str()),
                     proxy.at);
        if (!proxy.headers.dropsForwarding)
            find("forwarding", "passes on what clients say of where they come from (Forwarded, X-Forwarded-*)",
                 proxy.at);
        if (!proxy.headers.narrowsCookies)
            find("cookies", "passes on cookies for other hosts than the one that sets them (Domain of Set-Cookie)",
                 proxy.at);
    }

    const Scene& scene_;
    Claim claim_;
    const DeclaredEnvironment& declared_;
    Findings findings_;
    Examined& out_;
    const std::string* name_ = nullptr;
};

// The mount that a path in a process lies on: the last one over it.
const Mount* mount_over(const Sandbox& sandbox, std::string_view path) {
    const Mount* over = nullptr;
    for (const Mount& mount : sandbox.mounts) {
        const std::string_view point = mount.point;
        const bool covers =
            point == "/" || (path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/'));
        if (covers) over = &mount;
    }
    return over;
}

struct Key {
    const Process* process = nullptr;
    const Mount* mount = nullptr;
};

Finding foreign_key(const Scene& scene, const Process& process, std::string what, std::vector<Hop> hops) {
    return {Claim::tls2, scene.owner_name(process.owner), fmt::format("{} {}.", process.name, what), hosts,
            shows(std::move(hops))};
}

}  // namespace

Examined examine_tls_policy(const Scene& scene, Claim claim, std::size_t environment) {
    Examined out;
    out.basis.environments = 1;
    if (const auto fact = scene.factOf[environment])
        Examiner(scene, claim, environment, out).examine(*fact);
    else
        out.doubts.push_back(
            fmt::format("Nothing of {} is among the facts.", scene.declared.environments[environment].name));
    return out;
}

Examined examine_tls2(const Scene& scene) {
    Examined out;
    out.basis.environments = scene.facts.environments.size();
    // What holds a key, by where it really is.
    std::map<std::pair<std::string_view, std::string_view>, Key> keys;
    for (const Proxy& proxy : scene.facts.proxies) {
        const Process& process = scene.process(proxy.process);
        if (!proxy.tls || !process.owner || scene.at_rest(proxy.process)) continue;
        ++out.basis.facts;
        const Mount* mount = process.sandbox ? mount_over(*process.sandbox, proxy.tls->certificates) : nullptr;
        if (mount == nullptr || process.sandbox->source != scene.facts.source) {
            out.doubts.push_back(fmt::format("Where the keys of {} come from is not known.", process.name));
            continue;
        }
        const auto [first, isNew] = keys.try_emplace({mount->device, mount->root}, Key{&process, mount});
        if (!isNew && first->second.process->owner != process.owner)
            out.findings.push_back(foreign_key(
                scene, process, fmt::format("has the keys of {} too", first->second.process->name),
                {{first->second.process->name + " has " + to_text(*first->second.mount), first->second.mount->at},
                 {process.name + " has " + to_text(*mount), mount->at}}));
        const auto path = inside(scene.facts.environments[process.owner->at], mount->root);
        if (path != "tls")
            out.findings.push_back(foreign_key(scene, process,
                                               "has its keys from elsewhere than its environment's folder",
                                               {{process.name + " has " + to_text(*mount), mount->at}}));
    }
    // Nobody else sees that folder, or one that it lies in.
    const Regions regions(scene.facts);
    for (const auto& [place, key] : keys) {
        ++out.basis.facts;
        const Use* other = regions.around(place, key.process->owner);
        if (other == nullptr) continue;
        out.findings.push_back(
            foreign_key(scene, *other->process, fmt::format("sees the keys of {}", key.process->name),
                        {{key.process->name + " has " + to_text(*key.mount), key.mount->at},
                         {other->process->name + " has " + to_text(*other->mount), other->mount->at}}));
    }
    return out;
}

}  // namespace tenantry::verify
