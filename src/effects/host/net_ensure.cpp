#include "net_ensure.hpp"

#include <algorithm>
#include <set>

#include <tenantry/base/check.hpp>

#include "net_entries.hpp"
#include "net_revoke.hpp"
#include "net_rules.hpp"
#include "net_settings.hpp"
#include "net_space.hpp"

namespace tenantry::host {
namespace {

using world::InterfaceSpec;
using world::NamespaceSpec;

constexpr std::string_view noRules = R"({"nftables": []})";

/// One call; the spaces stand as the spec's namespaces do, the router first.
class Change {
  public:
    Change(const world::NetSpec& spec, const std::string& folder) : spec_(spec), folder_(folder) {}

    Result<void> run(std::string_view rules) {
        TRY_VOID(make_pin_folder(folder_));
        TRY_VOID(open());
        TRY_VOID(enter(spaces_.front().file));
        TRY_VOID(replace_rules(rules));
        const Permits permits = TRY(Permits::read(rules));
        TRY_VOID(cut_refused(permits, spaces_, addresses()));
        TRY_VOID(remove_other_pins());
        TRY_VOID(links());
        // The router last: nothing passes before a task is whole.
        for (std::size_t i = spaces_.size(); i-- > 0;)
            TRY_VOID(wrap(make_equal(spaces_[i].route, spaces_[i].links, spec_.namespaces[i]), "the namespace {}",
                          spaces_[i].name));
        return {};
    }

  private:
    Result<void> open() {
        // A pin of the machine's own network, or a second one of the same namespace, is none of ours.
        std::set<decltype(OpenNamespace::id)> taken{TRY(current_namespace()).id};
        for (const NamespaceSpec& wanted : spec_.namespaces) {
            auto found = TRY(open_pin(wanted.path));
            if (!found || taken.contains(found->id)) found = TRY(make_pin(wanted.path));
            taken.insert(found->id);
            spaces_.push_back(TRY(wrap(open_space(wanted.name, *std::move(found)), "the namespace {}", wanted.name)));
            TRY_VOID(wrap(settle(wanted), "the namespace {}", wanted.name));
        }
        return {};
    }

    // Of each namespace its task's own; the router's is nobody's.
    [[nodiscard]] std::vector<Ipv4> addresses() const {
        std::vector<Ipv4> all;
        for (const NamespaceSpec& space : spec_.namespaces)
            all.push_back(space.interfaces.empty() || space.interfaces.front().addresses.empty()
                              ? Ipv4{}
                              : space.interfaces.front().addresses.front().base);
        return all;
    }

    // In the namespace. Rules are the router's alone.
    Result<void> settle(const NamespaceSpec& wanted) {
        TRY_VOID(write_settings(wanted));
        const bool clean = wanted.name == routerName || TRY(list_rule_tables()).empty();
        return clean ? Result<void>{} : replace_rules(noRules);
    }

    Result<void> remove_other_pins() {
        for (const std::string& name : TRY(list_pins(folder_)))
            if (std::ranges::find(spec_.namespaces, name, &NamespaceSpec::name) == spec_.namespaces.end())
                TRY_VOID(remove_pin(pin_path(folder_, name)));
        return {};
    }

    Result<void> links() {
        TRY_VOID(look(spaces_));
        const Joints joints = TRY(Joints::find(spaces_));
        std::set<LinkEnd> kept;
        std::vector<Pair> missing;
        for (const Pair& pair : pairs())
            if (const auto ends = standing(pair, joints))
                kept.insert({ends->first, ends->second});
            else
                missing.push_back(pair);
        bool changed = !missing.empty();
        for (std::size_t i = 0; i < spaces_.size(); ++i)
            for (std::size_t j = 0; j < spaces_[i].links.size(); ++j) {
                const KernelLink& link = spaces_[i].links[j];
                if (link.loopback || kept.contains({i, j})) continue;
                TRY_VOID(wrap(remove_link(spaces_[i].route, link), "the namespace {}", spaces_[i].name));
                changed = changed || !link.is_idle();
            }
        for (const Pair& pair : missing)
            TRY_VOID(wrap(
                add_veth(spaces_[pair.near].route, *pair.nearEnd, {*pair.farEnd, spaces_[pair.far].file.file.number()}),
                "the namespace {}", spaces_[pair.near].name));
        return changed ? look(spaces_) : Result<void>{};
    }

    struct Pair {
        std::size_t near, far;
        const InterfaceSpec *nearEnd, *farEnd;
    };

    /// Each link of the spec once.
    [[nodiscard]] std::vector<Pair> pairs() const {
        std::vector<Pair> pairs;
        for (std::size_t i = 0; i < spec_.namespaces.size(); ++i)
            for (const InterfaceSpec& near : spec_.namespaces[i].interfaces) {
                const auto space = std::ranges::find(spec_.namespaces, near.peer.nameSpace, &NamespaceSpec::name);
                TENANTRY_CHECK(space != spec_.namespaces.end(), "a wanted link stays inside of its environment");
                const auto far = std::ranges::find(space->interfaces, near.peer.interface, &InterfaceSpec::name);
                TENANTRY_CHECK(far != space->interfaces.end() && far->peer.nameSpace == spec_.namespaces[i].name &&
                                   far->peer.interface == near.name,
                               "both ends of a wanted link say so");
                const auto at = static_cast<std::size_t>(space - spec_.namespaces.begin());
                if (std::pair(i, &near) < std::pair(at, &*far)) pairs.push_back({i, at, &near, &*far});
            }
        return pairs;
    }

    [[nodiscard]] std::optional<LinkEnd> end(std::size_t space, const InterfaceSpec& wanted) const {
        const auto& links = spaces_[space].links;
        const auto found = std::ranges::find(links, wanted.name, &KernelLink::name);
        if (found == links.end() || !found->is_veth() || found->mac != wanted.mac) return std::nullopt;
        return LinkEnd{space, static_cast<std::size_t>(found - links.begin())};
    }

    /// The ends of a pair where it is there as it should be.
    [[nodiscard]] std::optional<std::pair<LinkEnd, LinkEnd>> standing(const Pair& pair, const Joints& joints) const {
        const auto near = end(pair.near, *pair.nearEnd);
        const auto far = end(pair.far, *pair.farEnd);
        if (!near || !far || joints.other(*near) != far) return std::nullopt;
        return std::pair(*near, *far);
    }

    const world::NetSpec& spec_;
    const std::string& folder_;
    std::vector<Space> spaces_;
};

}  // namespace

Result<void> ensure_network(const world::NetSpec& spec, const std::string& folder, std::string_view rules) {
    TENANTRY_CHECK(!spec.namespaces.empty() && spec.namespaces.front().name == routerName,
                   "the router is the first namespace of an environment");
    for (const NamespaceSpec& space : spec.namespaces)
        TENANTRY_CHECK(space.path == pin_path(folder, space.name), "a namespace is pinned in its placement's folder");
    return Change(spec, folder).run(rules);
}

}  // namespace tenantry::host
