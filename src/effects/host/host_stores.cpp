#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include <tenantry/host/host_stores.hpp>
#include <tenantry/host/store_passwords.hpp>
#include <tenantry/world/secret_versions.hpp>

#include "control_socket.hpp"
#include "files.hpp"
#include "mongo_login.hpp"
#include "postgresql.hpp"
#include "postgresql_users.hpp"
#include "redis.hpp"
#include "store_data.hpp"
#include "store_files.hpp"

namespace tenantry::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using world::Placement;
using world::StoreSpec;

// A store that comes up is ready within some tens of milliseconds; one that has to recover, much later. A try costs a
// tenth of a millisecond.
constexpr milliseconds firstWait{2}, longestWait{10};
constexpr milliseconds oneAnswer{5000};

// How long to wait for a store, and as long as what.
struct Patience {
    milliseconds time;
    const ports::StillWanted& isWanted;
};

// What another try cannot change.
bool is_final(std::string_view text) {
    for (const std::string_view words : {"authentication failed", "no pg_hba.conf entry",
                                         "listens at its control socket", "WRONGPASS", "invalid username-password"})
        if (text.find(words) != std::string_view::npos) return true;
    return false;
}
bool lacks_database(std::string_view text) {
    return text.find("database \"") != std::string_view::npos && text.ends_with("does not exist");
}

// The first session that there is, within the time.
template <class Connect>
auto awaited(Connect connect, const Patience& patience) -> decltype(connect()) {
    const auto until = steady_clock::now() + patience.time;
    for (milliseconds wait = firstWait;; wait = std::min(2 * wait, longestWait)) {
        auto session = connect();
        if (session || is_final(session.error().text()) || lacks_database(session.error().text())) return session;
        if (!patience.isWanted()) return fail("it is not wanted any more");
        if (steady_clock::now() + wait > until)
            return fail("it takes no connection within {} s ({}): its log says why", patience.time.count() / 1000,
                        session.error().text());
        std::this_thread::sleep_for(wait);
    }
}

Result<PostgresqlSession> open_postgresql(const ControlFolder& folder, const StoreSpec& store,
                                          const Patience& patience) {
    const auto connect_to = [&](const std::string& database) {
        return awaited([&] { return PostgresqlSession::connect(folder, database, store); }, patience);
    };
    auto session = connect_to(store.name);
    if (session || !lacks_database(session.error().text())) return session;
    PostgresqlSession above = TRY(connect_to("template1"));
    TRY_VOID(make_database(above, store));
    return connect_to(store.name);
}

Result<RedisSession> open_redis(const Vault& vault, const Placement& placement, const ControlFolder& folder,
                                const StoreSpec& store, const Patience& patience) {
    const Secret password = TRY(store_password(vault, placement, store, controlUser));
    return awaited([&] { return RedisSession::connect(folder, store, password); }, patience);
}

/// The passwords of a store's users as the vault has them.
class Passwords {
  public:
    static Result<Passwords> read(const Vault& vault, const Placement& placement, const StoreSpec& store) {
        Passwords all(vault, placement);
        for (const world::StoreUserSpec& user : store.users) {
            const std::string name = world::password_name(store.name, user.name);
            all.users_[user.name] = {name, TRY(password_of(vault, placement, name))};
        }
        return all;
    }

    [[nodiscard]] std::map<std::string, Secret> last() const {
        std::map<std::string, Secret> secrets;
        for (const auto& [user, one] : users_) secrets[user] = one.password.last();
        return secrets;
    }
    // Of those that have a next one.
    [[nodiscard]] std::map<std::string, Secret> replaced() const {
        std::map<std::string, Secret> secrets;
        for (const auto& [user, one] : users_)
            if (one.password.next) secrets[user] = one.password.now;
        return secrets;
    }
    [[nodiscard]] bool any_next() const {
        return std::ranges::any_of(users_, [](const auto& one) { return one.second.password.next.has_value(); });
    }
    // Users whose password before is still good for something, and since when it need not be.
    [[nodiscard]] std::map<std::string, UserPassword> with_before() const {
        std::map<std::string, UserPassword> found;
        for (const auto& [user, one] : users_)
            if (one.password.before && !one.password.next) found[user] = one.password;
        return found;
    }
    Result<void> taken(const std::string& since) const {
        for (const auto& [user, one] : users_)
            TRY_VOID(password_taken(vault_, placement_, one.name, one.password, since));
        return {};
    }
    Result<void> forget(const std::string& user) const {
        return forget_password_before(vault_, placement_, users_.at(user).name);
    }

  private:
    struct User {
        std::string name;
        UserPassword password;
    };
    Passwords(const Vault& vault, const Placement& placement) : vault_(vault), placement_(placement) {}
    const Vault& vault_;
    const Placement& placement_;
    std::map<std::string, User> users_;
};

// The store's own, or of the one behind it.
Result<bool> ensure_postgresql(const Vault& vault, const Placement& placement, const StoreSpec& store,
                               const Patience& patience) {
    if (store.name == "template0" || store.name == "template1")
        return fail("`{}` is a database of PostgreSQL's own: give the store another name", store.name);
    const ControlFolder folder = TRY(ControlFolder::open(placement, store));
    PostgresqlSession session = TRY(open_postgresql(folder, store, patience));
    const Passwords passwords = TRY(Passwords::read(vault, placement, store));
    TRY_VOID(ensure_users(session, store, passwords.last(), passwords.replaced()));
    if (!passwords.any_next()) return false;
    const std::vector<Rows> moment = TRY(session.ask("select clock_timestamp()"));
    TRY_VOID(passwords.taken(moment.at(0).at(0).at(0)));
    return true;
}

Result<bool> settle_postgresql(const Vault& vault, const Placement& placement, const StoreSpec& store,
                               const Patience& patience) {
    const Passwords passwords = TRY(Passwords::read(vault, placement, store));
    const auto before = passwords.with_before();
    if (before.empty()) return false;
    const ControlFolder folder = TRY(ControlFolder::open(placement, store));
    PostgresqlSession session = TRY(open_postgresql(folder, store, patience));
    for (const auto& [user, password] : before) {
        TRY_VOID(end_older_sessions(session, user, password.since));
        TRY_VOID(passwords.forget(user));
    }
    return true;
}

Result<bool> ensure_redis(const Vault& vault, const Placement& placement, const StoreSpec& store,
                          const Patience& patience) {
    const ControlFolder folder = TRY(ControlFolder::open(placement, store));
    RedisSession session = TRY(open_redis(vault, placement, folder, store, patience));
    const Passwords passwords = TRY(Passwords::read(vault, placement, store));
    // It was started with this file, or with one before it.
    const Secret acl(TRY(read_small(run_store_folder(placement, store.name) / "users" / "users.acl")));
    TRY_VOID(ensure_users(session, acl.reveal()));
    if (!passwords.any_next()) return false;
    for (const auto& [user, password] : passwords.last())
        if (acl.reveal().find(redis_digest(password)) == std::string::npos)
            return fail("the next password of {} is not in its users.acl yet", user);
    const std::string moment = TRY(redis_moment(session));
    TRY_VOID(passwords.taken(moment));
    return true;
}

Result<bool> settle_redis(const Vault& vault, const Placement& placement, const StoreSpec& store,
                          const Patience& patience) {
    const Passwords passwords = TRY(Passwords::read(vault, placement, store));
    const auto before = passwords.with_before();
    if (before.empty()) return false;
    const ControlFolder folder = TRY(ControlFolder::open(placement, store));
    RedisSession session = TRY(open_redis(vault, placement, folder, store, patience));
    for (const auto& [user, password] : before) {
        TRY_VOID(drop_password(session, user, redis_digest(*password.before), password.since));
        TRY_VOID(passwords.forget(user));
    }
    return true;
}

// FerretDB reads once which databases there are, with the rights of its first client. Here it is one who sees them.
Result<void> ask_ferretdb(const Vault& vault, const Placement& placement, const StoreSpec& store,
                          const Patience& patience) {
    if (store.users.empty()) return {};
    const std::string& user = store.users.front().name;
    const MongoLogin login{.user = user,
                           .password = TRY(store_password(vault, placement, store, user)),
                           .certificate = TRY(store_certificate(placement, store.name))};
    return awaited([&] { return ask_as_user(placement, store, login, Deadline(oneAnswer)); }, patience);
}

Result<bool> ensure_mongodb(const Vault& vault, const Placement& placement, const StoreSpec& store,
                            const Patience& patience) {
    const bool changed = TRY(ensure_postgresql(vault, placement, store, patience));
    TRY_VOID(ask_ferretdb(vault, placement, store, patience));
    return changed;
}

std::unexpected<Error> unknown(const StoreSpec& store) {
    return fail("this machine has no {}: it runs postgresql, redis and mongodb", store.engine);
}

}  // namespace

Result<bool> HostStores::ensure(const Placement& placement, const StoreSpec& store,
                                const ports::StillWanted& isWanted) {
    const Patience patience{patience_, isWanted};
    const auto ensure = [&]() -> Result<bool> {
        if (store.engine == "postgresql") return ensure_postgresql(vault_, placement, store, patience);
        if (store.engine == "redis") return ensure_redis(vault_, placement, store, patience);
        if (store.backing) return ensure_mongodb(vault_, placement, store, patience);
        return unknown(store);
    };
    return wrap(ensure(), "preparing the users of {} of {}", store.name, placement.str());
}

Result<bool> HostStores::settle(const Placement& placement, const StoreSpec& store,
                                const ports::StillWanted& isWanted) {
    const Patience patience{patience_, isWanted};
    const auto settle = [&]() -> Result<bool> {
        if (store.engine == "redis") return settle_redis(vault_, placement, store, patience);
        return settle_postgresql(vault_, placement, store, patience);
    };
    return wrap(settle(), "ending what began with old passwords of {} of {}", store.name, placement.str());
}

Result<world::ObservedStore> HostStores::observe(const Placement& placement, const StoreSpec& store) {
    const auto look = [&]() -> Result<world::ObservedStore> {
        const ControlFolder folder = TRY(ControlFolder::open(placement, store));
        if (store.engine == "postgresql" || store.backing) {
            PostgresqlSession session = TRY(PostgresqlSession::connect(folder, store.name, store));
            return observe_users(session, store);
        }
        if (store.engine != "redis") return unknown(store);
        const ports::StillWanted always = [] { return true; };
        RedisSession session = TRY(open_redis(vault_, placement, folder, store, {patience_, always}));
        return observe_users(session, store);
    };
    return wrap(look(), "looking at the users of {} of {}", store.name, placement.str());
}

}  // namespace tenantry::host
