// How releases reach the stages, and claims that may be violated for a while.

#include "programs.hpp"

namespace tenantry::model {
namespace {

std::optional<Wave> read_wave(const syntax::Node& node, Diagnostics& diagnostics) {
    if (!node.is_map()) {
        const auto share = read_scalar(node, "The wave", diagnostics, parse_share);
        return share ? std::optional<Wave>(*share) : std::nullopt;
    }
    MapReader map({node, node.at()}, "the wave", keys::wave(), diagnostics);
    const auto list = map.find("tenants");
    std::vector<TenantName> tenants;
    if (!list || !expect_list(*list, "`tenants`", diagnostics)) return std::nullopt;
    for (std::size_t i = 0; i < list->node.size(); ++i)
        if (auto tenant = read_scalar(list->node.item(i), "The tenant", diagnostics, TenantName::parse))
            tenants.push_back(*std::move(tenant));
    return Wave{std::move(tenants)};
}

// Shares grow, and the last wave is everybody.
void check_waves(const std::vector<Wave>& waves, const Place& place, Diagnostics& diagnostics) {
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < waves.size(); ++i) {
        const auto* share = std::get_if<std::uint32_t>(&waves[i]);
        if (share == nullptr) continue;
        if (*share <= last)
            diagnostics.add(code::badValue, place.node.item(i).at(),
                            fmt::format("A wave of {}% comes after one of {}%.", *share, last),
                            "shares count from the beginning and grow, as in `[25%, 100%]`");
        last = *share;
    }
    if (last != 100)
        diagnostics.add(code::badValue, place.keyAt,
                        "The last wave must be `100%`: else some environments never get the release.",
                        "add `100%` at the end");
}

StageDelivery read_stage(const Place& place, std::string_view stage, Diagnostics& diagnostics) {
    StageDelivery delivery;
    MapReader map(place, fmt::format("the delivery of `{}`", stage), keys::stage_delivery(), diagnostics);
    if (const auto waves = map.find("waves"); waves && expect_list(*waves, "`waves`", diagnostics)) {
        delivery.waves.clear();
        bool all = true;
        for (std::size_t i = 0; i < waves->node.size(); ++i) {
            auto wave = read_wave(waves->node.item(i), diagnostics);
            all = all && wave.has_value();
            if (wave) delivery.waves.push_back(*std::move(wave));
        }
        if (all) check_waves(delivery.waves, *waves, diagnostics);
    }
    delivery.bake = map.scalar("bake", parse_duration).value_or(delivery.bake);
    delivery.failures = map.scalar("failures", parse_count).value_or(0);
    delivery.approvals = map.scalar("approvals", parse_count).value_or(0);
    if (const auto freeze = map.find("freeze"); freeze && expect_list(*freeze, "`freeze`", diagnostics))
        for (std::size_t i = 0; i < freeze->node.size(); ++i)
            if (const auto times = read_scalar(freeze->node.item(i), "The time", diagnostics, parse_freeze))
                delivery.freeze.push_back(*times);
    return delivery;
}

void read_order(const std::optional<Place>& place, const Platform& platform, const StageNames& stages,
                Delivery& delivery, Diagnostics& diagnostics) {
    if (!place || !expect_list(*place, "`order`", diagnostics)) {
        for (const Stage& stage : platform.stages) delivery.order.push_back(stage.name);
        return;
    }
    for (std::size_t i = 0; i < place->node.size(); ++i) {
        const syntax::Node item = place->node.item(i);
        auto stage = read_scalar(item, "The stage", diagnostics, StageName::parse);
        if (!stage) continue;
        if (std::ranges::find(stages, stage->str()) == stages.end())
            diagnostics.add(code::unknownName, item.at(), fmt::format("There is no stage {}.", quote(stage->str())),
                            suggest(stage->str(), stages));
        else if (std::ranges::find(delivery.order, *stage) != delivery.order.end())
            diagnostics.add(code::badValue, item.at(), fmt::format("`{}` stands twice in the order.", stage->str()));
        else
            delivery.order.push_back(*std::move(stage));
    }
    for (const std::string_view stage : stages)
        if (std::ranges::find(delivery.order, stage, [](const StageName& s) -> std::string_view { return s.str(); }) ==
            delivery.order.end())
            diagnostics.add(code::missingKey, place->keyAt, fmt::format("The order leaves out the stage `{}`.", stage),
                            "name every stage once");
}

void read_exception(const syntax::Node& node, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    MapReader map({node, node.at()}, "the exception", keys::exception(), diagnostics);
    if (!map.is_map()) return;
    const auto claim = map.scalar("claim", parse_claim);
    const auto where = map.scalar("where", parse_where);
    const auto reason = map.scalar("reason", FreeText::parse);
    const auto by = map.scalar("by", FreeText::parse);
    const auto until = map.scalar("until", parse_date);
    if (where && where->stage != "*" && std::ranges::find(stages, where->stage) == stages.end())
        diagnostics.add(code::unknownName, map.find("where")->node.at(),
                        fmt::format("There is no stage {}.", quote(where->stage)), suggest(where->stage, stages));
    if (claim && where && reason && by && until)
        platform.exceptions.push_back(
            {*claim, where->tenant, where->stage, *reason, *by, *until, map.find("claim")->node.at()});
}

}  // namespace

void read_delivery(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    MapReader map(place, "`delivery`", keys::delivery(), diagnostics, stages);
    platform.delivery.order.clear();
    read_order(map.find("order"), platform, stages, platform.delivery, diagnostics);
    for (std::size_t i = 0; map.is_map() && i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        if (std::ranges::find(stages, entry.key) != stages.end())
            platform.delivery.stages.emplace(entry.key, read_stage({entry.value, entry.keyAt}, entry.key, diagnostics));
    }
    for (const Stage& stage : platform.stages) {
        if (!stage.like || platform.delivery.stages.contains(stage.name.str())) continue;
        if (const auto other = platform.delivery.stages.find(*stage.like); other != platform.delivery.stages.end())
            platform.delivery.stages.emplace(stage.name.str(), other->second);
    }
}

void read_exceptions(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    if (!expect_list(place, "`exceptions`", diagnostics)) return;
    for (std::size_t i = 0; i < place.node.size(); ++i)
        read_exception(place.node.item(i), stages, platform, diagnostics);
}

}  // namespace tenantry::model
