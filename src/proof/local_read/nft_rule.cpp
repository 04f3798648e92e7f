#include "nft_rule.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "nft_translate.hpp"

namespace tenantry::local_read {
namespace {

// A rule is split by the elements of its sets up to this many parts, so that a witness names the element; larger sets
// stay one rule.
constexpr std::size_t mostParts = 4096;

// Statements that neither stop a packet nor change it.
constexpr std::array irrelevantStatements{"counter", "log"};
// Statements that let some packets on, depending on what the model does not have (rates, numbers of connections).
constexpr std::array doubtfulStatements{"limit", "ct count"};

/// One rule in the making: what got through its statements so far.
struct Part {
    Match match;
    Span at;
};

class RuleReader {
  public:
    RuleReader(NftContext& context, const ChainNames& chains, Span at)
        : context_(context), chains_(chains), parts_{{Match::everything(), at}} {}

    std::vector<verify::Rule> read(const Node& expression) {
        for (std::size_t i = 0; i < expression.size(); ++i) read_statement(expression.item(i));
        return std::move(rules_);
    }

  private:
    void read_statement(const Node& node) {
        if (!node.is_map() || node.size() != 1) return unclear(node.at(), "A statement of the rule is not known.");
        const syntax::Entry statement = node.entry(0);
        if (ended_)
            return unclear(statement.keyAt, fmt::format("`{}` stands behind the end of the rule.", statement.key));
        if (std::ranges::find(irrelevantStatements, statement.key) != irrelevantStatements.end()) return;
        if (std::ranges::find(doubtfulStatements, statement.key) != doubtfulStatements.end()) return doubt();
        if (statement.key == "match") return read_match(statement.value);
        if (statement.key == "vmap") return read_verdict_map(statement.value);
        if (statement.key == "dnat") return read_translation(statement);
        if (const auto action = read_verdict(node)) return end(*action);
        unclear(statement.keyAt, fmt::format("What `{}` does in a rule is not known.", statement.key));
    }

    void read_match(const Node& match) {
        const auto left = match.find("left");
        const auto right = match.find("right");
        const auto op = match.find("op");
        if (!left || !right || !op || match.size() != 3)
            return unclear(match.at(), "A match of the rule is not known.");
        const auto key = read_key(*left);
        if (!key) return unclear(left->at(), "What this match of the rule looks at is not known.");
        const std::string_view sign = as_text(*op).value_or("");
        const bool listed = right->is_list();  // bits of a mask, not a set
        if (sign == "in" || (sign == "==" && !listed)) return narrow(*key, choices(*key, *right));
        if (sign == "!=" && !listed) return narrow(*key, {opposite_of(choices(*key, *right))});
        if (sign == "<" || sign == ">" || sign == "<=" || sign == ">=")
            if (const auto compared = read_comparison(*key, sign, *right))
                return narrow(*key, {{*compared, parts_.front().at, {}}});
        unclear(op->at(), fmt::format("What `{}` means in this match is not known.", sign));
    }

    // What the right side stands for, each with the place that a witness should name.
    std::vector<SetElement> choices(const Key& key, const Node& right) {
        if (is_set(right)) return read_elements(context_, key, right, false);
        return {{read_value(context_, key, right), parts_.front().at, {}}};
    }

    SetElement opposite_of(const std::vector<SetElement>& elements) {
        return {opposite(united(elements), context_.budget), parts_.front().at, {}};
    }

    Match united(const std::vector<SetElement>& elements) {
        std::vector<Match> matches;
        for (const SetElement& element : elements) matches.push_back(element.match);
        return any_of(matches, context_.budget);
    }

    // Keeps of each part what lies in any of the elements.
    void narrow(const Key& key, std::vector<SetElement> elements) {
        for (SetElement& element : elements) element.match = looked_at(key, std::move(element.match), context_.budget);
        std::vector<Part> next;
        if (elements.size() * parts_.size() > mostParts || elements.empty()) {
            const Match all = united(elements);
            for (const Part& part : parts_) next.push_back({both(part.match, all, context_.budget), part.at});
        } else {
            for (const Part& part : parts_)
                for (const SetElement& element : elements)
                    next.push_back({both(part.match, element.match, context_.budget),
                                    elements.size() == 1 && parts_.size() > 1 ? part.at : element.at});
        }
        parts_ = std::move(next);
    }

    void read_verdict_map(const Node& map) {
        const auto left = map.find("key");
        const auto data = map.find("data");
        const auto key = left && data && map.size() == 2 ? read_key(*left) : std::nullopt;
        if (!key || !is_set(*data)) return unclear(map.at(), "What this verdict map looks at is not known.");
        const std::vector<Part> before = parts_;
        for (SetElement& element : read_elements(context_, *key, *data, true)) {
            const auto action = element.data ? read_verdict(*element.data) : std::nullopt;
            if (!action) {
                if (element.data) context_.scope.unclear(element.at, "What this element of a map does is not known.");
                continue;
            }
            parts_ = before;
            narrow(*key, {std::move(element)});
            end(*action);
        }
        ended_ = true;
    }

    void read_translation(const syntax::Entry& statement) {
        const auto translation = read_dnat(statement.value);
        if (!translation) return unclear(statement.keyAt, "Where this rule's `dnat` leads to is not known.");
        if (!translation->exact) doubt();
        if (!translation->action.to.empty()) end(translation->action);
        ended_ = true;
    }

    // `{"accept": null}`, `{"jump": {"target": "x"}}`.
    std::optional<verify::Action> read_verdict(const Node& node) {
        if (!node.is_map() || node.size() != 1) return std::nullopt;
        const syntax::Entry verdict = node.entry(0);
        if (verdict.key == "accept") return verify::Accept{};
        if (verdict.key == "drop" || verdict.key == "reject") return verify::Drop{};
        if (verdict.key == "return") return verify::Return{};
        const auto target = verdict.value.find("target");
        if ((verdict.key != "jump" && verdict.key != "goto") || !target) return std::nullopt;
        const auto chain = chains_.find(as_text(*target).value_or(""));
        if (chain == chains_.end()) return std::nullopt;
        if (verdict.key == "jump") return verify::Jump{chain->second};
        return verify::Goto{chain->second};
    }

    void end(const verify::Action& action) {
        for (const Part& part : parts_) {
            if (!part.match.sure.empty() || part.match.maybe.empty())
                rules_.push_back({part.match.sure, action, true, part.at});
            if (!part.match.maybe.empty()) rules_.push_back({part.match.maybe, action, false, part.at});
        }
        ended_ = true;
    }

    void doubt() {
        for (Part& part : parts_) part.match = doubted(std::move(part.match));
    }

    void unclear(Span at, std::string what) {
        context_.scope.unclear(at, std::move(what));
        doubt();
    }

    NftContext& context_;
    const ChainNames& chains_;
    std::vector<Part> parts_;
    std::vector<verify::Rule> rules_;
    bool ended_ = false;
};

}  // namespace

std::vector<verify::Rule> read_rule(NftContext& context, const ChainNames& chains, const Node& expression, Span at) {
    return RuleReader(context, chains, at).read(expression);
}

}  // namespace tenantry::local_read
