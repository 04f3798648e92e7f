#include "findings.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>

namespace tenantry::verify {
namespace {

template <class T>
void move_behind(std::vector<T>& to, std::vector<T>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void Examined::append(Examined other) {
    move_behind(findings, other.findings);
    move_behind(doubts, other.doubts);
    move_behind(shared, other.shared);
    basis.environments += other.basis.environments;
    basis.pairs += other.basis.pairs;
    basis.rules += other.basis.rules;
    basis.facts += other.basis.facts;
}

void Findings::add(const std::string& key, std::string summary, ModelPath contradicts, Witness&& witness) {
    if (const auto known = byKey_.find(key); known != byKey_.end()) return void(++rows_[known->second].more);
    byKey_.emplace(key, rows_.size());
    rows_.push_back({{claim_, environment_, std::move(summary), std::move(contradicts), std::move(witness)}});
}

std::vector<Finding> Findings::take() && {
    std::vector<Finding> findings;
    for (Row& row : rows_) {
        if (row.more > 0) row.finding.summary += fmt::format(" ({} more like it.)", row.more);
        findings.push_back(std::move(row.finding));
    }
    return findings;
}

Witness replay(const Facts& facts, const Reach& reach, std::size_t way, const Packet& arrived, const Packet& wish,
               SendBy by, const std::function<bool(const Trace&)>& wanted) {
    const Packet sent = as_sent(reach, way, arrived, wish);
    bool exhausted = true;
    auto found = find_trace(facts, reach.from, sent, SendBy::route, wanted, &exhausted);
    if (!found && by == SendBy::anyInterface) found = find_trace(facts, reach.from, sent, by, wanted, &exhausted);
    TENANTRY_CHECK(found || !exhausted, "a witness takes the way that the exploration found");
    if (!found) return {sent, {{"The facts leave too many choices open to show one path among them.", std::nullopt}}};
    return {sent, std::move(found->hops)};
}

Witness replay_stray(const Facts& facts, const Reach& reach, const Arrival& arrival) {
    const Packet wish{{}, {}, protocol::tcp, 40000, 80, State::fresh};
    const auto packet = arrival.packets.sample(wish);
    TENANTRY_CHECK(packet.has_value(), "an arrival holds a packet");
    return replay(facts, reach, arrival.way, *packet, wish, SendBy::anyInterface, [&](const Trace& trace) {
        return std::ranges::find(trace.passed, arrival.device) != trace.passed.end();
    });
}

Witness shows(std::vector<Hop> hops) { return {std::nullopt, std::move(hops)}; }

}  // namespace tenantry::verify
