// Names are injective: whatever tenants, stages and services are called, no two things of a machine get one name, or
// the model refuses them and shows both places.

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/compile/compile.hpp>
#include <tenantry/model/codes.hpp>
#include <tenantry/support/platform_text.hpp>
#include <tenantry/syntax/json.hpp>

namespace tenantry::laws {
namespace {

using Texts = std::vector<std::string>;

std::string long_name(std::size_t size, const std::string& end) { return std::string(size - end.size(), 'x') + end; }

const Texts tenantNames{
    "a",   "a-b",      "b", "a-demo", "demo", "a-b-demo", "production-a", long_name(40, "1"), long_name(40, "2"),
    "x-a", "demo-demo"};
const Texts stageNames{"demo", "b", "production", "a", "prod"};
const Texts serviceNames{"api",
                         "api-1",
                         "api-1-1",
                         "api-11",
                         "router-1",
                         "credit-scoring-eu",
                         "credit-368b1",
                         "credit-scoring-eu-1",
                         "load-balancer-1",
                         long_name(63, "1"),
                         long_name(63, "2"),
                         "eth0",
                         "load-balancer-x"};
const Texts hostNames{"a.example", "a-demo.lend.localhost", "a.lend.example", "b.example"};

std::size_t below(std::size_t end) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, end)); }
Texts some(const Texts& from, std::size_t one) {
    Texts all;
    for (const std::string& text : from)
        if (below(one) == 0) all.push_back(text);
    return all.empty() ? Texts{from[below(from.size())]} : all;
}

std::string list(const Texts& all) {
    std::string text;
    for (const std::string& one : all) text += (text.empty() ? "" : ", ") + one;
    return "[" + text + "]";
}

// A platform whose names are meant to be mixed up.
std::string hostile_platform() {
    std::string text = "domain: lend.example\nstages:\n";
    const Texts stages = some(stageNames, 2);
    for (const std::string& name : stages) text += "  " + name + ": {}\n";
    text += "services:\n";
    for (const std::string& name : some(serviceNames, 3))
        text += "  " + name + ": { tier: middleware, image: lend/api, port: 9000, tasks: " +
                std::to_string(below(3) == 0 ? 12 : 1 + below(2)) + " }\n";
    text += "tenants:\n";
    for (const std::string& name : some(tenantNames, 3)) {
        text += "  " + name + ": { name: X, stages: " + list(some(stages, 2));
        if (below(4) == 0)
            text += ", hosts: { " + stages[below(stages.size())] + ": " + list(some(hostNames, 4)) + " }";
        text += " }\n";
    }
    return text;
}

/// Every name that things on one machine must not share, and whose it is.
class Names {
  public:
    void add(const std::string& kind, const std::string& name, const std::string& owner) {
        const auto [other, fresh] = owners_.emplace(std::pair(kind, name), owner);
        if (!fresh) RC_LOG() << kind << " " << name << " is of " << other->second << " and of " << owner << "\n";
        RC_ASSERT(fresh);
    }

    /// `alone`: also what each platform gives away for itself, such as addresses.
    void add(const compile::Compiled& compiled, bool alone) {
        const blueprint::Blueprint& blueprint = compiled.blueprint;
        const local_emit::LocalTemplates templates(blueprint);
        for (const blueprint::Environment& environment : blueprint.environments) {
            const local_emit::LocalEnvironment emitted = templates.emit(blueprint, environment);
            add(emitted, blueprint.commons.platform.str() + ":" + environment.name(), alone);
        }
        if (!alone) return;
        for (const local_emit::LocalFile& file : local_emit::emit_all(blueprint, Pool(1)))
            add("file", file.path, "the machine");
    }

  private:
    void add(const local_emit::LocalEnvironment& environment, const std::string& owner, bool alone) {
        for (const world::NamespaceSpec& space : environment.network.namespaces) {
            add("namespace", space.path, owner + " " + space.name);
            for (const world::InterfaceSpec& link : space.interfaces) {
                RC_ASSERT(link.name.size() <= 15u);
                add("link in " + space.path, link.name, owner + " to " + link.peer.nameSpace);
                if (alone) add("mac", link.mac.str(), owner + " " + space.name + " " + link.name);
            }
        }
        for (const world::SocketSpec& socket : environment.network.sockets) add("socket", socket.path, owner);
        for (const local_emit::LocalFile& file : environment.files)
            if (file.path.ends_with("/config.json")) add_container(file, owner);
    }

    void add_container(const local_emit::LocalFile& file, const std::string& owner) {
        Sources sources;
        Diagnostics diagnostics;
        const SourceId id = sources.add(file.path, file.text);
        const auto tree = syntax::parse_json(sources, id, {}, diagnostics);
        RC_ASSERT(tree.has_value());
        const auto group = syntax::Node::root(*tree).find("linux")->find("cgroupsPath");
        add("cgroup", std::string(group->text()), owner + " " + file.path);
    }

    std::map<std::pair<std::string, std::string>, std::string> owners_;
};

struct Tried {
    std::optional<compile::Compiled> compiled;
    Diagnostics diagnostics;
};

Tried try_platform(const std::string& name, const std::string& text) {
    Tried tried;
    const support::PlatformText platform("platform: " + name + "\n" + text);
    tried.compiled = compile::compile(platform.sources, {platform.inputs, std::nullopt}, Pool(1), tried.diagnostics);
    return tried;
}

// Two things with one name are shown at both places; a name inside the platform's own domain has no other.
void require_both_places(const Diagnostics& diagnostics) {
    for (const Diagnostic& one : diagnostics.all()) {
        const bool ofTwo = one.code == &model::code::sameName || one.code == &model::code::sameHost;
        RC_ASSERT(ofTwo || one.code == &model::code::nameTooLong || one.code == &model::code::badValue);
        if (!ofTwo || one.detail.find("own domain") != std::string::npos ||
            one.detail.find("of its own") != std::string::npos)
            continue;
        RC_ASSERT(one.notes.size() == 1u);
        RC_ASSERT(one.notes[0].at != one.at);
    }
}

RC_GTEST_PROP(Names, AreOneThingsAloneOrRefusedAtBothPlaces, ()) {
    const std::string text = hostile_platform();
    const Tried tried = try_platform("lend", text);
    RC_CLASSIFY(tried.compiled.has_value());
    if (!tried.compiled) RC_LOG() << text;
    if (!tried.compiled) return require_both_places(tried.diagnostics);
    Names names;
    names.add(*tried.compiled, true);
}

RC_GTEST_PROP(Names, OfSeveralPlatformsOnOneMachineAreApart, ()) {
    Names names;
    for (const std::string name : {"lend", "lend-a", "lend-a-b", "a"}) {
        std::string text = "domain: lend.example\nstages: { demo: {}, x: {} }\ntenants:\n";
        for (const std::string& tenant : some({"a", "a-b", "b", "b-a", "lend"}, 2))
            text += "  " + tenant + ": { name: X, stages: " + list(some({"demo", "x"}, 2)) + " }\n";
        text += "services: { api: { tier: middleware, image: lend/api, port: 9000 } }\n";
        const Tried tried = try_platform(name, text);
        RC_ASSERT(tried.compiled.has_value());
        names.add(*tried.compiled, false);
    }
}

// What the model accepts of all this, in one platform: the cases that only the shortening of names keeps apart.
TEST(Names, ThatAreShortenedStayApart) {
    std::string text = "domain: lend.example\nstages: { demo: {}, production: {} }\nservices:\n";
    for (const std::string& name : serviceNames)
        text += "  " + name + ": { tier: middleware, image: lend/api, port: 9000, tasks: 12 }\n";
    text += "tenants:\n";
    for (const std::string& name : {std::string("a"), std::string("a-b"), long_name(40, "1"), long_name(40, "2")})
        text += "  " + name + ": { name: X }\n";
    const Tried tried = try_platform("lend", text);
    ASSERT_TRUE(tried.compiled) << tried.diagnostics.all()[0].detail;
    Names names;
    names.add(*tried.compiled, true);
}

}  // namespace
}  // namespace tenantry::laws
