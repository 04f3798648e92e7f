#include <algorithm>

#include <tenantry/support/generated_platform.hpp>

namespace tenantry::support {
namespace {

using Texts = std::vector<std::string>;

// Draws; each shrinks to its first choice, and is as wide in the first case of a test as in the last.
std::size_t below(std::size_t end) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, end)); }
bool chance(std::size_t one = 2) { return below(one) == one - 1; }
std::string pick(const Texts& from) { return from[below(from.size())]; }
std::string maybe(const Texts& from) { return chance() ? pick(from) : ""; }

// Some of them, in their order.
Texts some(const Texts& from, std::size_t one = 2) {
    Texts all;
    for (const std::string& text : from)
        if (chance(one)) all.push_back(text);
    return all;
}

const Texts cpus{"0.25", "0.5", "2", "0.001", "0.1"};
const Texts memories{"256MiB", "128MiB", "1GiB", "1536MiB"};
const Texts sizes{"10GiB", "1TiB", "512MiB"};
const Texts counts{"1", "2", "3"};
const Texts ranges{"1..3", "2..6"};
const Texts days{"30d", "7d", "35d", "400d"};
const Texts times{"5s", "30s", "90s", "10m", "1h"};
const Texts images{"lend/app", "lend/app:1.2", "registry.example:5000/lend/app"};
const Texts words{"info", "", "say \"hi\" \\ there", "a: b # c", "información", "-", "<tag>", "{x}", "a..b"};
const Texts commandWords{"serve", "--level=2", "two words", "quote\" and \\", "#", "<cpu x>"};
const Texts schedules{"02:00 Europe/Madrid", "Sun 03:30 Europe/Madrid", "00:00 UTC"};
const Texts accesses{"read", "readWrite", "owner"};
const Texts egressNames{"api.bureau.example:443", "mail.example.org:25"};

class Maker {
  public:
    GeneratedPlatform make() {
        platform_.blockPrefix = 20 + static_cast<int>(below(3));
        make_stages();
        for (const std::string& name : some({"books", "cache", "docs-2"})) platform_.stores[name] = store();
        for (const std::string& name : some({"jwt_key", "partner"})) platform_.secrets[name] = secret();
        make_services();
        for (const std::string& name : some({"migrate", "seed", "accrue"})) platform_.jobs[name] = job();
        for (const std::string& name : some({"reporting", "support"})) platform_.access[name] = access();
        for (const std::string& name : some({"acme", "norte", "a", "a-b", "zeta"})) platform_.tenants[name] = tenant();
        if (chance(3)) make_accounts();
        return std::move(platform_);
    }

  private:
    Texts stage_names() const {
        Texts names;
        for (const GeneratedStage& stage : platform_.stages) names.push_back(stage.name);
        return names;
    }

    void make_stages() {
        Texts names = some({"demo", "staging", "production"});
        if (names.empty()) names = {"live"};
        if (chance()) std::ranges::reverse(names);
        for (const std::string& name : names) {
            GeneratedStage stage{name, "", maybe({"1", "2", "4"}), maybe(days), maybe(days), maybe(times), chance(3)};
            if (!platform_.stages.empty() && platform_.stages[0].like.empty() && chance(3))
                stage.like = platform_.stages[0].name;
            platform_.stages.push_back(std::move(stage));
        }
    }

    PerStageText per_stage(const Texts& values) const {
        PerStageText text;
        if (chance(3)) return text;
        if (chance()) {
            text.all = pick(values);
        } else {
            for (const std::string& stage : some(stage_names())) text.of[stage] = pick(values);
        }
        return text;
    }

    void fill(GeneratedProgram& program) const {
        program.image = pick(images);
        program.command = some(commandWords, 4);
        program.cpu = per_stage(cpus);
        program.memory = per_stage(memories);
        for (const std::string& key : some({"LOG_LEVEL", "CURRENCY", "X"})) program.env[key] = pick(words);
        for (const auto& [name, row] : platform_.stores)
            if (chance()) program.stores[name] = pick(accesses);
        for (const auto& [name, row] : platform_.secrets)
            if (chance()) program.secrets.push_back(name);
        program.egress = some(egressNames, 3);
    }

    // Calls go to services that were made before, so that there is no circle.
    void make_services() {
        for (const std::string& name : some({"scoring", "api", "api-x", "worker"})) {
            GeneratedService service;
            fill(service);
            service.port = chance(4) ? "" : pick({"9000", "8080", "1"});
            service.calls = some(called_);
            health(service);
            rest_of(service);
            platform_.services[name] = service;
            if (!service.port.empty()) called_.push_back(name);
            std::ranges::sort(called_);
        }
        for (const std::string& name : some({"web", "b-office"})) make_frontend(name);
        if (platform_.services.empty()) make_frontend("web");
    }

    // A prefix is one frontend's.
    void make_frontend(const std::string& name) {
        GeneratedService service;
        service.frontend = true;
        service.image = maybe(images);
        for (const std::string& key : some({"LOG_LEVEL", "X"})) service.env[key] = pick(words);
        service.cpu = per_stage(cpus);
        service.memory = per_stage(memories);
        service.port = maybe({"8080", "3000"});
        for (auto prefix = prefixes_.begin(); prefix != prefixes_.end() && !called_.empty();) {
            if (!chance()) {
                ++prefix;
                continue;
            }
            service.routes[*prefix] = pick(called_);
            prefix = prefixes_.erase(prefix);
        }
        const bool rootIsFree = !rootIsStatic_ && (service.routes.contains("/") || has_prefix("/"));
        if (service.routes.empty() || (chance() && !service.image.empty() && rootIsFree)) {
            if (!rootIsFree) return;  // nothing is left that it could serve
            if (service.image.empty()) service.image = images[0];
            service.staticFolder = pick({"/srv/www", "/var/site_1"});
            rootIsStatic_ = true;
            std::erase(prefixes_, "/");
        }
        health(service);
        rest_of(service);
        platform_.services[name] = std::move(service);
    }

    bool has_prefix(const std::string& prefix) const { return std::ranges::find(prefixes_, prefix) != prefixes_.end(); }

    static void health(GeneratedService& service) {
        const bool listens = service.frontend || !service.port.empty();
        if (chance(3) && listens) service.healthPath = pick({"/", "/healthz", "/a/b-c"});
        if (service.healthPath.empty() && chance(4)) service.healthCommand = {"check", pick(commandWords)};
        service.healthEvery = maybe(times);
        service.healthGrace = maybe(times);
    }

    void rest_of(GeneratedService& service) const {
        service.drain = maybe(times);
        service.tasks = per_stage(chance() ? counts : ranges);
    }

    GeneratedStore store() const {
        return {pick({"postgresql", "mongodb", "redis"}), chance(), chance(3), per_stage(sizes)};
    }
    static GeneratedSecret secret() {
        GeneratedSecret secret{maybe({"32", "64"}), "", chance(3)};
        if (!secret.make.empty()) secret.rotate = maybe(days);
        return secret;
    }

    GeneratedJob job() const {
        GeneratedJob job;
        fill(job);
        job.when = pick({"before-release", "after-create", "at"});
        if (job.when == "at") job.at = pick(schedules);
        job.stages = some(stage_names());
        if (job.when == "after-create" && chance() && may_reset(job)) job.reset = pick(schedules);
        job.timeout = maybe(times);
        job.overlap = chance();
        job.repeatable = chance();
        return job;
    }

    // It owns what is emptied, and no stage is protected.
    bool may_reset(const GeneratedJob& job) const {
        const bool owns = std::ranges::any_of(job.stores, [](const auto& use) { return use.second == "owner"; });
        return owns && std::ranges::none_of(platform_.stages_of(job.stages), [&](const std::string& name) {
                   const GeneratedStage& stage = platform_.stage(name);
                   return stage.protect || (!stage.like.empty() && platform_.stage(stage.like).protect);
               });
    }

    GeneratedAccess access() const {
        GeneratedAccess access;
        for (const auto& [name, row] : platform_.stores)
            if (chance()) access.stores[name] = pick(accesses);
        access.stages = some(stage_names());
        return access;
    }

    GeneratedTenant tenant() {
        GeneratedTenant tenant{pick(words), some(stage_names()), {}, {}};
        for (const std::string& stage : some(stage_names(), 3)) {
            tenant.hosts[stage].push_back("host-" + std::to_string(++hosts_) + ".customer.example");
            if (chance()) tenant.hosts[stage].push_back("a" + std::to_string(++hosts_) + ".customer.example");
        }
        for (const std::string& stage : some(stage_names())) tenant.overrides[stage] = override_of();
        return tenant;
    }

    GeneratedOverride override_of() const {
        GeneratedOverride changes;
        for (const auto& [name, service] : platform_.services) {
            if (!chance(3)) continue;
            GeneratedOverride::Service& own = changes.services[name];
            if (chance()) own.image = pick(images);
            own.cpu = maybe(cpus);
            own.memory = maybe(memories);
            own.tasks = maybe(chance() ? counts : ranges);
            for (const std::string& key : some({"LOG_LEVEL", "MORE"})) own.env[key] = pick(words);
            if (!service.frontend && chance(4)) own.egress = some(egressNames);
        }
        for (const std::string& key : some({"LOG_LEVEL", "CURRENCY"}))
            if (is_variable(key)) changes.env[key] = pick(words);
        for (const auto& [name, row] : platform_.stores)
            if (chance(3)) changes.storeSizes[name] = pick(sizes);
        changes.zones = chance(4) ? pick({"1", "3"}) : "";
        changes.logs = maybe(days);
        changes.recovery = chance(4) ? pick(days) : "";
        return changes;
    }

    bool is_variable(const std::string& key) const {
        return std::ranges::any_of(platform_.services, [&](const auto& row) { return row.second.env.contains(key); });
    }

    void make_accounts() {
        for (const std::string& stage : stage_names())
            for (const std::string id : {"111111111111", "222222222222"})
                if (id == "111111111111" || chance()) platform_.accounts[id].push_back(stage);
    }

    GeneratedPlatform platform_;
    Texts called_;
    Texts prefixes_{"/", "/api", "/api/v1", "/admin", "/a", "/api-x", "/admin/x"};
    bool rootIsStatic_ = false;
    int hosts_ = 0;
};

}  // namespace

const GeneratedStage& GeneratedPlatform::stage(const std::string& name) const {
    return *std::ranges::find(stages, name, &GeneratedStage::name);
}

std::vector<std::string> GeneratedPlatform::stages_of(const std::vector<std::string>& named) const {
    if (!named.empty()) return named;
    Texts all;
    for (const GeneratedStage& stage : stages) all.push_back(stage.name);
    return all;
}

rc::Gen<GeneratedPlatform> generated_platforms() {
    return rc::gen::exec([] { return Maker().make(); });
}

}  // namespace tenantry::support
