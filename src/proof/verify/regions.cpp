#include "regions.hpp"

#include <algorithm>

namespace tenantry::verify {

Regions::Regions(const Facts& facts) {
    for (const Process& process : facts.processes) {
        if (!process.sandbox) continue;
        for (const Mount& mount : process.sandbox->mounts) {
            if (mount.root.empty()) continue;
            std::vector<Use>& uses = uses_[{mount.device, mount.root}];
            // Processes stand by environment, so an owner's own use is among the last.
            if (uses.empty() || uses.back().owner != process.owner)
                uses.push_back({process.owner, &process, &mount});
            else if (mount.writable && !uses.back().mount->writable)
                uses.back() = {process.owner, &process, &mount};
        }
    }
}

const Use* Regions::around(Place place, Owner but) const {
    auto [device, root] = place;
    while (true) {
        if (const auto found = uses_.find({device, root}); found != uses_.end()) {
            const auto other = std::ranges::find_if(found->second, [&](const Use& use) { return use.owner != but; });
            if (other != found->second.end()) return &*other;
        }
        if (root.size() <= 1) return nullptr;
        const std::size_t slash = root.rfind('/');
        root = slash == 0 || slash == std::string_view::npos ? "/" : root.substr(0, slash);
    }
}

}  // namespace tenantry::verify
