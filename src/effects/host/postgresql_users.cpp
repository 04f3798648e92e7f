#include "postgresql_users.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "scram.hpp"

namespace tenantry::host {
namespace {

using world::StoreSpec;
using world::StoreUserSpec;
using Passwords = std::map<std::string, Secret>;

constexpr const char *ownerGroup = "tenantry.owner", *writeGroup = "tenantry.write", *readGroup = "tenantry.read";
constexpr std::array groups{ownerGroup, writeGroup, readGroup};

// Changes bring each other with them (what a dropped user owned is the owners' then); twice is enough.
constexpr int mostRounds = 4;

// Roles that initdb did not make, and what they are in. 16384 is FirstNormalObjectId.
constexpr const char* askRoles = R"(
select r.oid, r.rolname, r.rolcanlogin,
       r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls,
       r.rolinherit, coalesce(r.rolvaliduntil, 'infinity') = 'infinity' and r.rolconnlimit = -1, r.rolpassword,
       exists (select from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
               where s.setrole = r.oid and d.datname = current_database() and 'role=tenantry.owner' = any (s.setconfig))
from pg_authid r where r.oid >= 16384 order by r.rolname;
select m.member, g.rolname, m.admin_option
from pg_auth_members m join pg_authid g on g.oid = m.roleid where m.member >= 16384;
select rolname from pg_auth_members m join pg_authid r on r.oid = m.member
where m.member < 16384 and m.roleid >= 16384;
)";

// Statements that make the rights on what there is, and on what will be, those of the groups; none where they are.
// `acl`: what is there; `wanted`: what shall be. Owners have all rights on what is theirs.
constexpr const char* askRights = R"(
with wanted (kind, grantee, privilege) as (values
        ('r', 'tenantry.read', 'SELECT'), ('r', 'tenantry.write', 'SELECT'), ('r', 'tenantry.write', 'INSERT'),
        ('r', 'tenantry.write', 'UPDATE'), ('r', 'tenantry.write', 'DELETE'), ('S', 'tenantry.write', 'USAGE'),
        ('n', 'tenantry.read', 'USAGE'), ('n', 'tenantry.write', 'USAGE'),
        ('d', 'tenantry.owner', 'CREATE'), ('d', 'tenantry.owner', 'TEMPORARY')
        union all select 'd', name, 'CONNECT' from unnest(array[{0}]::text[]) name),
schemas as (select * from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
things (kind, target, owner, acl) as (
    select case c.relkind when 'S' then 'S' else 'r' end,
           case c.relkind when 'S' then 'SEQUENCE ' else 'TABLE ' end || c.oid::regclass, c.relowner,
           coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
    from pg_class c join schemas n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select 'n', format('SCHEMA %I', nspname), nspowner, coalesce(nspacl, acldefault('n', nspowner)) from schemas
    union all
    select case datname when current_database() then 'd' else '' end, format('DATABASE %I', datname), datdba,
           coalesce(datacl, acldefault('d', datdba)) from pg_database),
present as (
    select t.kind, t.target, r.rolname as grantee, a.grantee as id, a.privilege_type as privilege, a.is_grantable
    from things t, aclexplode(t.acl) a left join pg_authid r on r.oid = a.grantee where a.grantee <> t.owner),
later (kind, of, owner, place, grantee, id, privilege, is_grantable) as (
    select d.defaclobjtype, case d.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' else 'SCHEMAS' end,
           o.rolname, case when n.oid is not null then format(' IN SCHEMA %I', n.nspname) else '' end,
           r.rolname, a.grantee, a.privilege_type, a.is_grantable
    from pg_default_acl d join pg_authid o on o.oid = d.defaclrole left join pg_namespace n on n.oid = d.defaclnamespace,
         aclexplode(d.defaclacl) a left join pg_authid r on r.oid = a.grantee
    where d.defaclobjtype in ('r', 'S', 'n') and a.grantee <> d.defaclrole)
select format('REVOKE %s ON %s FROM %s CASCADE', p.privilege, p.target, coalesce(quote_ident(p.grantee), 'PUBLIC'))
from present p where (p.id = 0 or p.grantee is not null) and (p.is_grantable or not exists (select from wanted w
    where w.kind = p.kind and w.grantee = p.grantee and w.privilege = p.privilege))
union all
select format('REVOKE ALL (%I) ON TABLE %s FROM %s CASCADE', a.attname, c.oid::regclass,
              coalesce(quote_ident(r.rolname), 'PUBLIC'))
from pg_attribute a join pg_class c on c.oid = a.attrelid join schemas n on n.oid = c.relnamespace,
     aclexplode(a.attacl) x left join pg_authid r on r.oid = x.grantee
where x.grantee <> c.relowner and not a.attisdropped
union all
select format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE %s ON %s FROM %s', l.owner, l.place, l.privilege, l.of,
              coalesce(quote_ident(l.grantee), 'PUBLIC'))
from later l where l.is_grantable or l.owner <> 'tenantry.owner' or l.place <> '' or not exists (select from wanted w
    where w.kind = l.kind::text and w.grantee = l.grantee and w.privilege = l.privilege)
union all
select format('GRANT %s ON %s TO %I', w.privilege, t.target, w.grantee)
from things t join wanted w on w.kind = t.kind where not exists (select from present p
    where p.target = t.target and p.grantee = w.grantee and p.privilege = w.privilege and not p.is_grantable)
    and not exists (select from pg_authid o where o.oid = t.owner and o.rolname = w.grantee)
union all
select format('ALTER DEFAULT PRIVILEGES FOR ROLE "tenantry.owner" GRANT %s ON %s TO %I', w.privilege,
              case w.kind when 'r' then 'TABLES' when 'S' then 'SEQUENCES' else 'SCHEMAS' end, w.grantee)
from wanted w where w.kind in ('r', 'S', 'n') and not exists (select from later l where l.owner = 'tenantry.owner'
    and l.place = '' and l.kind::text = w.kind and l.grantee = w.grantee and l.privilege = w.privilege
    and not l.is_grantable)
union all
select format('ALTER SCHEMA public OWNER TO "tenantry.owner"') from pg_namespace n join pg_authid o on o.oid = n.nspowner
where n.nspname = 'public' and o.rolname <> 'tenantry.owner'
union all
select format('ALTER DATABASE %I OWNER TO tenantry', datname) from pg_database where datdba <> 10;
)";

struct Membership {
    std::string group;
    bool admin = false;
};

struct Role {
    std::string id, name;
    bool login = false, powerful = false, inherits = false, unlimited = false, actsAsOwner = false;
    std::string verifier;
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
                             .actsAsOwner = truth(row[7]),
                             .verifier = row[6],
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
    Planner(const PostgresqlSession& session, const StoreSpec& store, const Passwords& passwords)
        : session_(session), store_(store), passwords_(passwords) {}

    [[nodiscard]] Result<Changes> changes(const Roles& roles) const {
        Changes changes;
        for (const char* group : groups) plan_group(find(roles, group), group, changes);
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

    void plan_group(const Role* there, const char* group, Changes& changes) const {
        if (there == nullptr) return changes.add(fmt::format("CREATE ROLE {} NOLOGIN {}", quoted(group), plain));
        if (there->login || there->powerful) {
            changes.add(fmt::format("ALTER ROLE {} NOLOGIN {}", quoted(group), plain));
            changes.endedUsers.insert(there->id);
        }
        leave_groups(*there, "", changes);
    }

    [[nodiscard]] Result<std::string> password_clause(const Role* there, const StoreUserSpec& user) const {
        const Secret& password = passwords_.at(user.name);
        const std::string salt = salt_of(password, store_.name + "/" + user.name);
        if (there != nullptr && has_salt(there->verifier, salt)) return {};
        return fmt::format(" PASSWORD {}", session_.literal(TRY(scram_verifier(password, salt))));
    }

    Result<void> plan_user(const Role* there, const StoreUserSpec& user, Changes& changes) const {
        // Owners act as their group from the beginning of a session, and have no rights of their own: whatever they
        // make is the group's.
        const bool owns = user.access == "owner";
        const std::string name = quoted(user.name);
        const std::string password = TRY(password_clause(there, user));
        const bool differs = there == nullptr || !there->login || there->powerful || there->inherits == owns ||
                             !there->unlimited || !password.empty();
        if (differs)
            changes.add(fmt::format("{} ROLE {} LOGIN {} {} CONNECTION LIMIT -1 VALID UNTIL 'infinity'{}",
                                    there == nullptr ? "CREATE" : "ALTER", name, owns ? "NOINHERIT" : "INHERIT", plain,
                                    password));
        const bool acts = there != nullptr && there->actsAsOwner;
        const std::string database = quoted(store_.name);
        if (owns && !acts)
            changes.add(fmt::format("ALTER ROLE {} IN DATABASE {} SET role = 'tenantry.owner'", name, database));
        if (!owns && acts) changes.add(fmt::format("ALTER ROLE {} IN DATABASE {} RESET role", name, database));
        const std::string_view group = group_of(user);
        const bool left = there != nullptr && leave_groups(*there, group, changes);
        const auto is_in = [&](const Membership& one) { return one.group == group && !one.admin; };
        if (there == nullptr || std::ranges::none_of(there->memberships, is_in))
            changes.add(fmt::format("GRANT {} TO {}", quoted(group), name));
        if (there != nullptr && (left || there->powerful || !password.empty())) changes.endedUsers.insert(there->id);
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

// True where there was something to do.
Result<bool> change(PostgresqlSession& session, const Planner& planner) {
    const std::vector<Rows> answers =
        TRY(session.ask(askRoles + fmt::format(fmt::runtime(askRights), planner.user_list())));
    const Roles roles = roles_of(answers);
    if (!roles.systemMembers.empty())
        return fail("PostgreSQL's own role {} is in a group of this store: revoke that", roles.systemMembers[0]);
    Changes changes = TRY(planner.changes(roles));
    for (const Row& row : answers.at(3)) changes.add(row[0]);
    // Those of the rights may name who is dropped.
    std::ranges::copy(changes.drops, std::back_inserter(changes.statements));
    if (changes.statements.empty()) return false;
    TRY_VOID(shut_out(session, roles, planner));
    TRY_VOID(session.run(joined(changes.statements)));
    if (!changes.endedUsers.empty()) TRY_VOID(session.run(ending_of(changes.endedUsers)));
    return true;
}

}  // namespace

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

Result<void> ensure_users(PostgresqlSession& session, const StoreSpec& store, const Passwords& passwords) {
    const Planner planner(session, store, passwords);
    for (int round = 0; round < mostRounds; ++round)
        if (!TRY(wrap(change(session, planner), "setting the users of {}", store.name))) return {};
    return fail("the rights in {} change while they are set: another one changes them", store.name);
}

}  // namespace tenantry::host
