#include <cstddef>
#include <cstdint>
#include <vector>

#include <tenantry/local_read/local_read.hpp>
#include <tenantry/support/packed.hpp>

#include "laws.hpp"

namespace {

using namespace tenantry;

void require_places(const Sources& sources, const verify::Facts& facts) {
    const auto require_all = [&](const auto& rows) {
        for (const auto& row : rows) fuzz::require_inside(sources, row.at);
    };
    require_all(facts.environments);
    require_all(facts.interfaces);
    require_all(facts.devices);
    require_all(facts.processes);
    require_all(facts.proxies);
    require_all(facts.sockets);
    require_all(facts.edges);
    require_all(facts.notUnderstood);
    for (const verify::Device& device : facts.devices) {
        require_all(device.routes);
        require_all(device.chains);
        for (const verify::Chain& chain : device.chains) require_all(chain.rules);
    }
    for (const verify::Process& process : facts.processes) {
        require_all(process.hosts);
        if (!process.sandbox) continue;
        require_all(process.sandbox->mounts);
        require_all(process.sandbox->spaces);
        require_all(process.sandbox->others);
        fuzz::require_inside(sources, process.sandbox->uid.at);
        fuzz::require_inside(sources, process.sandbox->masks.at);
    }
    if (facts.listeners) require_all(*facts.listeners);
    for (const verify::HostAnswer& answer : facts.answers.value_or(std::vector<verify::HostAnswer>())) {
        fuzz::require_inside(sources, answer.at);
        require_all(answer.offers);
        require_all(answer.others);
        require_all(answer.cookieDomains);
    }
    for (const verify::Proxy& proxy : facts.proxies) {
        require_all(proxy.routes);
        for (const verify::ProxyRoute& route : proxy.routes) require_all(route.to);
    }
}

}  // namespace

// The input is several files, each behind a line `--- PATH`. Whatever they hold: the facts are consistent, and each
// stands in one of the texts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Sources sources;
    std::vector<local_read::LocalText> texts;
    for (auto& [path, text] : support::unpack(std::string(data, data + size)))
        texts.push_back({path, sources.add(path, std::move(text))});
    Diagnostics diagnostics;
    const verify::Facts facts = local_read::read_local(sources, texts, diagnostics);
    verify::check_invariants(facts);
    require_places(sources, facts);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        fuzz::require_inside(sources, diagnostic.at);
        fuzz::require(!diagnostic.detail.empty());
    }
    for (const verify::NotUnderstood& row : facts.notUnderstood) fuzz::require(row.what.ends_with('.'));
    return 0;
}
