// What connections that were really tried say of the claims on the network.

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "claims.hpp"

namespace tenantry::verify {
namespace {

// Whom an address belongs to, by declaration.
struct Receiver {
    std::size_t environment = 0;  ///< position in Declared
    std::string_view service;
    std::string_view name;  ///< for people: the task's, or the service's where the address is for all of its tasks
};

using Receivers = std::map<Ipv4, Receiver>;

Receivers receivers_of(const Declared& declared) {
    Receivers receivers;
    for (std::size_t i = 0; i < declared.environments.size(); ++i) {
        for (const DeclaredTask& task : declared.environments[i].tasks)
            receivers[task.address] = {i, task.service, task.name};
        for (const DeclaredService& service : declared.environments[i].services)
            if (service.virtualAddress) receivers[*service.virtualAddress] = {i, service.name, service.name};
    }
    return receivers;
}

const DeclaredAllow* allow_for(const DeclaredEnvironment& environment, std::string_view from, std::string_view to,
                               Port port) {
    const auto found = std::ranges::find_if(environment.allows, [&](const DeclaredAllow& allow) {
        return allow.from == from && allow.to == to && allow.port == port;
    });
    return found == environment.allows.end() ? nullptr : &*found;
}

class Examiner {
  public:
    Examiner(const Scene& scene, Claim claim, Examined& out)
        : scene_(scene), claim_(claim), receivers_(receivers_of(scene.declared)), out_(out) {
        for (const DeclaredEnvironment& environment : scene.declared.environments)
            findings_.emplace_back(claim, environment.name);
    }

    void examine() {
        for (const ProbeFact& probe : *scene_.facts.probes) look_at(probe);
        if (claim_ == Claim::net6)
            check_all_tried();
        else
            check_somebody_tried();
        for (Findings& findings : findings_)
            for (Finding& finding : std::move(findings).take()) out_.findings.push_back(std::move(finding));
    }

  private:
    void look_at(const ProbeFact& probe) {
        const auto environment = probe.owner ? scene_.declaredOf[probe.owner->at] : std::nullopt;
        if (!environment) return;
        const auto& tasks = scene_.declared.environments[*environment].tasks;
        const auto from = std::ranges::find(tasks, probe.task, &DeclaredTask::name);
        if (from == tasks.end()) return;
        tried_.emplace(*environment, probe.task, probe.source.has_value(), probe.address, probe.port.number);
        if (probe.source)
            look_at_forged(*environment, *from, probe);
        else
            look_at_own(*environment, *from, probe);
    }

    void look_at_forged(std::size_t environment, const DeclaredTask& from, const ProbeFact& probe) {
        if (claim_ != Claim::net12) return;
        ++out_.basis.facts;
        if (probe.arrived && *probe.source != from.address)
            find(environment, from.service, from.service,
                 fmt::format("{} sent as {}, which is not its own address, to {}:{}, and it was delivered",
                             name_of(environment, from), probe.source->str(), probe.address.str(), probe.port.number),
                 probe);
    }

    void look_at_own(std::size_t environment, const DeclaredTask& from, const ProbeFact& probe) {
        const auto found = receivers_.find(probe.address);
        if (found == receivers_.end()) return look_outside(environment, from, probe);
        const Receiver& to = found->second;
        if (to.environment != environment) return look_at_other(environment, from, to, probe);
        const DeclaredEnvironment& own = scene_.declared.environments[environment];
        const DeclaredAllow* allow = allow_for(own, from.service, to.service, probe.port);
        const Claim speaksOf = allow != nullptr                                 ? Claim::net6
                               : kind_of(own, to.service) == ServiceKind::store ? Claim::net4
                                                                                : Claim::net5;
        if (speaksOf != claim_) return;
        ++out_.basis.facts;
        const std::string tried = fmt::format("{} tried {} ({}:{})", name_of(environment, from), to.name,
                                              probe.address.str(), probe.port.number);
        const std::string key = fmt::format("{} {}", from.service, to.service);
        if (allow != nullptr && !probe.arrived)
            add(environment, key, tried + ", which is declared, and it did not arrive", allow->origin, probe);
        if (allow == nullptr && probe.arrived)
            find(environment, key, to.service, tried + ", which nothing declares, and it arrived", probe);
    }

    // Whose claim is broken is who can be reached.
    void look_at_other(std::size_t environment, const DeclaredTask& from, const Receiver& to, const ProbeFact& probe) {
        if (claim_ != Claim::net1) return;
        ++out_.basis.facts;
        if (probe.arrived)
            find(to.environment, fmt::format("{} {}", environment, to.service), to.service,
                 fmt::format("{} tried {}/{} ({}:{}), and it arrived", name_of(environment, from),
                             scene_.declared.environments[to.environment].name, to.name, probe.address.str(),
                             probe.port.number),
                 probe);
    }

    void look_outside(std::size_t environment, const DeclaredTask& from, const ProbeFact& probe) {
        if (claim_ != Claim::net9) return;
        ++out_.basis.facts;
        if (probe.arrived)
            find(environment, probe.address.str(), from.service,
                 fmt::format("{} tried {}:{}, which is no task's, and it arrived", name_of(environment, from),
                             probe.address.str(), probe.port.number),
                 probe);
    }

    // What is declared between tasks that run must have been tried.
    void check_all_tried() {
        for (std::size_t i = 0; i < scene_.declared.environments.size(); ++i)
            for (const DeclaredAllow& allow : scene_.declared.environments[i].allows)
                for (const DeclaredTask* from : running(i, allow.from))
                    for (const DeclaredTask* to : running(i, allow.to))
                        if (!tried_.contains({i, from->name, false, to->address, allow.port.number}))
                            out_.doubts.push_back(
                                fmt::format("Nobody tried whether {} comes to {}.", name_of(i, *from), to->name));
    }

    void check_somebody_tried() {
        for (std::size_t i = 0; i < scene_.declared.environments.size(); ++i) {
            std::set<std::string_view> who;
            for (const auto& [environment, task, forged, address, port] : tried_)
                if (environment == i && forged == (claim_ == Claim::net12)) who.insert(task);
            for (const DeclaredTask& task : scene_.declared.environments[i].tasks)
                if (runs(i, task) && !who.contains(task.name))
                    out_.doubts.push_back(fmt::format("Nobody tried what {} can reach.", name_of(i, task)));
        }
    }

    bool runs(std::size_t environment, const DeclaredTask& task) const {
        const auto& tasks = scene_.declared.environments[environment].tasks;
        const auto process = scene_.runs[environment][static_cast<std::size_t>(&task - tasks.data())];
        return process && !scene_.at_rest(*process);
    }

    std::vector<const DeclaredTask*> running(std::size_t environment, std::string_view service) const {
        std::vector<const DeclaredTask*> tasks;
        for (const DeclaredTask& task : scene_.declared.environments[environment].tasks)
            if (task.service == service && runs(environment, task)) tasks.push_back(&task);
        return tasks;
    }

    std::string name_of(std::size_t environment, const DeclaredTask& task) const {
        return scene_.declared.environments[environment].name + "/" + task.name;
    }

    void find(std::size_t environment, const std::string& key, std::string_view service, const std::string& what,
              const ProbeFact& probe) {
        add(environment, key, what, origin_of(scene_.declared.environments[environment], service), probe);
    }
    void add(std::size_t environment, const std::string& key, const std::string& what, ModelPath contradicts,
             const ProbeFact& probe) {
        Findings& findings = findings_[environment];
        if (findings.has(key)) return findings.count(key);
        findings.add(key, what + ".", std::move(contradicts), shows({{what, probe.at}}));
    }

    const Scene& scene_;
    Claim claim_;
    Receivers receivers_;
    std::vector<Findings> findings_;  ///< by position in Declared
    /// Environment, task, whether it was forged, address, port.
    std::set<std::tuple<std::size_t, std::string_view, bool, Ipv4, std::uint16_t>> tried_;
    Examined& out_;
};

}  // namespace

Examined examine_probes(const Scene& scene, Claim claim) {
    Examined out;
    Examiner(scene, claim, out).examine();
    return out;
}

}  // namespace tenantry::verify
