#include "task_config.hpp"

#include <algorithm>

#include <tenantry/base/check.hpp>
#include <tenantry/blueprint/place.hpp>

#include "oci_text.hpp"

namespace tenantry::local_emit {
namespace {

using blueprint::EnvVar;
using blueprint::Shape;
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

template <class Service>
std::vector<Bind> configuration(const Service& service, Literal file) {
    TemplateText target;
    target.add("/etc/tenantry/", file);
    return {{of_environment("services/", service, "/hosts"), literal("/etc/hosts")},
            {of_environment("services/", service, "/", file), std::move(target)}};
}

template <class Service>
void common_env(JsonTemplate& env, const Service& service) {
    env.value("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    env.value(TemplateText().add("TENANTRY_TENANT=", tenant));
    env.value(TemplateText().add("TENANTRY_STAGE=", stage));
    env.value(TemplateText().add("TENANTRY_SERVICE=", service));
}

// `CREDIT_SCORING_URL=http://credit-scoring:9100`
FreeText call_variable(const Workload& called) {
    TENANTRY_CHECK(called.port, "a service that is called has a port");
    std::string key = called.name.str();
    std::ranges::transform(key, key.begin(), [](char c) {
        return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    auto text = FreeText::parse(key + "_URL=http://" + called.name.str() + ":" + std::to_string(called.port->number));
    TENANTRY_CHECK(text.has_value(), "a label and a port are free of control characters");
    return *std::move(text);
}

TemplateText env_of(const Shape& shape, const Workload& workload) {
    JsonTemplate env;
    env.array(Layout::line);
    common_env(env, workload.name);
    if (workload.port) env.value(TemplateText().add("PORT=", *workload.port));
    for (const Index<Workload> index : workload.calls) env.value(call_variable(shape.workloads[index.at]));
    for (const EnvVar& own : workload.env) env.value(TemplateText().add(own.key, "=", EscapedText{own.value}));
    env.end();
    return std::move(env).take(false);
}

TemplateText args_of(const Workload& workload, ImageMode mode) {
    JsonTemplate args;
    args.array(Layout::line);
    if (runs_nginx(workload)) {
        args.value("/usr/sbin/nginx").value("-c").value("/etc/tenantry/nginx.conf");
    } else {
        if (mode == ImageMode::host)
            args.value(TemplateText().add("/app/", FromImage{*workload.image, ImagePart::program}));
        for (const FreeText& word : workload.command) args.value(word);
    }
    args.end();
    return std::move(args).take(false);
}

std::vector<Bind> binds_of(const Workload& workload, ImageMode mode) {
    std::vector<Bind> binds = configuration(workload.name, "nginx.conf");
    if (!runs_nginx(workload)) binds.pop_back();
    if (!workload.image) return binds;
    TemplateText image;
    image.add("/run/tenantry/platforms/", platform, "/environments/", tenant, "/", stage, "/images/",
              FromImage{*workload.image, ImagePart::folder});
    if (runs_nginx(workload)) {
        if (workload.staticFolder)
            binds.push_back({std::move(image.add(*workload.staticFolder)), TemplateText().add(*workload.staticFolder)});
    } else if (mode == ImageMode::host) {
        binds.push_back({.source = std::move(image), .target = literal("/app"), .programs = true});
    }
    return binds;
}

template <class Service>
void annotations(JsonTemplate& json, const Service& service, const Workload* workload, ImageMode mode) {
    json.key("annotations").object();
    json.member("tenantry.environment", TemplateText().add(tenant, "/", stage));
    json.member("tenantry.service", TemplateText().add(service));
    if (workload != nullptr && workload->image) {
        json.member("tenantry.image", TemplateText().add(FromImage{*workload->image, ImagePart::reference}));
        if (mode == ImageMode::oci && !runs_nginx(*workload)) json.member("tenantry.entrypoint", "image");
    }
    json.end();
}

TemplateText user() { return std::move(TemplateText().add(FromTask{TaskPart::uid})); }

Place place() {
    return {TemplateText().add("/run/tenantry/platforms/", platform, "/net/", tenant, "/", stage, "/", taskName),
            // A tenant or stage may be named `tasks`, as a file of every cgroup v1 folder is; no kernel file has a `+`.
            TemplateText().add("/tenantry/environments/", platform, "+", tenant, "+", stage, "/", taskName)};
}

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
    std::vector<Bind> binds = configuration(balancer, "haproxy.cfg");
    binds.push_back({of_environment("tls"), literal("/run/tls")});
    binds.push_back({.source = of_environment("control"), .target = literal("/run/control"), .writable = true});

    JsonTemplate json;
    begin(json);
    write_process(json, {user(), std::move(args).take(false), std::move(env).take(false)});
    write_mounts(json, {{literal("/run"), user()}}, binds);
    write_linux(json, place(),
                {TemplateText().add(balancerMemory), TemplateText().add(balancerShares),
                 TemplateText().add(static_cast<std::uint32_t>(cpuPeriod))});
    annotations(json, balancer, nullptr, ImageMode::oci);
    json.end();
    return std::move(json).take(true);
}

TemplateText task_config(const Shape& shape, const Workload& workload, ImageMode mode) {
    JsonTemplate json;
    begin(json);
    write_process(json, {user(), args_of(workload, mode), env_of(shape, workload)});
    write_mounts(json, {{literal("/run"), user()}}, binds_of(workload, mode));
    write_linux(
        json, place(),
        {TemplateText().add(MemoryBytes{workload.memory}), TemplateText().add(FromCpu{workload.cpu, CpuPart::shares}),
         TemplateText().add(FromCpu{workload.cpu, CpuPart::quota})});
    annotations(json, workload.name, &workload, mode);
    json.end();
    return std::move(json).take(true);
}

}  // namespace tenantry::local_emit
