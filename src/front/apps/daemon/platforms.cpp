#include "platforms.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <tenantry/host/machine_ranges.hpp>
#include <tenantry/view/diagnostics.hpp>
#include <tenantry/wire/codec.hpp>

namespace tenantry::daemon {
namespace {

constexpr std::size_t mostInMemory = 4;
constexpr host::ReadLimits limits{std::uint64_t{128} << 20, std::uint64_t{128} << 20};

std::string text_of(const Sources& sources, const Diagnostics& diagnostics) {
    std::string text = view::to_text(sources, diagnostics, view::Style{});
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

// What a look tells, or nothing where the task does not run: one that ends meanwhile is looked at again.
template <class Look>
auto observed(ports::Containers& containers, const world::Placement& placement, const std::string& task,
              const Look& look) -> Result<std::optional<typename decltype(look())::value_type>> {
    while (const auto process = containers.find(placement, task)) {
        auto seen = look();
        if (seen) return *std::move(seen);
        if (containers.find(placement, task) == process) return std::unexpected(std::move(seen).error());
    }
    return std::nullopt;
}

}  // namespace

Result<std::shared_ptr<const Platform>> compile_platform(const wire::Bundle& bundle) {
    auto platform = std::make_shared<Platform>();
    platform->bundle = bundle;
    platform->digest = blake2b(wire::encode(bundle)).hex();
    compile::Inputs inputs;
    bool there = false;
    for (const auto& [path, text] : bundle.files) {
        const SourceId id = platform->sources.add(path, text);
        if (path == "platform.yaml")
            inputs.files.platform = id, there = true;
        else
            inputs.files.tenants.push_back(id);
    }
    if (!there) return fail("the bundle holds no platform.yaml");
    if (bundle.lock.empty()) return fail("there is no platform.lock: `tenantry lock` writes it");
    inputs.lock = platform->sources.add("platform.lock", bundle.lock);
    Diagnostics diagnostics;
    platform->compiled = compile::compile(platform->sources, inputs, Pool{2}, diagnostics);
    if (!platform->compiled) return fail("{}", text_of(platform->sources, diagnostics));
    return platform;
}

std::shared_ptr<const Platform> Platforms::remember(std::shared_ptr<const Platform> platform) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(last_, [&](const auto& one) { return one->digest == platform->digest; });
    last_.insert(last_.begin(), platform);
    if (last_.size() > mostInMemory) last_.pop_back();
    return platform;
}

Result<std::shared_ptr<const Platform>> Platforms::take(const wire::Bundle& bundle) {
    auto platform = TRY(compile_platform(bundle));
    TRY_VOID(folder_.write(platform->digest, wire::encode(bundle)));
    return remember(std::move(platform));
}

Result<std::shared_ptr<const Platform>> Platforms::find(const std::string& digest) {
    {
        const std::scoped_lock lock(mutex_);
        const auto found = std::ranges::find(last_, digest, [](const auto& one) { return one->digest; });
        if (found != last_.end()) return *found;
    }
    Sources sources;
    Diagnostics diagnostics;
    const auto id = folder_.read(digest, sources, diagnostics, false, limits);
    if (!id) return fail("the platform that it was made from cannot be read: {}", text_of(sources, diagnostics));
    const wire::Bundle bundle = TRY(wire::decode<wire::Bundle>(sources.text(*id)));
    return remember(TRY(compile_platform(bundle)));
}

Result<void> Platforms::keep_only(const std::set<std::string>& digests) {
    for (const std::string& name : TRY(folder_.list("")))
        if (!digests.contains(name)) TRY_VOID(folder_.remove(name));
    return {};
}

Result<std::optional<std::string>> prove(const Platform& platform, const std::vector<std::string>& environments,
                                         std::span<const local_emit::LocalFile> texts) {
    const MachineRanges machine = TRY(host::machine_ranges());
    Sources sources;
    Diagnostics diagnostics;
    const auto proof = compile::prove_local(compile::only(platform.compiled->blueprint, environments), texts, machine,
                                            sources, Pool{1}, diagnostics);
    if (!proof) return fail("what is there cannot be read:\n{}", text_of(sources, diagnostics));
    for (const verify::Verdict& verdict : proof->verdicts) {
        const std::string_view claim = verify::to_string(verdict.claim);
        if (verdict.answer == verify::Answer::violated)
            return fmt::format("{}: {}", claim, verdict.findings.at(0).summary);
        if (verdict.answer == verify::Answer::unknown && verdict.decided && !proof->notUnderstood.empty())
            return fmt::format("{}: unknown: {}", claim, proof->notUnderstood.front().what);
    }
    return std::nullopt;
}

Result<std::vector<local_emit::LocalFile>> observed_texts(const world::EnvironmentSpec& spec,
                                                          const world::ObservedNetwork& network,
                                                          ports::Containers& containers, ports::Stores& stores) {
    const std::string folder = "environments/" + spec.placement.environment + "/";
    std::vector<local_emit::LocalFile> texts;
    for (const world::TextSpec& text : spec.texts) {
        const std::string& now = text.path == "network.json"    ? network.network
                                 : text.path == "nftables.json" ? network.rules
                                                                : text.text;
        texts.push_back({folder + text.path, now});
    }
    const auto add = [&](const std::string& task, const std::string& path, const auto& look) -> Result<void> {
        if (const auto seen = TRY(observed(containers, spec.placement, task, look)))
            texts.push_back({folder + path + "/observed.json", to_text(*seen)});
        return {};
    };
    for (const world::TaskSpec& task : spec.tasks)
        TRY_VOID(add(task.name, "tasks/" + task.name, [&] { return containers.observe(spec.placement, task.name); }));
    for (const world::StoreSpec& store : spec.stores)
        TRY_VOID(
            add(keeper_of(store).task, "stores/" + store.name, [&] { return stores.observe(spec.placement, store); }));
    return texts;
}

Result<std::vector<local_emit::LocalFile>> machine_texts(host::CrunContainers& containers,
                                                         const std::optional<world::Placement>& alone) {
    std::vector<local_emit::LocalFile> texts{local_emit::edge_config(), local_emit::edge()};
    texts.push_back({"edge/sockets.json", to_text(TRY(containers.observe_sockets(alone)))});
    // One that ends meanwhile is one that does not run.
    const auto seen = containers.observe_edge();
    if (!seen && containers.find_edge()) return std::unexpected(seen.error());
    if (seen) texts.push_back({"edge/observed.json", to_text(*seen)});
    return texts;
}

Result<std::optional<std::string>> Checker::prove(const world::EnvironmentSpec& spec,
                                                  const world::ObservedNetwork& observed) {
    const auto platform = TRY(platforms_.find(spec.bundle));
    std::vector<local_emit::LocalFile> texts = TRY(observed_texts(spec, observed, containers_, stores_));
    std::ranges::move(TRY(machine_texts(containers_, spec.placement)), std::back_inserter(texts));
    return daemon::prove(*platform, {spec.placement.environment}, texts);
}

}  // namespace tenantry::daemon
