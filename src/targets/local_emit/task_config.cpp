#include "task_config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/local_emit/local_emit.hpp>
#include <tenantry/model/variables.hpp>

#include "oci_text.hpp"
#include "store_program.hpp"

namespace tenantry::local_emit {
namespace {

using blueprint::EnvVar;
using blueprint::Hole;
using blueprint::Job;
using blueprint::Shape;
using blueprint::Store;
using blueprint::Workload;

constexpr Literal balancer = "load-balancer";
static_assert(balancer.str() == blueprint::loadBalancerName);

// What the load balancer gets; its 2,000 connections (haproxy.cfg) need less than half of the memory.
constexpr std::uint32_t balancerMemory = 128u << 20;
constexpr std::uint32_t balancerShares = 1024;

TemplateText literal(Literal text) { return std::move(TemplateText().add(text)); }

// Everything below stands on the machine in /run/tenantry/platforms/PLATFORM/environments/TENANT/STAGE.
template <class... Parts>
TemplateText of_environment(const Parts&... parts) {
    return std::move(
        TemplateText().add("/run/tenantry/platforms/", platform, "/environments/", tenant, "/", stage, "/", parts...));
}

template <class Name>
std::vector<Bind> configuration(const Name& name, const std::vector<Literal>& files) {
    std::vector<Bind> binds{{of_environment("services/", name, "/hosts"), literal("/etc/hosts")}};
    for (const Literal file : files)
        binds.push_back({of_environment("services/", name, "/", file), TemplateText().add("/etc/tenantry/", file)});
    return binds;
}

template <class Service>
void common_env(JsonTemplate& env, const Service& service) {
    env.value("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    env.value(TemplateText().add("TENANTRY_TENANT=", tenant));
    env.value(TemplateText().add("TENANTRY_STAGE=", stage));
    env.value(TemplateText().add("TENANTRY_SERVICE=", service));
}

std::string stem_of(std::string_view name) { return model::variable_stem(name); }

// Words whose parts have closed grammars.
FreeText checked_words(const std::string& text) {
    auto parsed = FreeText::parse(text);
    TENANTRY_CHECK(parsed.has_value(), "checked words hold no control characters");
    return *std::move(parsed);
}

// `CREDIT_SCORING_URL=http://credit-scoring:9100`
FreeText call_variable(const Workload& called) {
    TENANTRY_CHECK(called.port, "a service that is called has a port");
    return checked_words(
        fmt::format("{}_URL=http://{}:{}", stem_of(called.name.str()), called.name.str(), called.port->number));
}

// What a task sees of a store (platform file, "What a task sees"). Redis has no TLS here, so no authority; databases of
// Redis are numbers.
void store_variables(JsonTemplate& env, const Store& store, const std::string& user) {
    const std::string stem = stem_of(store.name.str()), files = "/run/secrets/" + store.name.str();
    const bool redis = store.engine == model::Engine::redis;
    const auto add = [&](const char* end, const std::string& value) {
        env.value(checked_words(stem + end + "=" + value));
    };
    add("_URL_FILE", files + ".url");
    add("_HOST", store.name.str());
    add("_PORT", std::to_string(blueprint::port_of(store.engine).number));
    add("_USER", user);
    add("_PASSWORD_FILE", files + ".password");
    add("_DATABASE", redis ? "0" : store.name.str());
    if (!redis) add("_CA_FILE", files + ".ca");
}

// Services and jobs have much in common; these say what is not.
const std::vector<Index<Workload>>& calls_of(const Workload& workload) { return workload.calls; }
std::vector<Index<Workload>> calls_of(const Job& /*job*/) { return {}; }
std::optional<Port> listens_on(const Workload& workload) { return workload.port; }
std::optional<Port> listens_on(const Job& /*job*/) { return std::nullopt; }
std::optional<Hole<ImageRef>> image_of(const Workload& workload) { return workload.image; }
std::optional<Hole<ImageRef>> image_of(const Job& job) { return job.image; }
bool nginx(const Workload& workload) { return runs_nginx(workload); }
bool nginx(const Job& /*job*/) { return false; }

template <class Runs>
TemplateText env_of(const Shape& shape, const Runs& runs) {
    JsonTemplate env;
    env.array(Layout::line);
    common_env(env, runs.name);
    if (const auto port = listens_on(runs)) env.value(TemplateText().add("PORT=", *port));
    for (const Index<Workload> index : calls_of(runs)) env.value(call_variable(shape.workloads[index.at]));
    for (const blueprint::Grant& grant : runs.stores)
        store_variables(env, shape.stores[grant.store.at], runs.name.str());
    for (const SecretName& secret : runs.secrets)
        env.value(checked_words(stem_of(secret.str()) + "_FILE=/run/secrets/" + secret.str()));
    for (const EnvVar& own : runs.env) env.value(TemplateText().add(own.key, "=", EscapedText{own.value}));
    env.end();
    return std::move(env).take(false);
}

// `JWT_KEY=jwt_key BOOKS_URL=books.url`: variables that hold a secret themselves, and the file in /run/secrets that has
// it. The engine puts them in when the task starts; no text has a value.
template <class Runs>
void variables_annotation(JsonTemplate& json, const Shape& shape, const Runs& runs) {
    std::string words;
    const auto add = [&](const std::string& name, const std::string& file) {
        words += (words.empty() ? "" : " ") + name + "=" + file;
    };
    for (const blueprint::Grant& grant : runs.stores)
        if (const Store& store = shape.stores[grant.store.at]; store.asVariable)
            add(stem_of(store.name.str()) + "_URL", store.name.str() + ".url");
    for (const SecretName& name : runs.secrets) {
        const auto secret = std::ranges::find(shape.secrets, name, &blueprint::Secret::name);
        if (secret != shape.secrets.end() && secret->asVariable) add(stem_of(name.str()), name.str());
    }
    if (!words.empty()) json.member("tenantry.variables", checked_words(words));
}

template <class Runs>
TemplateText args_of(const Runs& runs, ImageMode mode) {
    JsonTemplate args;
    args.array(Layout::line);
    if (nginx(runs)) {
        args.value("/usr/sbin/nginx").value("-c").value("/etc/tenantry/nginx.conf");
    } else {
        if (mode == ImageMode::host)
            args.value(TemplateText().add("/app/", FromImage{*image_of(runs), ImagePart::program}));
        for (const FreeText& word : runs.command) args.value(word);
    }
    args.end();
    return std::move(args).take(false);
}

void bind_image(const Workload& workload, ImageMode mode, TemplateText image, std::vector<Bind>& binds) {
    if (!runs_nginx(workload) && mode == ImageMode::host)
        binds.push_back({.source = std::move(image), .target = literal("/app"), .programs = true});
    else if (runs_nginx(workload) && workload.staticFolder)
        binds.push_back({std::move(image.add(*workload.staticFolder)), TemplateText().add(*workload.staticFolder)});
}
void bind_image(const Job& /*job*/, ImageMode mode, TemplateText image, std::vector<Bind>& binds) {
    if (mode == ImageMode::host)
        binds.push_back({.source = std::move(image), .target = literal("/app"), .programs = true});
}

template <class Runs>
std::vector<Bind> binds_of(const Runs& runs, ImageMode mode) {
    std::vector<Bind> binds =
        configuration(runs.name, nginx(runs) ? std::vector<Literal>{"nginx.conf"} : std::vector<Literal>{});
    if (!runs.stores.empty() || !runs.secrets.empty())
        binds.push_back({of_environment("secrets/", runs.name), literal("/run/secrets")});
    if (const auto image = image_of(runs))
        bind_image(runs, mode, of_environment("images/", FromImage{*image, ImagePart::folder}), binds);
    return binds;
}

constexpr Literal stopSignal = "org.opencontainers.image.stopSignal";

template <class Service>
void begin_annotations(JsonTemplate& json, const Service& service) {
    json.key("annotations").object();
    json.member("tenantry.environment", TemplateText().add(tenant, "/", stage));
    json.member("tenantry.service", TemplateText().add(service));
}

template <class Runs>
void image_annotations(JsonTemplate& json, const Runs& runs, ImageMode mode) {
    const auto image = image_of(runs);
    if (!image) return;
    json.member("tenantry.image", TemplateText().add(FromImage{*image, ImagePart::reference}));
    if (mode == ImageMode::oci && !nginx(runs)) json.member("tenantry.entrypoint", "image");
}

TemplateText user() { return std::move(TemplateText().add(FromTask{TaskPart::uid})); }

Place place() {
    return {TemplateText().add("/run/tenantry/platforms/", platform, "/net/", tenant, "/", stage, "/", taskName),
            // A tenant or stage may be named `tasks`, as a file of every cgroup v1 folder is; no kernel file has a `+`.
            TemplateText().add("/tenantry/environments/", platform, "+", tenant, "+", stage, "/", taskName)};
}

TemplateText backing_name(const Store& store) { return std::move(TemplateText().add(store.name, "-postgresql")); }

// The names of hosts and links hold less than a task's may be long, so both are the short one.
void begin(JsonTemplate& json) {
    json.object().member("ociVersion", "1.0.2");
    json.key("root").object(Layout::line).member("path", "rootfs").member("readonly", true).end();
    json.member("hostname", TemplateText().add(FromTask{TaskPart::interface}));
}

}  // namespace

bool runs_nginx(const Workload& workload) { return workload.tier == model::Tier::frontend; }

TemplateText balancer_config() {
    JsonTemplate args;
    args.array(Layout::line).value("/usr/sbin/haproxy").value("-db").value("-f").value("/etc/tenantry/haproxy.cfg");
    args.end();
    JsonTemplate env;
    env.array(Layout::line);
    common_env(env, balancer);
    env.end();
    std::vector<Bind> binds = configuration(balancer, {"haproxy.cfg"});
    binds.push_back({of_environment("tls"), literal("/run/tls")});

    JsonTemplate json;
    begin(json);
    write_process(json, {user(), std::move(args).take(false), std::move(env).take(false)});
    write_mounts(json, Terminals::own, {{literal("/run"), user()}}, binds);
    write_linux(json, place(),
                {TemplateText().add(balancerMemory), TemplateText().add(balancerShares),
                 TemplateText().add(static_cast<std::uint32_t>(cpuPeriod))});
    begin_annotations(json, balancer);
    json.member(stopSignal, "SIGUSR1");  // it ends with its last connection (HAProxy's management guide, "Stopping")
    json.end().end();
    return std::move(json).take(true);
}

namespace {

template <class Runs>
TemplateText config_of(const Shape& shape, const Runs& runs, ImageMode mode) {
    JsonTemplate json;
    begin(json);
    write_process(json, {user(), args_of(runs, mode), env_of(shape, runs)});
    write_mounts(json, Terminals::own, {{literal("/run"), user()}}, binds_of(runs, mode));
    write_linux(json, place(),
                {TemplateText().add(MemoryBytes{runs.memory}), TemplateText().add(FromCpu{runs.cpu, CpuPart::shares}),
                 TemplateText().add(FromCpu{runs.cpu, CpuPart::quota})});
    begin_annotations(json, runs.name);
    image_annotations(json, runs, mode);
    variables_annotation(json, shape, runs);
    if (nginx(runs)) json.member(stopSignal, "SIGQUIT");  // it ends with its last request (nginx(8))
    json.end().end();
    return std::move(json).take(true);
}

}  // namespace

TemplateText task_config(const Shape& shape, const Workload& workload, ImageMode mode) {
    return config_of(shape, workload, mode);
}

TemplateText task_config(const Shape& shape, const Job& job, ImageMode mode) { return config_of(shape, job, mode); }

namespace {

template <class Name>
TemplateText store_config(const Name& name, const TemplateText& behind, const StoreProgram& program) {
    JsonTemplate args;
    args.array(Layout::line);
    for (const TemplateText& word : program.args) args.value(word);
    args.end();
    JsonTemplate env;
    env.array(Layout::line);
    common_env(env, name);
    for (const Literal variable : program.env) env.value(variable);
    env.end();

    std::vector<Bind> binds = configuration(name, program.files);
    for (const StoreFolder& folder : program.folders)
        binds.push_back(
            {of_environment("stores/", folder.behind ? behind : std::move(TemplateText().add(name)), "/", folder.name),
             literal(folder.target), folder.writable});
    if (program.ferretdb)
        binds.push_back(
            {.source = of_environment("images/", Literal(ferretdbImage)), .target = literal("/app"), .programs = true});

    JsonTemplate json;
    begin(json);
    write_process(json, {user(), std::move(args).take(false), std::move(env).take(false)});
    write_mounts(json, Terminals::own, {{literal("/run"), user()}}, binds);
    write_linux(json, place(),
                {TemplateText().add(program.memory), TemplateText().add(std::uint32_t{1024}),
                 TemplateText().add(static_cast<std::uint32_t>(cpuPeriod))});
    begin_annotations(json, name);
    json.member(stopSignal, program.stopSignal);
    json.end().end();
    return std::move(json).take(true);
}

}  // namespace

TemplateText task_config(const Store& store) {
    return store_config(store.name, backing_name(store), program_of(store));
}

TemplateText backing_config(const Store& store) {
    return store_config(backing_name(store), backing_name(store), backing_program());
}

}  // namespace tenantry::local_emit
