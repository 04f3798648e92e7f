#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <tenantry/blueprint/network_use.hpp>
#include <tenantry/view/network.hpp>

namespace tenantry::view {
namespace {

using blueprint::LockedBlock;

std::uint32_t last_uid(const LockedBlock& block) { return block.uids.first + blueprint::uidsPerEnvironment - 1; }

/// What stands beside a block in the table.
class States {
  public:
    explicit States(const compile::Compiled& compiled)
        : provisional_(compiled.provisional.begin(), compiled.provisional.end()) {
        for (const blueprint::Environment& environment : compiled.blueprint.environments)
            inFiles_.insert(environment.name());
    }
    [[nodiscard]] std::string_view of(const LockedBlock& block) const {
        if (block.retired) return "retired";
        return provisional_.contains(block.name()) ? "provisional" : "active";
    }
    [[nodiscard]] bool left_the_files(const LockedBlock& block) const {
        return !block.retired && !inFiles_.contains(block.name());
    }
    [[nodiscard]] bool any_provisional() const { return !provisional_.empty(); }

  private:
    std::set<std::string, std::less<>> provisional_, inFiles_;
};

std::string pool_text(const model::Network& network, const blueprint::PoolUse& use) {
    std::string text =
        fmt::format("pool {}: {} blocks of /{}: {} given, {} retired, {} to be avoided, {} free", network.pool.str(),
                    use.blocks, network.blockPrefix, use.active, use.retired, use.avoided, use.free);
    text += use.next ? fmt::format("; next {}\n", use.next->str()) : "\n";
    return text + fmt::format("host ids: {} ranges free\n", use.freeUids);
}

}  // namespace

std::string network_text(const compile::Compiled& compiled) {
    const States states(compiled);
    std::size_t width = std::string_view("ENVIRONMENT").size();
    for (const LockedBlock& block : compiled.lock.blocks) width = std::max(width, block.name().size());
    constexpr auto columns = "{:<18} {:<{}} {:<11} {:<22} {:>3}  {}\n";
    std::string text = fmt::format(columns, "BLOCK", "ENVIRONMENT", width, "STATE", "IDS", "GEN", "ACCOUNT");
    std::string left;
    for (const LockedBlock& block : compiled.lock.blocks) {
        text += fmt::format(columns, block.block.str(), block.name(), width, states.of(block),
                            fmt::format("{}..{}", block.uids.first, last_uid(block)), block.generation,
                            block.account.value_or("-"));
        if (states.left_the_files(block)) left += " " + block.name();
    }
    const model::Network& network = compiled.model.platform.network;
    text += "\n" + pool_text(network, blueprint::pool_use(compiled.lock, network));
    if (states.any_provisional()) text += "provisional: not in platform.lock before `tenantry lock` writes it\n";
    if (!left.empty()) text += "active, but no longer in the platform's files:" + left + "\n";
    return text;
}

void network_json(const compile::Compiled& compiled, JsonText& json) {
    const States states(compiled);
    const model::Network& network = compiled.model.platform.network;
    const blueprint::PoolUse use = blueprint::pool_use(compiled.lock, network);
    json.key("pool").object().member("range", network.pool.str()).member("blockPrefix", int{network.blockPrefix});
    json.member("blocks", use.blocks)
        .member("given", use.active)
        .member("retired", use.retired)
        .member("avoided", use.avoided)
        .member("free", use.free);
    if (use.next) json.member("next", use.next->str());
    json.member("freeUidRanges", use.freeUids).end().key("blocks").array();
    for (const LockedBlock& block : compiled.lock.blocks) {
        json.object(Layout::line).member("block", block.block.str()).member("environment", block.name());
        json.member("state", states.of(block)).member("uidFirst", block.uids.first).member("uidLast", last_uid(block));
        json.member("gen", block.generation);
        if (block.account) json.member("account", *block.account);
        json.member("inFiles", !block.retired && !states.left_the_files(block)).end();
    }
    json.end();
}

std::string reclaim_text(std::span<const LockedBlock> freed) {
    std::string text;
    for (const LockedBlock& block : freed)
        text += fmt::format("  - {} {} (ids {}..{}, gen {})\n", block.block.str(), block.name(), block.uids.first,
                            last_uid(block), block.generation);
    return text;
}

void reclaim_json(std::span<const LockedBlock> freed, JsonText& json) {
    json.key("freed").array();
    for (const LockedBlock& block : freed)
        json.object(Layout::line)
            .member("block", block.block.str())
            .member("environment", block.name())
            .member("uidFirst", block.uids.first)
            .member("uidLast", last_uid(block))
            .member("gen", block.generation)
            .end();
    json.end();
}

}  // namespace tenantry::view
