#include <algorithm>

#include <fmt/format.h>

#include <tenantry/view/lock.hpp>

namespace tenantry::view {
namespace {

using blueprint::Chosen;
using blueprint::Moved;
using blueprint::Precedence;

std::string ids(blueprint::UidRange uids) { return fmt::format("ids from {}", uids.first); }

std::string_view reason(Precedence because) {
    switch (because) {
        case Precedence::applied:
            return "which a target runs";
        case Precedence::bothSides:
            return "which both sides have";
        case Precedence::active:
            return "which is not retired";
        case Precedence::firstName:
            return "whose name comes first";
    }
    return "";
}

std::string moved_line(const Moved& moved) {
    if (!moved.newBlock)
        return fmt::format("  - {} was retired and is forgotten: {} or its {} belong to {}, {}\n", moved.environment,
                           moved.block.str(), ids(moved.uids), moved.keeper, reason(moved.because));
    return fmt::format("  ~ {} moves from {} ({}) to {} ({}): the old ones stay with {}, {}\n", moved.environment,
                       moved.block.str(), ids(moved.uids), moved.newBlock->str(), ids(*moved.newUids), moved.keeper,
                       reason(moved.because));
}

std::string chosen_line(const Chosen& chosen) {
    return fmt::format("  = {} stays at {} ({}); one side had it at {} ({})\n", chosen.environment, chosen.block.str(),
                       ids(chosen.uids), chosen.left.str(), ids(chosen.leftUids));
}

void write_moved(const Moved& moved, JsonText& json) {
    json.object(Layout::line)
        .member("environment", moved.environment)
        .member("from", moved.block.str())
        .member("fromUid", moved.uids.first);
    if (moved.newBlock) json.member("to", moved.newBlock->str()).member("toUid", moved.newUids->first);
    json.member("keeper", moved.keeper).member("because", to_string(moved.because)).end();
}

}  // namespace

std::string lock_text(const LockChange& change) {
    if (!change.written) return "platform.lock is up to date\n";
    const auto& [lock, moved, chosen] = change.resolution;
    std::string text =
        fmt::format("platform.lock: {} new block{}", change.added.size(), change.added.size() == 1 ? "" : "s");
    if (!moved.empty()) text += fmt::format(", {} moved", moved.size());
    text += '\n';
    for (const Moved& one : moved) text += moved_line(one);
    for (const Chosen& one : chosen) text += chosen_line(one);
    for (const std::string& name : change.added) {
        const auto block = std::ranges::find(lock.blocks, name, &blueprint::LockedBlock::name);
        text += fmt::format("  + {} {}\n", block->block.str(), name);
    }
    if (!moved.empty() || !chosen.empty())
        text += "If a target runs one of these already, put the conflict back with `git checkout -m platform.lock`\n"
                "and name it: `tenantry lock --resolve --applied TENANT/STAGE`.\n";
    return text + "Commit the file: these addresses are the environments' for ever.\n";
}

void lock_json(const LockChange& change, JsonText& json) {
    json.member("written", change.written).key("added").array();
    for (const std::string& name : change.added) json.value(name);
    json.end().key("moved").array();
    for (const Moved& moved : change.resolution.moved) write_moved(moved, json);
    json.end().key("chosen").array();
    for (const Chosen& chosen : change.resolution.chosen)
        json.object(Layout::line)
            .member("environment", chosen.environment)
            .member("block", chosen.block.str())
            .member("uid", chosen.uids.first)
            .member("left", chosen.left.str())
            .member("leftUid", chosen.leftUids.first)
            .end();
    json.end();
}

}  // namespace tenantry::view
