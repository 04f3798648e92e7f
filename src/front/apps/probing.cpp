#include "probing.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include <tenantry/client/client.hpp>

namespace tenantry::apps {
namespace {

constexpr std::size_t mostAtOnce = 8;

using Probes = std::span<const compile::Probe>;

// Those of one task stand together.
std::vector<Probes> by_task(Probes probes) {
    std::vector<Probes> groups;
    for (std::size_t begin = 0; begin < probes.size();) {
        std::size_t end = begin;
        while (end < probes.size() && probes[end].environment == probes[begin].environment &&
               probes[end].task == probes[begin].task)
            ++end;
        groups.push_back(probes.subspan(begin, end - begin));
        begin = end;
    }
    return groups;
}

Result<std::vector<bool>> arrivals(client::Client& daemon, const std::string& platform, Probes probes) {
    wire::ProbeRequest request;
    request.placement = {platform, probes.front().environment};
    request.task = probes.front().task;
    for (const compile::Probe& probe : probes)
        request.targets.push_back(
            {probe.address.str(), probe.port, probe.source ? probe.source->str() : std::string()});
    wire::ProbeAnswer answer = TRY(daemon.probe(request));
    if (answer.arrived.size() != probes.size()) return fail("the daemon answers other probes than asked");
    return std::move(answer.arrived);
}

Result<std::vector<bool>> patient_arrivals(client::Client& daemon, const std::string& platform, Probes probes) {
    std::vector<bool> arrived = TRY(arrivals(daemon, platform, probes));
    std::vector<compile::Probe> late;
    for (std::size_t i = 0; i < probes.size(); ++i)
        if (probes[i].arrives && !arrived[i]) late.push_back(probes[i]);
    if (late.empty()) return arrived;
    const std::vector<bool> again = TRY(arrivals(daemon, platform, late));
    for (std::size_t i = 0, at = 0; i < probes.size(); ++i)
        if (probes[i].arrives && !arrived[i]) arrived[i] = again[at++];
    return arrived;
}

}  // namespace

Result<Attempts> try_probes(const std::string& socket, const std::string& platform, Probes probes) {
    const std::vector<Probes> groups = by_task(probes);
    std::vector<Result<std::vector<bool>>> answers(groups.size(), fail("it was not tried"));
    std::atomic<std::size_t> next = 0;
    {
        std::vector<std::jthread> asking;
        for (std::size_t i = 0; i < std::min(mostAtOnce, groups.size()); ++i)
            asking.emplace_back([&] {
                auto daemon = client::Client::connect(socket);
                for (std::size_t at = next++; at < groups.size(); at = next++)
                    answers[at] = daemon ? patient_arrivals(*daemon, platform, groups[at])
                                         : Result<std::vector<bool>>(std::unexpected(daemon.error()));
            });
    }
    Attempts all;
    for (std::size_t group = 0; group < groups.size(); ++group) {
        const std::vector<bool> arrived = TRY(answers[group]);
        ++all.probed.tasks;
        for (std::size_t i = 0; i < arrived.size(); ++i) {
            ++all.probed.sent;
            all.probed.arrived += arrived[i] ? 1U : 0U;
            const compile::Probe& probe = groups[group][i];
            if (arrived[i] != probe.arrives) all.probed.against.push_back(probe);
            all.results[probe.environment].push_back({probe.task, probe.source ? probe.source->str() : std::string(),
                                                      probe.address.str(), probe.port, arrived[i]});
        }
    }
    return all;
}

}  // namespace tenantry::apps
