#include "postgresql_users.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "postgresql_rights.hpp"
#include "scram.hpp"

namespace tenantry::host {
namespace {

using world::StoreSpec;
using world::StoreUserSpec;
using Passwords = std::map<std::string, Secret>;

// Changes bring each other with them (what a dropped user owned is the owners' then); twice is enough.
constexpr int mostRounds = 4;

// Roles that initdb did not make, the group that they take at the beginning of a session, whether anything of this
// database is theirs, and what they are in. 16384 is FirstNormalObjectId.
constexpr const char* askRoles = R"(
select r.oid, r.rolname, r.rolcanlogin,
       r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls,
       r.rolinherit, coalesce(r.rolvaliduntil, 'infinity') = 'infinity' and r.rolconnlimit = -1, r.rolpassword,
       (select substr(c, 6) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) c
        where s.setrole = r.oid and d.datname = current_database() and c like 'role=%'),
       exists (select from pg_shdepend s join pg_database d on d.oid = s.dbid
               where s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid and s.deptype = 'o'
                 and s.classid <> 'pg_default_acl'::regclass and d.datname = current_database())
from pg_authid r where r.oid >= 16384 order by r.rolname;
select m.member, g.rolname, m.admin_option
from pg_auth_members m join pg_authid g on g.oid = m.roleid where m.member >= 16384;
select rolname from pg_auth_members m join pg_authid r on r.oid = m.member
where m.member < 16384 and m.roleid >= 16384;
)";

struct Membership {
    std::string group;
    bool admin = false;
};

struct Role {
    std::string id, name;
    bool login = false, powerful = false, inherits = false, unlimited = false, owns = false;
    std::string verifier, actsAs;
    std::vector<Membership> memberships;
};

struct Roles {
    std::vector<Role> all;
    std::vector<std::string> systemMembers;  // PostgreSQL's own that are in one of ours
};

bool truth(const std::string& value) { return value == "t"; }

const Role* find(const Roles& roles, std::string_view name) {
    const auto found = std::ranges::find(roles.all, name, &Role::name);
    return found == roles.all.end() ? nullptr : &*found;
}

Roles roles_of(const std::vector<Rows>& answers) {
    Roles roles;
    for (const Row& row : answers.at(0))
        roles.all.push_back({.id = row[0],
                             .name = row[1],
                             .login = truth(row[2]),
                             .powerful = truth(row[3]),
                             .inherits = truth(row[4]),
                             .unlimited = truth(row[5]),
                             .owns = truth(row[8]),
                             .verifier = row[6],
                             .actsAs = row[7],
                             .memberships = {}});
    for (const Row& row : answers.at(1))
        for (Role& role : roles.all)
            if (role.id == row[0]) role.memberships.push_back({row[1], truth(row[2])});
    for (const Row& row : answers.at(2)) roles.systemMembers.push_back(row[0]);
    return roles;
}

// Statements, and whose sessions have to end: with the rights of the roles that they have taken they would go on.
struct Changes {
    std::vector<std::string> statements, drops;
    std::set<std::string> endedUsers;  // by the oids of their roles
    void add(std::string statement) { statements.push_back(std::move(statement)); }
};

class Planner {
  public:
    Planner(const PostgresqlSession& session, const StoreSpec& store, const Passwords& passwords,
            const Passwords& replaced)
        : session_(session),
          store_(store),
          passwords_(passwords),
          replaced_(replaced),
          writersMake_(writers_make(store)) {}

    [[nodiscard]] Result<Changes> changes(const Roles& roles) const {
        Changes changes;
        for (const char* group : groups) plan_group(find(roles, group), group, changes);
        if (writersMake_ && !is_in(find(roles, ownerGroup), writeGroup))
            changes.add(fmt::format("GRANT {} TO {}", quoted(writeGroup), quoted(ownerGroup)));
        for (const StoreUserSpec& user : store_.users) TRY_VOID(plan_user(find(roles, user.name), user, changes));
        for (const Role& role : roles.all)
            if (!is_wanted(role.name)) plan_drop(role, changes);
        return changes;
    }

    [[nodiscard]] bool is_wanted(const std::string& name) const {
        return std::ranges::count(groups, name) > 0 || std::ranges::count(store_.users, name, &StoreUserSpec::name) > 0;
    }

    // Literals of the users' names.
    [[nodiscard]] std::string user_list() const {
        std::string list;
        for (const StoreUserSpec& user : store_.users) list += (list.empty() ? "" : ", ") + session_.literal(user.name);
        return list;
    }

  private:
    static constexpr const char* plain = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";

    [[nodiscard]] std::string quoted(std::string_view name) const { return session_.name(name); }

    static const char* group_of(const StoreUserSpec& user) {
        return user.access == "owner" ? ownerGroup : user.access == "readWrite" ? writeGroup : readGroup;
    }

    // All memberships but the wanted one end; true where any did.
    bool leave_groups(const Role& role, std::string_view wanted, Changes& changes) const {
        bool left = false;
        for (const Membership& one : role.memberships) {
            if (one.group == wanted && !one.admin) continue;
            changes.add(fmt::format("REVOKE {} FROM {} CASCADE", quoted(one.group), quoted(role.name)));
            left = true;
        }
        return left;
    }

    static bool is_in(const Role* role, std::string_view group) {
        const auto is_it = [&](const Membership& one) { return one.group == group && !one.admin; };
        return role != nullptr && std::ranges::any_of(role->memberships, is_it);
    }

    void plan_group(const Role* there, const char* group, Changes& changes) const {
        if (there == nullptr) return changes.add(fmt::format("CREATE ROLE {} NOLOGIN {}", quoted(group), plain));
        if (there->login || there->powerful || !there->inherits) {
            changes.add(fmt::format("ALTER ROLE {} NOLOGIN INHERIT {}", quoted(group), plain));
            changes.endedUsers.insert(there->id);
        }
        leave_groups(*there, writersMake_ && group == ownerGroup ? writeGroup : "", changes);
    }

    [[nodiscard]] Result<std::string> password_clause(const Role* there, const StoreUserSpec& user) const {
        const Secret& password = passwords_.at(user.name);
        const std::string salt = salt_of(password, store_.name + "/" + user.name);
        if (there != nullptr && has_salt(there->verifier, salt)) return {};
        return fmt::format(" PASSWORD {}", session_.literal(TRY(scram_verifier(password, salt))));
    }

    // The one that the vault had before its next one, and nobody else's.
    [[nodiscard]] bool has_replaced(const Role& there, const StoreUserSpec& user) const {
        const auto found = replaced_.find(user.name);
        return found != replaced_.end() &&
               has_salt(there.verifier, salt_of(found->second, store_.name + "/" + user.name));
    }

    // Who makes something acts as its group from the beginning of a session, and has no rights of its own: whatever it
    // makes is the group's.
    Result<void> plan_user(const Role* there, const StoreUserSpec& user, Changes& changes) const {
        const std::string_view group = group_of(user);
        const bool acts = group == ownerGroup || writersMake_;
        const std::string name = quoted(user.name);
        const std::string password = TRY(password_clause(there, user));
        const bool differs = there == nullptr || !there->login || there->powerful || there->inherits == acts ||
                             !there->unlimited || !password.empty();
        if (differs)
            changes.add(fmt::format("{} ROLE {} LOGIN {} {} CONNECTION LIMIT -1 VALID UNTIL 'infinity'{}",
                                    there == nullptr ? "CREATE" : "ALTER", name, acts ? "NOINHERIT" : "INHERIT", plain,
                                    password));
        const std::string role(acts ? group : "");
        const bool actsOtherwise = (there == nullptr ? "" : there->actsAs) != role;
        if (actsOtherwise)
            changes.add(fmt::format("ALTER ROLE {} IN DATABASE {} {}", name, quoted(store_.name),
                                    acts ? "SET role = " + session_.literal(role) : "RESET role"));
        const bool left = there != nullptr && leave_groups(*there, group, changes);
        if (!is_in(there, group)) changes.add(fmt::format("GRANT {} TO {}", quoted(group), name));
        if (there == nullptr) return {};
        if (there->owns)
            changes.add(fmt::format("REASSIGN OWNED BY {} TO {}", name,
                                    quoted(writersMake_ && group == writeGroup ? writeGroup : ownerGroup)));
        const bool isStrange = !password.empty() && !has_replaced(*there, user);
        if (left || actsOtherwise || there->powerful || isStrange) changes.endedUsers.insert(there->id);
        return {};
    }

    void plan_drop(const Role& role, Changes& changes) const {
        const std::string name = quoted(role.name);
        changes.drops.push_back(fmt::format("REASSIGN OWNED BY {} TO {}", name, quoted(ownerGroup)));
        changes.drops.push_back(fmt::format("DROP OWNED BY {} CASCADE", name));
        changes.drops.push_back(fmt::format("DROP ROLE {}", name));
        changes.endedUsers.insert(role.id);
    }

    const PostgresqlSession& session_;
    const StoreSpec& store_;
    const Passwords& passwords_;
    const Passwords& replaced_;
    bool writersMake_;
};

std::string joined(const std::vector<std::string>& statements) {
    std::string text;
    for (const std::string& statement : statements) text += statement + ";\n";
    return text;
}

// Waits for their end, up to 5 s each: a transaction that they are in may hold what is to be changed.
std::string ending_of(const std::set<std::string>& users) {
    std::string list;
    for (const std::string& user : users) list += (list.empty() ? "" : ",") + user;
    return fmt::format("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usesysid IN ({}) AND pid <> "
                       "pg_backend_pid();\n",
                       list);
}

// Those who are dropped take no new session meanwhile, and those that they have end before.
Result<void> shut_out(PostgresqlSession& session, const Roles& roles, const Planner& planner) {
    std::string closing;
    std::set<std::string> users;
    for (const Role& role : roles.all)
        if (!planner.is_wanted(role.name)) {
            closing += fmt::format("ALTER ROLE {} NOLOGIN;\n", session.name(role.name));
            users.insert(role.id);
        }
    if (users.empty()) return {};
    TRY_VOID(session.run(closing));
    return session.run(ending_of(users));
}

// The database of MongoDB's that a store has from its beginning, as FerretDB itself makes one for an owner: who writes
// and makes none finds it. That it is the store's owner who makes it gives the others their rights on it.
Result<std::vector<std::string>> missing_documents(PostgresqlSession& session, const StoreSpec& store) {
    if (!writers_make(store)) return std::vector<std::string>();
    const std::string schema = session.name(store.name);
    const std::string table = schema + "._ferretdb_database_metadata";
    const std::vector<Rows> answers =
        TRY(session.ask(fmt::format("select to_regclass({}) is null", session.literal(table))));
    if (answers.at(0).at(0).at(0) == "f") return std::vector<std::string>();
    return std::vector{
        std::string("SET LOCAL ROLE \"tenantry.owner\""),
        fmt::format("CREATE SCHEMA IF NOT EXISTS {}", schema),
        fmt::format("CREATE TABLE {} (_jsonb jsonb)", table),
        fmt::format("CREATE UNIQUE INDEX _ferretdb_database_metadata_id_idx ON {} ((_jsonb->'_id'))", table),
        fmt::format("CREATE UNIQUE INDEX _ferretdb_database_metadata_table_idx ON {} ((_jsonb->'table'))", table),
        std::string("SET LOCAL ROLE NONE")};
}

// True where there was something to do.
Result<bool> change(PostgresqlSession& session, const StoreSpec& store, const Planner& planner) {
    const std::vector<Rows> answers = TRY(session.ask(askRoles + ask_rights(store, planner.user_list())));
    const Roles roles = roles_of(answers);
    if (!roles.systemMembers.empty())
        return fail("PostgreSQL's own role {} is in a group of this store: revoke that", roles.systemMembers[0]);
    Changes changes = TRY(planner.changes(roles));
    for (const Row& row : answers.at(3)) changes.add(row[0]);
    std::ranges::move(TRY(missing_documents(session, store)), std::back_inserter(changes.statements));
    // Those of the rights may name who is dropped.
    std::ranges::copy(changes.drops, std::back_inserter(changes.statements));
    if (changes.statements.empty()) return false;
    TRY_VOID(shut_out(session, roles, planner));
    TRY_VOID(session.run(joined(changes.statements)));
    if (!changes.endedUsers.empty()) TRY_VOID(session.run(ending_of(changes.endedUsers)));
    return true;
}

}  // namespace

Result<void> end_older_sessions(PostgresqlSession& session, const std::string& user, const std::string& moment) {
    return session.run(
        fmt::format("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = {} AND backend_start "
                    "< {}::timestamptz AND pid <> pg_backend_pid();\n",
                    session.literal(user), session.literal(moment)));
}

Result<void> make_database(PostgresqlSession& session, const StoreSpec& store) {
    const std::string name = session.name(store.name);
    const std::vector<Rows> answers = TRY(session.ask(
        fmt::format("select datname from pg_database where datname in ({}, 'postgres')", session.literal(store.name))));
    const Rows& found = answers.at(0);
    if (std::ranges::count(found, Row{store.name}) > 0) return {};
    // A new cluster has the database `postgres`, which nobody uses: another name is a hundred times cheaper than
    // another database.
    if (!found.empty()) return session.run(fmt::format("ALTER DATABASE postgres RENAME TO {}", name));
    return session.run(fmt::format("CREATE DATABASE {} OWNER tenantry", name));
}

Result<void> ensure_users(PostgresqlSession& session, const StoreSpec& store, const Passwords& passwords,
                          const Passwords& replaced) {
    const Planner planner(session, store, passwords, replaced);
    for (int round = 0; round < mostRounds; ++round)
        if (!TRY(wrap(change(session, store, planner), "setting the users of {}", store.name))) return {};
    return fail("the rights in {} change while they are set: another one changes them", store.name);
}

}  // namespace tenantry::host
