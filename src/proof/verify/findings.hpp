#pragma once

#include <map>
#include <string>
#include <vector>

#include <tenantry/verify/trace.hpp>
#include <tenantry/verify/verdict.hpp>

#include "explore.hpp"

namespace tenantry::verify {

/// What the examination of one claim gave, of the whole platform or of one environment.
struct Examined {
    std::vector<Finding> findings;
    std::vector<std::string> doubts;  ///< why it may be unknown, each a full sentence
    std::vector<std::string> shared;
    Basis basis;

    void append(Examined other);
};

/// Findings of one claim and environment; of those with one key the first stays and the others are counted in its
/// summary, so that one mistake is one finding.
class Findings {
  public:
    Findings(Claim claim, std::string environment) : claim_(claim), environment_(std::move(environment)) {}

    /// `summary` is a full sentence. The witness is moved from only inside, so that the call may name it in `summary`.
    void add(const std::string& key, std::string summary, ModelPath contradicts, Witness&& witness);
    [[nodiscard]] bool has(const std::string& key) const { return byKey_.contains(key); }
    /// One more like the one that is there already.
    void count(const std::string& key) { ++rows_[byKey_.at(key)].more; }
    std::vector<Finding> take() &&;

  private:
    struct Row {
        Finding finding;
        std::size_t more = 0;
    };
    Claim claim_;
    std::string environment_;
    std::vector<Row> rows_;
    std::map<std::string, std::size_t> byKey_;
};

/// A packet that shows something, replayed by the concrete interpreter: `arrived` lies in a set of `reach` that came by
/// `way`. `wish` is the packet that a reader would like best; the result is as near to it as the translations allow.
Witness replay(const Facts& facts, const Reach& reach, std::size_t way, const Packet& arrived, const Packet& wish,
               SendBy by, const std::function<bool(const Trace&)>& wanted);

/// The same for packets that came to a device of another owner (Reach::strayed).
Witness replay_stray(const Facts& facts, const Reach& reach, const Arrival& arrival);

/// Facts that speak for themselves.
Witness shows(std::vector<Hop> hops);

}  // namespace tenantry::verify
