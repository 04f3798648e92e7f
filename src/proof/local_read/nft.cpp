#include "nft.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include <tenantry/local_read/codes.hpp>
#include <tenantry/syntax/json.hpp>

#include "nft_chains.hpp"
#include "nft_rule.hpp"

namespace tenantry::local_read {
namespace {

// Cubes that one router's rules may cost: 64 MiB of them. A router of 200 tasks that all call each other needs a tenth.
constexpr std::size_t mostCubes = std::size_t{1} << 20;

struct NamedHook {
    std::string_view name;
    verify::Hook hook;
};
constexpr std::array hooks{NamedHook{"prerouting", verify::Hook::prerouting}, NamedHook{"input", verify::Hook::input},
                           NamedHook{"forward", verify::Hook::forward}, NamedHook{"output", verify::Hook::output},
                           NamedHook{"postrouting", verify::Hook::postrouting}};

// A chain's priority, which may be negative.
std::optional<std::int32_t> as_priority(const Node& node) {
    if (const auto positive = as_number(node)) return static_cast<std::int32_t>(std::min(*positive, 0x7fffffffU));
    if (!node.is_scalar() || node.quoted() || !node.text().starts_with('-')) return std::nullopt;
    std::int32_t value = 0;
    const auto [stop, error] = std::from_chars(node.text().data(), node.text().data() + node.text().size(), value);
    if (error != std::errc() || stop != node.text().data() + node.text().size()) return std::nullopt;
    return value;
}

class RuleSet {
  public:
    RuleSet(const Scope& scope, const Networks& networks, Index<verify::Device> router)
        : context_{scope, networks, router, Budget(mostCubes), {}} {}

    // Rules refer to chains and sets that may stand behind them, so those come first.
    void read(const Node& list, Span at) {
        for (std::size_t i = 0; i < list.size(); ++i) read_command(list.item(i));
        for (const auto& [object, name] : elements_) read_elements_of(object, name);
        for (const Node& rule : rules_) {
            if (context_.budget.exceeded()) break;
            read_one_rule(rule);
        }
        if (context_.budget.exceeded())
            context_.scope.wrong(code::rulesTooLarge, {at.source, at.begin, at.begin + 1},
                                 fmt::format("The rules need more than {} ranges.", mostCubes));
        drop_impossible_jumps(context_.scope, chains_);
        refuse_misplaced_translation(context_.scope, chains_);
        lower_early_states(context_.scope, chains_);
        context_.scope.reading.facts.devices[context_.router.at].chains = std::move(chains_);
    }

  private:
    void unclear(Span at, std::string what) const { context_.scope.unclear(at, std::move(what)); }

    void read_command(const Node& node) {
        if (!node.is_map() || node.size() != 1) return unclear(node.at(), "This nft command is not known.");
        const syntax::Entry entry = node.entry(0);
        if (entry.key == "metainfo") return;  // the version of the program that listed
        const bool command = entry.key == "add" || entry.key == "create";
        if (!command) return read_object(entry, false);
        if (!entry.value.is_map() || entry.value.size() != 1)
            return unclear(entry.value.at(), "This nft command is not known.");
        read_object(entry.value.entry(0), true);
    }

    void read_object(const syntax::Entry& entry, bool command) {
        static constexpr std::array known{"table", "chain", "set", "map", "element", "rule"};
        if (std::ranges::find(known, entry.key) == known.end())
            return unclear(entry.keyAt, fmt::format("What `{}` means in a rule set is not known.", entry.key));
        const auto object = Object::of(context_.scope, entry.value, "the nft object");
        if (!object || !in_the_table(*object, entry.key == "table")) return;
        if (entry.key == "table") object->expect_only({"family", "name", "handle", "comment"});
        if (entry.key == "chain") read_chain(*object);
        if (entry.key == "set" || entry.key == "map") read_set(*object, entry.key == "map");
        if (entry.key == "rule") collect_rule(*object, command);
        if (entry.key == "element") {
            object->expect_only({"family", "table", "name", "elem"});
            if (const auto name = object->text("name")) elements_.push_back({*object, *name});
        }
    }

    // One table of a family with IPv4 is read; what another one does besides is not known.
    bool in_the_table(const Object& object, bool isTable) {
        const auto family = object.text("family");
        const auto name = object.text(isTable ? "name" : "table");
        if (!family || !name) return false;
        std::pair<std::string, std::string> table{*family, *name};
        if (!table_ && (*family == "inet" || *family == "ip")) table_ = table;
        if (isTable) added_.insert(table);
        if (!added_.contains(table) && missing_.insert(table).second)
            unclear(object.find("table")->at(),
                    fmt::format("The table `{} {}` is not there before this.", *family, *name));
        if (table == table_) return true;
        const Span at = object.find(isTable ? "name" : "table")->at();
        if (others_.insert(table).second)
            unclear(at,
                    fmt::format("The table `{} {}` is read by nobody; one table `inet` is expected.", *family, *name));
        return false;
    }

    void read_chain(const Object& object) {
        object.expect_only({"family", "table", "name", "handle", "type", "hook", "prio", "policy", "comment"});
        const auto name = object.text("name");
        if (!name) return;
        const Span at = object.find("name")->at();
        if (!names_.try_emplace(std::string(*name), static_cast<std::uint32_t>(chains_.size())).second)
            return unclear(at, fmt::format("The chain `{}` is added twice.", *name));
        verify::Chain chain{std::string(*name), {}, {}, at};
        if (object.find("hook") || object.find("type")) chain.base = read_base(object);
        chains_.push_back(std::move(chain));
    }

    std::optional<verify::Chain::Base> read_base(const Object& object) {
        const auto type = object.text("type");
        const auto hook = object.text("hook");
        const auto priority = object.need("prio");
        if (!type || !hook || !priority) return std::nullopt;
        const auto known = std::ranges::find(hooks, *hook, &NamedHook::name);
        const auto number = as_priority(*priority);
        const auto policy = object.find("policy");
        const std::string_view policyName = policy ? as_text(*policy).value_or("") : "accept";
        if ((*type != "filter" && *type != "nat") || known == hooks.end() || !number ||
            (policyName != "accept" && policyName != "drop")) {
            unclear(object.at(), fmt::format("When the chain of type `{}` at `{}` acts is not known.", *type, *hook));
            return std::nullopt;
        }
        // nf_tables refuses translation where a packet is only passing, and before connection tracking (-200).
        if (*type == "nat" && (known->hook == verify::Hook::forward || *number <= -200)) {
            unclear(object.at(),
                    fmt::format("The kernel refuses a chain of type `nat` at `{}` with priority {}.", *hook, *number));
            return std::nullopt;
        }
        return verify::Chain::Base{known->hook, *number, policyName == "accept", *type == "nat"};
    }

    void read_set(const Object& object, bool isMap) {
        object.expect_only({"family", "table", "name", "handle", "type", "map", "flags", "elem", "size", "policy",
                            "auto-merge", "comment"});
        const auto name = object.text("name");
        if (!name) return;
        const auto [set, isNew] = context_.sets.try_emplace(std::string(*name));
        if (!isNew) return unclear(object.find("name")->at(), fmt::format("The set `{}` is added twice.", *name));
        set->second.isMap = isMap;
        if (!object.find("type")) unclear(object.at(), fmt::format("What the set `{}` holds is not said.", *name));
        if (const auto flags = object.find("flags")) read_flags(*flags, set->second);
        // Elements with a time to live say so themselves when they are listed.
        if (object.find("elem")) elements_.push_back({object, *name});
    }

    void read_flags(const Node& flags, NamedSet& set) {
        const std::size_t count = flags.is_list() ? flags.size() : 1;
        for (std::size_t i = 0; i < count; ++i) {
            const Node flag = flags.is_list() ? flags.item(i) : flags;
            const auto text = as_text(flag);
            if (text == "constant" || text == "interval") continue;
            unclear(flag.at(), "What a set with this flag holds later is not known.");
            set.vague = true;
        }
    }

    void read_elements_of(const Object& object, std::string_view name) {
        const auto set = context_.sets.find(name);
        const auto list = object.need("elem");
        if (!list) return;
        if (set == context_.sets.end())
            return unclear(object.at(), fmt::format("Elements are added to `{}`, which is no set of the table.", name));
        std::vector<Node>& elements = set->second.elements;
        if (!list->is_list()) return elements.push_back(*list);
        for (std::size_t i = 0; i < list->size(); ++i) elements.push_back(list->item(i));
    }

    void collect_rule(const Object& object, bool command) {
        object.expect_only({"family", "table", "chain", "expr", "handle", "comment"});
        // In a command, the handle of another rule says where this one goes.
        if (const auto handle = object.find("handle"); handle && command)
            unclear(handle->at(), "Where a rule with a handle is put is not known.");
        rules_.push_back(object.node());
    }

    void read_one_rule(const Node& node) {
        const auto object = Object::of(context_.scope, node, "the rule");
        if (!object) return;
        const auto name = object->text("chain");
        const auto expression = object->list("expr");
        if (!name || !expression) return;
        const auto chain = names_.find(*name);
        if (chain == names_.end())
            return unclear(object->find("chain")->at(), fmt::format("There is no chain `{}` in the table.", *name));
        auto rules = read_rule(context_, names_, *expression, object->at());
        auto& to = chains_[chain->second].rules;
        to.insert(to.end(), std::move_iterator(rules.begin()), std::move_iterator(rules.end()));
    }

    NftContext context_;
    std::optional<std::pair<std::string, std::string>> table_;
    std::set<std::pair<std::string, std::string>> others_;
    std::set<std::pair<std::string, std::string>> added_;    // tables that stand in the text
    std::set<std::pair<std::string, std::string>> missing_;  // and those told to be missing
    std::vector<verify::Chain> chains_;
    ChainNames names_;
    std::vector<std::pair<Object, std::string_view>> elements_;
    std::vector<Node> rules_;
};

}  // namespace

void read_nftables(const Scope& scope, const Networks& networks, Index<verify::Device> router, SourceId source) {
    const auto tree = syntax::parse_json(scope.reading.sources, source, {}, scope.reading.diagnostics);
    if (!tree) return;
    const auto root = Object::of(scope, Node::root(*tree), "the rule set");
    if (!root) return;
    root->expect_only({"nftables"});
    if (const auto list = root->list("nftables")) RuleSet(scope, networks, router).read(*list, root->at());
}

}  // namespace tenantry::local_read
