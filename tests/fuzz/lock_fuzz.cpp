#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <tenantry/blueprint/resolve_lock.hpp>

#include "laws.hpp"

namespace {

using namespace tenantry;
using blueprint::Lock;
using blueprint::LockedBlock;

// Sorted, apart, with ids of their own that leave out (uid_t)-1.
void require_apart(const Lock& lock) {
    std::vector<std::uint32_t> uids;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < lock.blocks.size(); ++i) {
        const LockedBlock& block = lock.blocks[i];
        if (i > 0) fuzz::require(lock.blocks[i - 1].block.last() < block.block.base);
        fuzz::require(block.uids.first >= blueprint::firstUid && block.generation >= 1);
        fuzz::require(block.uids.first <= 0xFFFF'FFFF - blueprint::uidsPerEnvironment);
        uids.push_back(block.uids.first);
        names.push_back(block.name());
    }
    std::ranges::sort(uids);
    std::ranges::sort(names);
    for (std::size_t i = 1; i < uids.size(); ++i)
        fuzz::require(uids[i] - uids[i - 1] >= blueprint::uidsPerEnvironment && names[i] != names[i - 1]);
}

std::optional<Lock> read(const std::string& text) {
    Sources sources;
    const SourceId id = sources.add("platform.lock", text);
    Diagnostics diagnostics;
    auto lock = blueprint::read_lock(sources, id, diagnostics);
    fuzz::require_answer(sources, lock, diagnostics);
    return lock;
}

void require_read_back(const Lock& lock) {
    const std::string text = to_text(lock);
    const auto again = read(text);
    fuzz::require(again.has_value() && to_text(*again) == text);
}

model::Network network_of(std::uint8_t a, std::uint8_t b) {
    static constexpr std::array pools{"10.0.0.0/8", "10.0.0.0/16", "172.16.0.0/12", "192.168.0.0/16"};
    static constexpr std::array avoids{"10.0.0.0/20", "10.64.0.0/10", "172.16.0.0/12", "10.0.16.0/32"};
    model::Network network;
    network.pool = *Cidr::parse(pools[b % pools.size()]);
    network.blockPrefix = static_cast<std::uint8_t>(16 + a % 7);
    for (std::size_t i = 0; i < avoids.size(); ++i)
        if ((b >> (2 + i) & 1) != 0) network.avoid.push_back(*Cidr::parse(avoids[i]));
    std::ranges::sort(network.avoid);
    return network;
}

std::vector<blueprint::Wanted> wanted(const Lock& lock) {
    std::vector<blueprint::Wanted> all;
    for (const char* tenant : {"acme", "norte", "zeta"})
        for (const char* stage : {"demo", "production"})
            all.push_back({*TenantName::parse(tenant), *StageName::parse(stage), {}});
    // Some of those that are there already, so that retired ones come back.
    for (std::size_t i = 0; i < lock.blocks.size(); i += 2)
        all.push_back({lock.blocks[i].tenant, lock.blocks[i].stage, {}});
    const auto key = [](const blueprint::Wanted& w) { return std::tie(w.tenant, w.stage); };
    std::ranges::sort(all, {}, key);
    const auto twice = std::ranges::unique(all, {}, key);
    all.erase(twice.begin(), twice.end());
    return all;
}

// What stood in the lock stands there as it was; a retired one may have come back.
void require_unmoved(const Lock& before, const Lock& after) {
    std::map<std::string, const LockedBlock*> rows;
    for (const LockedBlock& block : after.blocks) rows.emplace(block.name(), &block);
    for (const LockedBlock& block : before.blocks) {
        const auto now = rows.find(block.name());
        fuzz::require(now != rows.end());
        const LockedBlock& same = *now->second;
        fuzz::require(same.block == block.block && same.uids == block.uids && same.account == block.account);
        const bool back = block.retired && !same.retired;
        fuzz::require(same.generation == block.generation + (back ? 1 : 0) && (back || same.retired == block.retired));
    }
}

void require_places(const Lock& lock, const std::vector<blueprint::Wanted>& all, const model::Network& network) {
    for (const blueprint::Wanted& one : all) {
        const auto row = std::ranges::find_if(
            lock.blocks, [&](const LockedBlock& b) { return b.tenant == one.tenant && b.stage == one.stage; });
        fuzz::require(row != lock.blocks.end() && !row->retired);
        fuzz::require(network.pool.contains(row->block) && row->block.prefix == network.blockPrefix);
        for (const Cidr avoid : network.avoid) fuzz::require(!avoid.overlaps(row->block));
    }
}

// Whatever the markers say, what comes of them is a lock, and mending it again changes nothing.
void require_mended(const std::string& text, const model::Network& network) {
    const auto resolve = [&](const std::string& bytes) {
        Sources sources;
        const SourceId id = sources.add("platform.lock", bytes);
        Diagnostics diagnostics;
        auto resolution = blueprint::resolve_lock(sources, id, {}, network, diagnostics);
        fuzz::require_answer(sources, resolution, diagnostics);
        return resolution;
    };
    const auto mended = resolve(text);
    if (!mended) return;
    require_apart(mended->lock);
    require_read_back(mended->lock);
    const auto again = resolve(to_text(mended->lock));
    fuzz::require(again && again->moved.empty() && again->chosen.empty());
    fuzz::require(to_text(again->lock) == to_text(mended->lock));
}

}  // namespace

// Two bytes choose a network; the rest is platform.lock.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const model::Network network = network_of(data[0], data[1]);
    const std::string text(data + 2, data + size);
    require_mended(text, network);
    const auto lock = read(text);
    if (!lock) return 0;
    require_apart(*lock);
    require_read_back(*lock);
    const auto all = wanted(*lock);
    Diagnostics diagnostics;
    const auto allocation = blueprint::allocate(*lock, all, network, diagnostics);
    fuzz::require(allocation.has_value() == diagnostics.empty());
    if (!allocation) return 0;
    require_apart(allocation->lock);
    require_read_back(allocation->lock);
    require_unmoved(*lock, allocation->lock);
    require_places(allocation->lock, all, network);
    const auto again = blueprint::allocate(allocation->lock, all, network, diagnostics);
    fuzz::require(again && again->added.empty() && to_text(again->lock) == to_text(allocation->lock));
    return 0;
}
