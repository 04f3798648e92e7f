// Network, stages, targets: the short maps of platform.yaml.

#include <algorithm>

#include "programs.hpp"

namespace tenantry::model {
namespace {

void read_stage(const syntax::Entry& entry, Platform& platform, Diagnostics& diagnostics) {
    auto name = parse_stage_name(entry.key);
    if (!name) {
        diagnostics.add(code::badValue, entry.keyAt,
                        fmt::format("The stage name {} {}.", quote(entry.key), name.error()));
        return;
    }
    Stage stage{*std::move(name), {}, 1, false, {}, {}, Duration{0}};
    MapReader map({entry.value, entry.keyAt}, fmt::format("the stage `{}`", entry.key), keys::stage(), diagnostics);
    if (const auto like = map.scalar("like", StageName::parse)) stage.like = like->str();
    stage.protect = map.scalar("protect", parse_bool).value_or(false);
    stage.sleepAfter = map.scalar("idle", parse_idle);
    stage.recovery = read_backups(map.find("backups"), diagnostics);
    if (const auto logs = map.scalar("logs", parse_duration)) stage.logs = *logs;
    // 0: not written; the default depends on `protect` and on `like`.
    stage.zones = map.scalar("zones", parse_zones).value_or(0);
    platform.stages.push_back(std::move(stage));
}

void settle_likes(const syntax::Node& node, Platform& platform, Diagnostics& diagnostics) {
    std::vector<std::string_view> names;
    for (const Stage& stage : platform.stages) names.push_back(stage.name.str());
    for (Stage& stage : platform.stages) {
        if (!stage.like) continue;
        const Stage* other = platform.stage(*stage.like);
        const Span at = node.find(stage.name.str())->find("like")->at();
        if (other == nullptr) {
            diagnostics.add(code::unknownName, at, fmt::format("There is no stage {}.", quote(*stage.like)),
                            suggest(*stage.like, names));
            stage.like.reset();
        } else if (other == &stage || other->like) {
            diagnostics.add(code::badValue, at,
                            fmt::format("`{}` is `like` a stage that is itself `like` another.", stage.name.str()),
                            "`like` goes one step: name a stage that has its own values");
            stage.like.reset();
        } else {
            stage.protect = stage.protect || other->protect;
            if (stage.zones == 0) stage.zones = other->zones;
            if (!stage.sleepAfter) stage.sleepAfter = other->sleepAfter;
            if (!stage.recovery) stage.recovery = other->recovery;
            if (stage.logs == Duration{0}) stage.logs = other->logs;
        }
    }
    for (Stage& stage : platform.stages) {
        if (stage.zones == 0) stage.zones = stage.protect ? 2 : 1;
        if (stage.logs == Duration{0}) stage.logs = defaultLogs;
        if (!stage.recovery && stage.protect) stage.recovery = defaultRecovery;
    }
}

void read_images(const Place& place, Platform& platform, Diagnostics& diagnostics) {
    if (!expect_map(place, "`images`", diagnostics)) return;
    for (std::size_t i = 0; i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        const auto image = ImageRef::parse(entry.key);
        if (!image)
            diagnostics.add(code::badValue, entry.keyAt,
                            fmt::format("The image {} {}.", quote(entry.key), image.error()));
        MapReader map({entry.value, entry.keyAt}, fmt::format("the image {}", quote(entry.key)), keys::local_image(),
                      diagnostics);
        const bool host = map.find("host").has_value(), oci = map.find("oci").has_value();
        if (map.is_map() && host == oci)
            diagnostics.add(
                host ? code::badValue : code::missingKey, entry.keyAt,
                fmt::format("The image {} needs `host` or `oci`, and not both.", quote(entry.key)),
                "write `host: build/api` for a program or folder, `oci: images/api` for an OCI layout or an "
                "archive of `docker save`");
        auto path = map.scalar(host ? "host" : "oci", RelativePath::parse);
        if (path && image) platform.local.images.emplace(image->str(), LocalImage{*std::move(path), !host});
    }
}

void read_account(const syntax::Node& node, const StageNames& stages, AwsTarget& aws, Diagnostics& diagnostics) {
    MapReader map({node, node.at()}, "the account", keys::account(), diagnostics);
    auto id = map.scalar("id", parse_account);
    auto list = read_stage_list(map.find("stages"), stages, diagnostics);
    if (!id) return;
    const Span at = map.find("id")->node.at();
    const auto other = std::ranges::find(aws.accounts, *id, &AwsAccount::id);
    if (other != aws.accounts.end())
        diagnostics.add(code::sameName, at, fmt::format("The account {} stands twice.", *id), "",
                        {{other->at, "first here"}});
    aws.accounts.push_back({*std::move(id), std::move(list), at});
}

void read_aws(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    MapReader map(place, "the target `aws`", keys::aws_target(), diagnostics);
    AwsTarget aws{map.scalar("region", parse_region).value_or(""), {}};
    const auto accounts = map.find("accounts");
    if (!accounts || !expect_list(*accounts, "`accounts`", diagnostics)) return;
    for (std::size_t i = 0; i < accounts->node.size(); ++i)
        read_account(accounts->node.item(i), stages, aws, diagnostics);
    std::ranges::sort(aws.accounts, {}, &AwsAccount::id);
    for (const std::string_view stage : stages) {
        const auto takes = [&](const AwsAccount& account) {
            return std::ranges::find(account.stages, stage, [](const StageName& s) -> std::string_view {
                       return s.str();
                   }) != account.stages.end();
        };
        if (!aws.accounts.empty() && std::ranges::none_of(aws.accounts, takes))
            diagnostics.add(code::missingKey, accounts->keyAt, fmt::format("No account takes the stage `{}`.", stage),
                            "add it to an account's `stages`");
    }
    platform.aws = std::move(aws);
}

}  // namespace

void read_network(const Place& place, Platform& platform, Diagnostics& diagnostics) {
    MapReader map(place, "`network`", keys::network(), diagnostics);
    Network& network = platform.network;
    if (const auto pool = map.scalar("pool", parse_pool)) network.pool = *pool;
    if (const auto block = map.scalar("block", parse_block)) network.blockPrefix = *block;
    if (network.pool.prefix > network.blockPrefix) {
        const auto at = map.find("pool") ? map.find("pool")->node.at() : place.keyAt;
        diagnostics.add(
            code::badValue, at,
            fmt::format("The pool {} is smaller than one block, /{}.", network.pool.str(), network.blockPrefix));
    }
    const auto avoid = map.find("avoid");
    if (!avoid || !expect_list(*avoid, "`avoid`", diagnostics)) return;
    for (std::size_t i = 0; i < avoid->node.size(); ++i)
        if (const auto range = read_scalar(avoid->node.item(i), "The range", diagnostics, parse_range))
            network.avoid.push_back(*range);
    std::ranges::sort(network.avoid);
}

void read_stages(const Place& place, Platform& platform, Diagnostics& diagnostics) {
    if (!expect_map(place, "`stages`", diagnostics)) return;
    for (std::size_t i = 0; i < place.node.size(); ++i) read_stage(place.node.entry(i), platform, diagnostics);
    if (place.node.size() == 0)
        diagnostics.add(code::missingKey, place.keyAt, "A platform needs at least one stage.",
                        "write `stages: { production: {} }`");
    settle_likes(place.node, platform, diagnostics);
}

void read_targets(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    MapReader map(place, "`targets`", keys::targets(), diagnostics);
    platform.targets.clear();
    if (const auto aws = map.find("aws")) {
        platform.targets.emplace_back("aws");
        read_aws(*aws, stages, platform, diagnostics);
    }
    if (const auto local = map.find("local")) {
        platform.targets.emplace_back("local");
        MapReader localMap(*local, "the target `local`", keys::local_target(), diagnostics);
        if (const auto domain = localMap.scalar("domain", HostName::parse)) platform.local.domain = domain->str();
        if (const auto images = localMap.find("images")) read_images(*images, platform, diagnostics);
    }
    if (platform.targets.empty()) platform.targets.emplace_back("local");
}

std::optional<Duration> read_backups(const std::optional<Place>& place, Diagnostics& diagnostics) {
    if (!place) return std::nullopt;
    MapReader map(*place, "`backups`", keys::backups(), diagnostics);
    return map.scalar("pitr", parse_duration);
}

}  // namespace tenantry::model
