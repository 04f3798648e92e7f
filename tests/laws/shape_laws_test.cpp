// The laws of docs and headers about shapes, on platforms made by chance: an environment is its shape and its values
// and nothing else, and what means nothing changes nothing.

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/support/platform_text.hpp>

#include "naive_environment.hpp"
#include "read_shape.hpp"

namespace tenantry::laws {
namespace {

using namespace support;
using blueprint::Blueprint;
using blueprint::Environment;

struct Made {
    std::optional<compile::Compiled> compiled;
    Diagnostics diagnostics;

    [[nodiscard]] const Blueprint& blueprint() const { return compiled->blueprint; }
    [[nodiscard]] std::map<std::string, std::string> files(unsigned threads = 1) const {
        std::map<std::string, std::string> all;
        for (const local_emit::LocalFile& file : local_emit::emit_all(blueprint(), Pool(threads)))
            all.emplace(file.path, file.text);
        return all;
    }
};

Made compile_text(const std::string& text, unsigned threads = 1) {
    Made made;
    const PlatformText platform(text);
    const auto lock = platform.hasLock ? std::optional(platform.lock) : std::nullopt;
    made.compiled = compile::compile(platform.sources, {platform.inputs, lock}, Pool(threads), made.diagnostics);
    if (!made.compiled) RC_LOG() << made.diagnostics.all()[0].detail << "\n";
    RC_ASSERT(made.compiled.has_value());
    return made;
}

Made compile_platform(const GeneratedPlatform& platform, const Writing& writing = {}, unsigned threads = 1) {
    return compile_text(platform_text(platform, writing), threads);
}

std::string whole_text(const Blueprint& blueprint) {
    std::string text;
    for (std::size_t i = 0; i < blueprint.shapes.size(); ++i)
        text += "shape " + blueprint.shapeNames[i] + "\n" + to_text(blueprint.shapes[i]);
    for (const Environment& environment : blueprint.environments)
        text += "environment " + environment.name() + "\n" + to_text(blueprint, environment);
    return text;
}

RC_GTEST_PROP(Shapes, FilledWithItsValuesAShapeIsTheEnvironmentAsItWouldBeBuiltAlone, ()) {
    const GeneratedPlatform platform = *generated_platforms();
    const Made made = compile_platform(platform);
    std::map<std::string, std::string> built;
    for (const Environment& environment : made.blueprint().environments)
        built[environment.name()] = to_text(made.blueprint(), environment);
    const auto naive = naive_environments(platform);
    for (const auto& [name, text] : naive) RC_ASSERT(built[name] == text);
    RC_ASSERT(built.size() == naive.size());
}

RC_GTEST_PROP(Shapes, AreTheirText, ()) {
    const Made made = compile_platform(*generated_platforms());
    for (const blueprint::Shape& shape : made.blueprint().shapes) {
        const auto read = read_shape(to_text(shape));
        if (!read) RC_LOG() << read.error() << "\n" << to_text(shape);
        RC_ASSERT(read.has_value());
        RC_ASSERT(*read == shape);
        RC_ASSERT(to_text(*read) == to_text(shape));
    }
}

// Another value for everything of one environment that is a parameter.
void change_parameters(GeneratedPlatform& platform, const std::string& tenant, const std::string& stage,
                       const blueprint::Shape& shape) {
    GeneratedOverride& changes = platform.tenants.at(tenant).overrides[stage];
    for (const blueprint::Workload& workload : shape.workloads) {
        GeneratedOverride::Service& own = changes.services[workload.name.str()];
        own.cpu = "1.5";
        own.memory = "768MiB";
        own.tasks = std::holds_alternative<blueprint::FixedTasks>(workload.scaling) ? "2" : "2..3";
        if (workload.image) own.image = "other/image:9";
        for (const blueprint::EnvVar& variable : workload.env) own.env[variable.key.str()] = "another";
    }
    for (const blueprint::Store& store : shape.stores) changes.storeSizes[store.name.str()] = "3TiB";
    changes.logs = "3d";
    if (shape.recovery) changes.recovery = "2d";
    platform.tenants.at(tenant).hosts[stage] = {"another.host.example"};
    platform.tenants.at(tenant).title = "Another";
}

RC_GTEST_PROP(Shapes, StayWhateverTheParametersAre, ()) {
    GeneratedPlatform platform = *generated_platforms();
    const Made before = compile_platform(platform);
    RC_PRE(!before.blueprint().environments.empty());
    const auto at = *rc::gen::inRange<std::size_t>(0, before.blueprint().environments.size());
    const Environment& environment = before.blueprint().environments[at];
    change_parameters(platform, environment.tenant.str(), environment.stage.str(),
                      before.blueprint().shape(environment));
    const Made after = compile_platform(platform);
    for (std::size_t i = 0; i < before.blueprint().environments.size(); ++i) {
        const Environment& one = before.blueprint().environments[i];
        const Environment& same = after.blueprint().environments[i];
        RC_ASSERT(after.blueprint().shape(same) == before.blueprint().shape(one));
        RC_ASSERT((to_text(after.blueprint(), same) == to_text(before.blueprint(), one)) == (i != at));
    }
    RC_ASSERT(after.blueprint().shapes.size() == before.blueprint().shapes.size());
}

RC_GTEST_PROP(Shapes, NoOrderOfKeysFilesAndThreadsChangesAByte, ()) {
    const GeneratedPlatform platform = *generated_platforms();
    const Made made = compile_platform(platform);
    const auto files = made.files();
    const auto order = *rc::gen::inRange<std::uint32_t>(1, 1'000'000);
    for (const Writing& writing : {Writing{order, false}, Writing{0, true}, Writing{order, true}}) {
        const Made same = compile_platform(platform, writing, 2);
        RC_ASSERT(whole_text(same.blueprint()) == whole_text(made.blueprint()));
        RC_ASSERT(to_text(same.compiled->lock) == to_text(made.compiled->lock));
        RC_ASSERT(same.files(2) == files);
    }
}

bool is_of(const std::string& path, const std::string& tenant) {
    return path.starts_with("environments/" + tenant + "/");
}

RC_GTEST_PROP(Shapes, ATenantLessChangesNoByteOfTheOthers, ()) {
    GeneratedPlatform platform = *generated_platforms();
    RC_PRE(!platform.tenants.empty());
    const Made before = compile_platform(platform);
    const std::string lock = "--- platform.lock\n" + to_text(before.compiled->lock);
    const auto gone =
        std::next(platform.tenants.begin(),
                  static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, platform.tenants.size())));
    const std::string tenant = gone->first;
    platform.tenants.erase(gone);
    const Made after = compile_text(platform_text(platform) + lock);
    auto files = before.files(), left = after.files();
    std::erase_if(files, [&](const auto& file) { return is_of(file.first, tenant) || file.first == "manifest.json"; });
    left.erase("manifest.json");
    RC_ASSERT(left == files);
    RC_ASSERT(after.compiled->provisional.empty());
}

RC_GTEST_PROP(Shapes, APlatformWithoutTenantsCompilesToNoEnvironment, ()) {
    GeneratedPlatform platform = *generated_platforms();
    platform.tenants.clear();
    const Made made = compile_platform(platform);
    RC_ASSERT(made.blueprint().environments.empty());
    RC_ASSERT(made.blueprint().shapes.empty());
    for (const auto& [path, text] : made.files()) RC_ASSERT(!path.starts_with("environments/"));
}

}  // namespace
}  // namespace tenantry::laws
