#include "store_program.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <tenantry/base/check.hpp>

namespace tenantry::local_emit {
namespace {

using blueprint::Shape;
using blueprint::Store;
using model::Access;
using model::Engine;

// What a store's task may use, until the platform file can say it. PostgreSQL's shared buffers are a quarter of it
// (its manual, "Resource Consumption"), Redis' data three quarters: the rest is for what it copies while it saves.
constexpr std::uint32_t postgresqlMemory = 256u << 20;
constexpr std::uint32_t redisMemory = 128u << 20;
constexpr std::uint32_t ferretdbMemory = 128u << 20;  // its garbage collector is told half
// PostgreSQL's manual, "Shutting Down the Server": connections are ended, and nothing has to be recovered.
constexpr Literal fastShutdown = "SIGINT";

TemplateText literal(Literal text) { return std::move(TemplateText().add(text)); }

// It looks for what to vacuum and what to write whether somebody uses it or not, each time with a process or through a
// part of its buffers, in every environment of the machine: a fifth as often as by default, and as much in all.
//
// The table of predicate locks is made for all connections that may come (manual, "Lock Management"), megabytes for the
// default of 64 a transaction. Where a serializable one has more, PostgreSQL locks a page or a table instead.
constexpr Literal postgresqlEverywhere = "max_pred_locks_per_transaction = 16\n"
                                         "hba_file = '/etc/tenantry/pg_hba.conf'\n"
                                         "ident_file = '/etc/tenantry/pg_ident.conf'\n"
                                         "password_encryption = 'scram-sha-256'\n"
                                         "shared_buffers = 64MB\n"
                                         "wal_level = minimal\n"
                                         "max_wal_senders = 0\n"
                                         "max_logical_replication_workers = 0\n"
                                         "min_wal_size = 32MB\n"
                                         "max_wal_size = 256MB\n"
                                         "recovery_init_sync_method = syncfs\n"
                                         "autovacuum_naptime = 5min\n"
                                         "bgwriter_delay = 1s\n"
                                         "bgwriter_lru_maxpages = 500\n"
                                         "log_destination = 'stderr'\n"
                                         "logging_collector = off\n"
                                         "log_timezone = 'UTC'\n"
                                         "timezone = 'UTC'\n";

// In its network namespace it may listen on every address: its task has one, and no IPv6.
TemplateText postgresql_conf() {
    return std::move(TemplateText().add("listen_addresses = '*'\n"
                                        "port = 5432\n"
                                        "max_connections = 200\n"
                                        "unix_socket_directories = '/run/control'\n"
                                        "ssl = on\n"
                                        "ssl_cert_file = '/run/tls/store.pem'\n"
                                        "ssl_key_file = '/run/tls/store.key'\n"
                                        "ssl_min_protocol_version = 'TLSv1.2'\n"
                                        "ssl_ciphers = 'ECDHE+AESGCM:ECDHE+CHACHA20'\n",
                                        postgresqlEverywhere));
}

// Connections that FerretDB keeps for each user who has logged in.
constexpr std::uint32_t pool = 8;
// Of the daemon, and of PostgreSQL itself for its superusers.
constexpr std::uint32_t others = 8;

// Behind a store nobody but that comes to it.
TemplateText backing_conf(std::size_t users) {
    return std::move(TemplateText().add(
        "listen_addresses = ''\n", "max_connections = ", pool * static_cast<std::uint32_t>(users) + others, "\n",
        "unix_socket_directories = '/run/control, /run/socket'\n", postgresqlEverywhere));
}

constexpr Literal controlLine = "local all tenantry peer map=control\n";

// Passwords over TLS alone, to the one database; the daemon alone by the socket, which is in a folder of the store's.
TemplateText pg_hba_conf(const Store& store) {
    return std::move(TemplateText().add(controlLine, "hostssl \"", store.name, "\" all 0.0.0.0/0 scram-sha-256\n"));
}

TemplateText backing_hba_conf() { return std::move(TemplateText().add(controlLine, "local all all scram-sha-256\n")); }

TemplateText pg_ident_conf() { return literal("control root tenantry\n"); }

constexpr Literal postgresqlProgram[] = {"/usr/lib/postgresql/15/bin/postgres", "-D", "/data", "-c",
                                         "config_file=/etc/tenantry/postgresql.conf"};
const std::vector<Literal> postgresqlFiles{"postgresql.conf", "pg_hba.conf", "pg_ident.conf"};

std::vector<TemplateText> words(std::span<const Literal> all) {
    std::vector<TemplateText> texts;
    for (const Literal one : all) texts.push_back(literal(one));
    return texts;
}

// Who has not logged in would be the URL's user: a name that PostgreSQL gives to nobody (`none` is reserved).
std::vector<TemplateText> ferretdb_args(const Store& store) {
    std::vector<TemplateText> args = words(std::array<Literal, 1>{"/app/ferretdb"});
    args.push_back(TemplateText().add("--postgresql-url=postgres://none@/", store.name,
                                      "?host=/run/socket&pool_max_conns=", pool));
    for (const Literal word :
         {Literal("--handler=postgresql"), Literal("--listen-addr="), Literal("--listen-tls=0.0.0.0:27017"),
          Literal("--listen-tls-cert-file=/run/tls/store.pem"), Literal("--listen-tls-key-file=/run/tls/store.key"),
          Literal("--debug-addr=-"), Literal("--state-dir=-"), Literal("--telemetry=disable"),
          Literal("--log-level=error")})
        args.push_back(literal(word));
    return args;
}

TemplateText redis_conf(const Store& store) {
    TemplateText text;
    text.add("bind 0.0.0.0\n"
             "protected-mode no\n"
             "port 6379\n"
             "unixsocket /run/control/redis.sock\n"
             "unixsocketperm 700\n"
             "aclfile /run/users/users.acl\n"
             "daemonize no\n"
             "dir /data\n"
             "hz 1\n"  // how often it looks for what is to be done; more often by itself where many connect
             "dynamic-hz yes\n"
             "save \"\"\n");
    if (store.cache)
        text.add("appendonly no\nmaxmemory-policy allkeys-lru\n");
    else
        text.add("appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\n");
    return std::move(text.add("maxmemory ", redisMemory / 4 * 3, "\n"));
}

// Rules of redis.io "ACL": categories of commands. `@dangerous` has what empties, lists or watches everything, of which
// an owner may do what is about data.
Literal acl_rules(Access access) {
    switch (access) {
        case Access::read:
            return "%R~* resetchannels +@read +@connection +@transaction -@admin -@dangerous";
        case Access::readWrite:
            return "~* &* +@all -@admin -@dangerous";
        case Access::owner:
            return "~* &* +@all -@admin -@dangerous +flushall +flushdb +info +keys +sort";
    }
    TENANTRY_CHECK(false, "an access is one of the list");
}

// Calls `told` with each service, job and access entry that may use the store, and with what it may do.
template <class Told>
void each_user(const Shape& shape, Index<Store> store, const Told& told) {
    const auto look = [&](const auto& users) {
        for (const auto& user : users)
            for (const blueprint::Grant& grant : user.stores)
                if (grant.store == store) told(user.name, grant.access);
    };
    look(shape.workloads);
    look(shape.jobs);
    look(shape.access);
}

// Without passwords: the host adds each one's digest.
TemplateText users_acl(const Shape& shape, Index<Store> store) {
    TemplateText text;
    text.add("user default off resetpass resetkeys resetchannels -@all\nuser tenantry on ~* &* +@all\n");
    each_user(shape, store,
              [&](const auto& name, Access access) { text.add("user ", name, " on ", acl_rules(access), "\n"); });
    return text;
}

}  // namespace

StoreProgram program_of(const Store& store) {
    switch (store.engine) {
        case Engine::postgresql:
            return {.args = words(postgresqlProgram),
                    .env = {},
                    .files = postgresqlFiles,
                    .folders = {{"data", "/data", true}, {"tls", "/run/tls"}, {"control", "/run/control", true}},
                    .memory = postgresqlMemory,
                    .stopSignal = fastShutdown};
        case Engine::redis:
            return {.args = words(std::array<Literal, 2>{"/usr/bin/redis-server", "/etc/tenantry/redis.conf"}),
                    .env = {},
                    .files = {"redis.conf"},
                    .folders = {{"data", "/data", true}, {"users", "/run/users"}, {"control", "/run/control", true}},
                    .memory = redisMemory};
        case Engine::mongodb:
            return {.args = ferretdb_args(store),
                    .env = {"GOMAXPROCS=1", "GOMEMLIMIT=64MiB"},
                    .ferretdb = true,
                    .files = {},
                    .folders = {{"tls", "/run/tls"}, {.name = "socket", .target = "/run/socket", .behind = true}},
                    .memory = ferretdbMemory};
    }
    TENANTRY_CHECK(false, "an engine is one of the list");
}

StoreProgram backing_program() {
    return {.args = words(postgresqlProgram),
            .env = {},
            .files = postgresqlFiles,
            .folders = {{"data", "/data", true}, {"control", "/run/control", true}, {"socket", "/run/socket", true}},
            .memory = postgresqlMemory,
            .stopSignal = fastShutdown};
}

std::vector<StoreText> texts_of(const Shape& shape, Index<Store> index) {
    const Store& store = shape.stores[index.at];
    switch (store.engine) {
        case Engine::postgresql:
            return {{"postgresql.conf", postgresql_conf()},
                    {"pg_hba.conf", pg_hba_conf(store)},
                    {"pg_ident.conf", pg_ident_conf()}};
        case Engine::redis:
            return {{"redis.conf", redis_conf(store)}, {"users.acl", users_acl(shape, index)}};
        case Engine::mongodb:
            return {};
    }
    TENANTRY_CHECK(false, "an engine is one of the list");
}

std::vector<StoreText> backing_texts(const Shape& shape, Index<Store> index) {
    return {{"postgresql.conf", backing_conf(users_of(shape, index).size())},
            {"pg_hba.conf", backing_hba_conf()},
            {"pg_ident.conf", pg_ident_conf()}};
}

std::vector<StoreUser> users_of(const Shape& shape, Index<Store> store) {
    std::vector<StoreUser> all;
    each_user(shape, store, [&](const auto& name, Access access) { all.push_back({name.str(), access}); });
    std::ranges::sort(all, {}, &StoreUser::name);
    return all;
}

}  // namespace tenantry::local_emit
