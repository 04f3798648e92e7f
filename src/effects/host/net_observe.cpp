#include "net_observe.hpp"

#include <algorithm>

#include "net_rules.hpp"
#include "net_settings.hpp"
#include "net_space.hpp"
#include "net_text.hpp"

namespace tenantry::host {
namespace {

constexpr std::string_view platforms = "/run/tenantry/platforms";

Result<std::vector<Space>> open_pinned(const std::string& folder) {
    std::vector<Space> spaces;
    for (const std::string& name : TRY(list_pins(folder)))
        if (auto found = TRY(open_pin(pin_path(folder, name))))
            spaces.push_back(TRY(wrap(open_space(name, *std::move(found)), "the namespace {}", name)));
    std::ranges::stable_partition(spaces, [](const Space& space) { return space.name == routerName; });
    return spaces;
}

/// Every other namespace that is pinned on the machine, looked for only when a link leads out of its environment.
class Strangers {
  public:
    explicit Strangers(std::string own) : own_(std::move(own)) {}

    Result<std::optional<world::PeerSpec>> other_end(Space& space, const KernelLink& link) {
        if (!link.far || link.peer == 0) return std::nullopt;
        if (!opened_) TRY_VOID(open());
        for (const Space& stranger : spaces_) {
            const auto number = TRY(number_of(space.route, stranger.file.file.number()));
            const auto end = std::ranges::find(stranger.links, link.peer, &KernelLink::index);
            if (number == link.far && end != stranger.links.end()) return world::PeerSpec{stranger.name, end->name};
        }
        return std::nullopt;
    }

  private:
    Result<void> open() {
        opened_ = true;
        for (const std::string& platform : TRY(list_pins(std::string(platforms)))) {
            const std::string net = fmt::format("{}/{}/net", platforms, platform);
            for (const std::string& tenant : TRY(list_pins(net)))
                for (const std::string& stage : TRY(list_pins(pin_path(net, tenant))))
                    TRY_VOID(open_folder(fmt::format("{}/{}/{}", net, tenant, stage)));
        }
        return look(spaces_);
    }

    Result<void> open_folder(const std::string& folder) {
        if (folder == own_) return {};
        for (const std::string& name : TRY(list_pins(folder)))
            if (auto found = TRY(open_pin(pin_path(folder, name))))
                spaces_.push_back(TRY(open_space(pin_path(folder, name), *std::move(found))));
        return {};
    }

    std::string own_;
    bool opened_ = false;
    std::vector<Space> spaces_;  // named by their paths
};

Result<std::vector<std::string>> more_of(const Space& space) {
    std::vector<std::string> more;
    if (space.name != routerName)
        for (const std::string& table : TRY(list_rule_tables()))
            more.push_back(fmt::format("the table {} of rules", table));
    for (const std::string& table : TRY(old_tables()))
        more.push_back(fmt::format("the table {} of the older packet filter", table));
    return more;
}

Result<SeenSpace> see(Space& space, const std::string& folder) {
    TRY_VOID(enter(space.file));
    SeenSpace seen{space.name, pin_path(folder, space.name), {}, {}, {}, {}};
    seen.sysctls = TRY(read_settings(space.links));
    seen.entries = TRY(list_entries(space.route, space.links));
    seen.more = TRY(more_of(space));
    return seen;
}

}  // namespace

Result<world::ObservedNetwork> observe_network(const world::Placement& placement,
                                               std::span<const world::SocketSpec> sockets) {
    const std::string folder = namespaces_of(placement);
    std::vector<Space> spaces = TRY(open_pinned(folder));
    TRY_VOID(look(spaces));
    const Joints joints = TRY(Joints::find(spaces));
    Strangers strangers(folder);
    std::vector<SeenSpace> seen;
    for (std::size_t i = 0; i < spaces.size(); ++i) {
        Space& space = spaces[i];
        seen.push_back(TRY(wrap(see(space, folder), "the namespace {}", space.name)));
        for (std::size_t j = 0; j < space.links.size(); ++j) {
            const KernelLink& link = space.links[j];
            SeenLink& shown = seen.back().links.emplace_back(link, std::nullopt);
            if (const auto other = joints.other({i, j}))
                shown.peer = world::PeerSpec{spaces[other->space].name, spaces[other->space].links[other->link].name};
            else
                shown.peer = TRY(strangers.other_end(space, link));
        }
        std::ranges::sort(seen.back().links, {}, [](const SeenLink& one) { return one.link.name; });
    }
    world::ObservedNetwork observed{network_text(placement, seen, sockets), R"({"nftables": []})"};
    if (!spaces.empty() && spaces.front().name == routerName) {
        TRY_VOID(enter(spaces.front().file));
        observed.rules = TRY(list_rules());
    }
    return observed;
}

}  // namespace tenantry::host
