#include <tenantry/local_emit/local_emit.hpp>

#include "json_template.hpp"
#include "oci_text.hpp"

namespace tenantry::local_emit {
namespace {

// The id just below the first range that a lock gives to an environment (2^20).
constexpr std::uint32_t edgeUser = 1'048'575;
// Each connection takes two descriptors: half as many connections.
constexpr std::uint32_t edgeFiles = 4096;
constexpr std::uint32_t edgeMemory = 256u << 20;
constexpr std::uint32_t edgeShares = 2048;

TemplateText literal(Literal text) { return std::move(TemplateText().add(text)); }
TemplateText number(std::uint32_t value) { return std::move(TemplateText().add(value)); }

Program program() {
    JsonTemplate args, env;
    args.array(Layout::line).value("/usr/sbin/nginx").value("-c").value("/etc/tenantry/nginx.conf").end();
    env.array(Layout::line).value("PATH=/usr/sbin:/usr/bin").end();
    return {number(edgeUser), std::move(args).take(false), std::move(env).take(false), edgeFiles};
}

// nginx keeps its pid file in the one, and makes folders in the other whether it needs them or not.
std::vector<OwnFolder> own_folders() {
    return {{literal("/run"), number(edgeUser)},
            {literal("/run/tenantry/edge"), number(edgeUser)},
            {literal("/var/lib/nginx"), number(edgeUser)}};
}

std::vector<Bind> binds() {
    return {{literal("/run/tenantry/edge/nginx.conf"), literal("/etc/tenantry/nginx.conf")},
            {literal("/run/tenantry/in"), literal("/run/tenantry/in")}};
}

}  // namespace

LocalFile edge_config() {
    JsonTemplate json;
    json.object().member("ociVersion", "1.0.2");
    json.key("root").object(Layout::line).member("path", "rootfs").member("readonly", true).end();
    json.member("hostname", "edge");
    write_process(json, program());
    write_mounts(json, Terminals::none, own_folders(), binds());
    write_linux(json, {std::nullopt, literal("/tenantry/edge")},
                {number(edgeMemory), number(edgeShares), number(2 * static_cast<std::uint32_t>(cpuPeriod))});
    json.end();
    return {"edge/config.json", std::move(json).take(true).literals()};
}

}  // namespace tenantry::local_emit
