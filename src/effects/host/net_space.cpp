#include "net_space.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <linux/netlink.h>

namespace tenantry::host {
namespace {

/// Number of a namespace for another one -> place in the list.
using Numbers = std::map<std::int32_t, std::size_t>;

// Asks only until all numbers that its links name are known: a task's one link leads to the router, which stands first.
Result<Numbers> numbers_in(Space& space, const std::vector<Space>& spaces) {
    std::set<std::int32_t> open;
    for (const KernelLink& link : space.links)
        if (link.far) open.insert(*link.far);
    Numbers known;
    for (std::size_t i = 0; i < spaces.size() && !open.empty(); ++i) {
        if (&spaces[i] == &space) continue;
        const auto number = TRY(number_of(space.route, spaces[i].file.file.number()));
        if (number && open.erase(*number) != 0) known[*number] = i;
    }
    return known;
}

}  // namespace

Result<Space> open_space(std::string name, OpenNamespace file) {
    TRY_VOID(enter(file));
    return Space{std::move(name), std::move(file), TRY(Netlink::open(NETLINK_ROUTE))};
}

Result<void> look(std::vector<Space>& spaces) {
    for (Space& space : spaces) space.links = TRY(wrap(list_links(space.route), "the namespace {}", space.name));
    return {};
}

Result<Joints> Joints::find(std::vector<Space>& spaces) {
    Joints joints;
    for (std::size_t i = 0; i < spaces.size(); ++i) {
        const Numbers numbers = TRY(wrap(numbers_in(spaces[i], spaces), "the namespace {}", spaces[i].name));
        auto& others = joints.others_.emplace_back(spaces[i].links.size());
        for (std::size_t j = 0; j < others.size(); ++j) {
            const KernelLink& link = spaces[i].links[j];
            const auto number = link.far ? numbers.find(*link.far) : numbers.end();
            if (link.peer == 0 || (link.far && number == numbers.end())) continue;
            const std::size_t where = link.far ? number->second : i;
            const auto& there = spaces[where].links;
            const auto end = std::ranges::find(there, link.peer, &KernelLink::index);
            if (end != there.end()) others[j] = LinkEnd{where, static_cast<std::size_t>(end - there.begin())};
        }
    }
    return joints;
}

}  // namespace tenantry::host
