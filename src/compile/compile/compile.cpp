#include <algorithm>

#include <fmt/format.h>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/blueprint/codes.hpp>
#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/compile/reach.hpp>
#include <tenantry/intent/intent.hpp>
#include <tenantry/local_read/codes.hpp>
#include <tenantry/model/codes.hpp>
#include <tenantry/syntax/codes.hpp>

namespace tenantry::compile {
namespace {

bool is_of(const Sources& sources, SourceId text, const blueprint::Lock& lock, const model::Platform& platform,
           Diagnostics& diagnostics) {
    if (lock.platform == platform.name.str()) return true;
    const std::string_view bytes = sources.text(text);
    const auto begin = static_cast<std::uint32_t>(bytes.find("platform ") + std::string_view("platform ").size());
    diagnostics.add(blueprint::code::lockOther,
                    Span{text, begin, begin + static_cast<std::uint32_t>(lock.platform.size())},
                    fmt::format("The lock is of the platform `{}`, and the file describes `{}`.", lock.platform,
                                platform.name.str()),
                    "a platform keeps its name; another platform has a folder of its own");
    return false;
}

std::optional<blueprint::Lock> read_lock(const Sources& sources, const Inputs& inputs, const model::Platform* platform,
                                         Diagnostics& diagnostics) {
    if (!inputs.lock) return blueprint::Lock{platform != nullptr ? platform->name.str() : "", inputs.lockId, {}};
    auto lock = blueprint::read_lock(sources, *inputs.lock, diagnostics);
    if (lock && platform != nullptr && !is_of(sources, *inputs.lock, *lock, *platform, diagnostics))
        return std::nullopt;
    return lock;
}

}  // namespace

std::optional<Compiled> compile(const Sources& sources, const Inputs& inputs, const Pool& pool,
                                Diagnostics& diagnostics) {
    Diagnostics found;
    auto model = model::read_model(sources, inputs.files, found);
    auto lock = read_lock(sources, inputs, model ? &model->platform : nullptr, found);
    std::optional<blueprint::Allocation> allocation;
    if (model && lock)
        allocation =
            blueprint::allocate(*lock, blueprint::wanted_environments(model->platform), model->platform.network, found);
    std::optional<blueprint::Blueprint> built;
    if (allocation) built = blueprint::build(*model, allocation->lock, pool, found);
    const bool good = built && !found.has_errors();
    diagnostics.append(std::move(found));
    diagnostics.sort();
    if (!good) return std::nullopt;
    return Compiled{*std::move(model), std::move(allocation->lock), std::move(allocation->added), *std::move(built)};
}

std::optional<blueprint::Resolution> resolve_lock(const Sources& sources, const Inputs& inputs,
                                                  std::span<const blueprint::AppliedBlock> applied,
                                                  Diagnostics& diagnostics) {
    TENANTRY_CHECK(inputs.lock.has_value(), "there is a lock to resolve");
    Diagnostics found;
    const auto model = model::read_model(sources, inputs.files, found);
    // Without the platform's network nothing can be given anew.
    auto resolution = blueprint::resolve_lock(sources, *inputs.lock, applied,
                                              model ? model->platform.network : model::Network{}, found);
    if (model && resolution && !is_of(sources, *inputs.lock, resolution->lock, model->platform, found))
        resolution.reset();
    const bool good = resolution && !found.has_errors();
    diagnostics.append(std::move(found));
    diagnostics.sort();
    if (!good) return std::nullopt;
    return resolution;
}

blueprint::Blueprint only(const blueprint::Blueprint& all, std::span<const std::string> environments) {
    blueprint::Blueprint some = all;
    std::erase_if(some.environments, [&](const blueprint::Environment& one) {
        return std::ranges::find(environments, one.name()) == environments.end();
    });
    return some;
}

std::optional<Proof> prove_local(const blueprint::Blueprint& blueprint, std::span<const local_emit::LocalFile> texts,
                                 const std::optional<MachineRanges>& machine, Sources& sources, const Pool& pool,
                                 Diagnostics& diagnostics) {
    std::string everything;
    for (const local_emit::LocalFile& file : texts) everything += blake2b(file.path).hex() + blake2b(file.text).hex();
    const auto read = read_facts(texts, sources, diagnostics);
    if (!read) return std::nullopt;
    const verify::Facts& facts = *read;
    verify::Declared declared = intent::declare_local(blueprint);
    declared.machine = machine;
    Proof proof{verify::decide(facts, declared, pool),
                facts.environments.size(),
                texts.size(),
                facts.notUnderstood,
                blake2b(everything),
                facts.source};
    return proof;
}

std::vector<const CodeInfo*> all_codes() {
    std::vector<const CodeInfo*> all;
    for (const auto codes :
         {syntax::code::all(), model::code::all(), blueprint::code::all(), code::all(), local_read::code::all()})
        all.insert(all.end(), codes.begin(), codes.end());
    std::ranges::sort(all, {}, &CodeInfo::code);
    return all;
}

}  // namespace tenantry::compile
