#include "store_tasks.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace tenantry::support {
namespace {

namespace json = boost::json;
using world::EnvironmentSpec;

struct Folder {
    const char *name, *target;
    bool writable = false;
};

world::TextSpec& text(EnvironmentSpec& spec, const std::string& path) {
    const auto at = std::ranges::lower_bound(spec.texts, path, {}, &world::TextSpec::path);
    if (at != spec.texts.end() && at->path == path) return *at;
    return *spec.texts.insert(at, {path, {}});
}

json::value mount_of(const std::string& source, const std::string& target, bool writable) {
    return {{"destination", target},
            {"type", "bind"},
            {"source", source},
            {"options", {"bind", writable ? "rw" : "ro", "private", "nosuid", "nodev", "noexec"}}};
}

void make_task(EnvironmentSpec& spec, const std::string& store, const json::array& args,
               const std::vector<std::string>& files, const std::vector<Folder>& folders, const char* stopSignal) {
    std::string& config = text(spec, fmt::format("tasks/{}-1/config.json", store)).text;
    json::object object = json::parse(config).as_object();
    object.at("process").at("args") = args;
    json::array mounts;
    for (const json::value& mount : object.at("mounts").as_array())
        if (mount.at("destination") != "/app") mounts.push_back(mount);
    const std::string folder = world::folder_of(spec.placement);
    for (const std::string& file : files)
        mounts.push_back(
            mount_of(fmt::format("{}/services/{}/{}", folder, store, file), "/etc/tenantry/" + file, false));
    for (const Folder& one : folders)
        mounts.push_back(mount_of(fmt::format("{}/stores/{}/{}", folder, store, one.name), one.target, one.writable));
    object.at("mounts") = mounts;
    object["annotations"].as_object()["org.opencontainers.image.stopSignal"] = stopSignal;
    config = json::serialize(object);
    for (world::TaskSpec& task : spec.tasks)
        if (task.service == store) {
            task.kind = world::TaskKind::store;
            task.health = world::HealthSpec{};
        }
}

std::uint32_t user_of(const EnvironmentSpec& spec, const std::string& task) {
    const world::TextSpec* config = spec.text(fmt::format("tasks/{}/config.json", task));
    return json::parse(config->text).at("process").at("user").at("uid").to_number<std::uint32_t>();
}

constexpr const char* settings =
    "listen_addresses = '*'\nport = 5432\nmax_connections = 200\nunix_socket_directories = '/run/control'\n"
    "hba_file = '/etc/tenantry/pg_hba.conf'\nident_file = '/etc/tenantry/pg_ident.conf'\n"
    "password_encryption = 'scram-sha-256'\nssl = on\nssl_cert_file = '/run/tls/store.pem'\n"
    "ssl_key_file = '/run/tls/store.key'\nssl_min_protocol_version = 'TLSv1.2'\nshared_buffers = 64MB\n"
    "wal_level = minimal\nmax_wal_senders = 0\nmax_logical_replication_workers = 0\nmin_wal_size = 32MB\n"
    "max_wal_size = 256MB\nrecovery_init_sync_method = syncfs\nlog_destination = 'stderr'\n"
    "logging_collector = off\nlog_timezone = 'UTC'\ntimezone = 'UTC'\n";

std::string rules(const std::string& access) {
    if (access == "read") return "%R~* resetchannels +@read +@connection +@transaction -@admin -@dangerous";
    if (access == "readWrite") return "~* &* +@all -@admin -@dangerous";
    return "~* &* +@all -@admin -@dangerous +flushall +flushdb +info +keys +sort";
}

}  // namespace

void write_acl(EnvironmentSpec& spec) {
    std::string& acl = text(spec, "services/cache/users.acl").text;
    acl = "user default off resetpass resetkeys resetchannels -@all\nuser tenantry on ~* &* +@all\n";
    for (const world::StoreUserSpec& user : spec.stores.at(1).users)
        acl += fmt::format("user {} on {}\n", user.name, rules(user.access));
}

void make_stores(EnvironmentSpec& spec) {
    make_task(spec, "books",
              {"/usr/lib/postgresql/15/bin/postgres", "-D", "/data", "-c", "config_file=/etc/tenantry/postgresql.conf"},
              {"postgresql.conf", "pg_hba.conf", "pg_ident.conf"},
              {{"data", "/data", true}, {"tls", "/run/tls"}, {"control", "/run/control", true}}, "SIGINT");
    make_task(spec, "cache", {"/usr/bin/redis-server", "/etc/tenantry/redis.conf"}, {"redis.conf"},
              {{"data", "/data", true}, {"users", "/run/users"}, {"control", "/run/control", true}}, "SIGTERM");
    text(spec, "services/books/postgresql.conf").text = settings;
    text(spec, "services/books/pg_hba.conf").text =
        "local all tenantry peer map=control\nhostssl \"books\" all 0.0.0.0/0 scram-sha-256\n";
    text(spec, "services/books/pg_ident.conf").text = "control root tenantry\n";
    text(spec, "services/cache/redis.conf").text =
        "bind 0.0.0.0\nprotected-mode no\nport 6379\nunixsocket /run/control/redis.sock\nunixsocketperm 700\n"
        "aclfile /run/users/users.acl\ndaemonize no\ndir /data\nsave \"\"\nappendonly yes\n";
    const std::vector<world::StoreUserSpec> users{{"api", "readWrite"}, {"deploy", "owner"}, {"web", "read"}};
    spec.stores = {{"books", "postgresql", "books-1", user_of(spec, "books-1"), 5432, users},
                   {"cache", "redis", "cache-1", user_of(spec, "cache-1"), 6379, users}};
    spec.readers = {{"api", user_of(spec, "api-1"), {{"jwt_key", 32}}}, {"web", user_of(spec, "web-1"), {}}};
    write_acl(spec);
}

}  // namespace tenantry::support
