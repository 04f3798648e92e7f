#include <algorithm>

#include <fmt/format.h>

#include "postgresql_users.hpp"

namespace tenantry::host {
namespace {

// For each role, and for PUBLIC (0), what it and all that it may become (`self`) can do. Membership counts whether
// its rights come by themselves or only by SET ROLE. `makers` are those whose writing has making with it: what is
// theirs they own by that alone.
constexpr const char* askUsers = R"(
with schemas as (select * from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
tables as (select c.* from pg_class c join schemas n on n.oid = c.relnamespace),
makers (oid) as (select oid from pg_authid where rolname = 'tenantry.write' and {0}),
ours (oid) as (select oid from pg_authid where rolname in ('tenantry.owner', 'tenantry.write', 'tenantry.read')),
users (id, name) as (
    select oid, rolname from pg_authid where oid >= 16384 and oid not in (select oid from ours)
    union all select 0, '*'),
selves (id, self) as (
    select u.id, r.oid from users u join pg_authid r on u.id <> 0 and pg_has_role(u.id, r.oid, 'MEMBER')
    union all select id, 0 from users),
owned (self) as (
    select relowner from tables where relowner not in (select oid from makers) union select nspowner from schemas union
    select datdba from pg_database union select proowner from pg_proc p join schemas n on n.oid = p.pronamespace),
granted (self, what, privilege) as (
    select a.grantee, 'table', a.privilege_type from tables t, aclexplode(t.relacl) a
    where t.relkind in ('r', 'p', 'v', 'm', 'f') and a.grantee <> t.relowner
    union select a.grantee, 'table', a.privilege_type from pg_attribute c join tables t on t.oid = c.attrelid, aclexplode(c.attacl) a
    union select a.grantee, 'table', a.privilege_type from pg_default_acl d, aclexplode(d.defaclacl) a
          where d.defaclobjtype = 'r' and a.grantee <> d.defaclrole
    union select a.grantee, 'schema', a.privilege_type from schemas n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
    union select a.grantee, case d.datname when current_database() then 'database' else 'other' end, a.privilege_type
          from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
    union select a.grantee, 'settings', a.privilege_type from pg_parameter_acl p, aclexplode(p.paracl) a),
rights (id, word) as (
    select s.id, 'administer' from selves s join pg_authid r on r.oid = s.self
    where r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls
       or (r.oid < 16384 and r.rolname not in ('pg_read_all_data', 'pg_write_all_data', 'pg_database_owner'))
    union select s.id, 'administer' from selves s join granted g using (self) where g.what in ('other', 'settings')
    union select m.id, 'administer' from (select u.id from users u join pg_auth_members a on a.member = u.id and a.admin_option) m
    union select s.id, 'own' from selves s join owned o using (self)
    union select s.id, 'own' from selves s join granted g using (self)
          where (g.what = 'schema' and g.privilege = 'CREATE' and g.self not in (select oid from makers))
             or (g.what = 'database' and g.privilege = 'CREATE') or (g.what = 'table' and g.privilege = 'TRUNCATE')
    union select s.id, 'own' from selves s join pg_authid r on r.oid = s.self where r.rolsuper
    union select s.id, 'read' from selves s join granted g using (self) where g.what = 'table' and g.privilege = 'SELECT'
    union select s.id, 'read' from selves s join pg_authid r on r.oid = s.self where r.rolname = 'pg_read_all_data' or r.rolsuper
    union select s.id, 'write' from selves s join granted g using (self)
          where g.what = 'table' and g.privilege in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
    union select s.id, 'write' from selves s join pg_authid r on r.oid = s.self where r.rolname = 'pg_write_all_data' or r.rolsuper),
all_rights (id, word) as (
    select id, word from rights
    union select id, w.word from rights join (values ('read'), ('write')) w (word) on rights.word = 'own'
    union select u.id, 'connect' from users u join pg_authid r on r.oid = u.id and r.rolcanlogin
          where has_database_privilege(u.id, current_database(), 'CONNECT')
    union select 0, 'connect' from granted g where g.self = 0 and g.what = 'database' and g.privilege = 'CONNECT')
select u.name, r.word from users u left join all_rights r on r.id = u.id
order by u.name collate "C", r.word collate "C";
)";

}  // namespace

Result<world::ObservedStore> observe_users(PostgresqlSession& session, const world::StoreSpec& store) {
    const std::vector<Rows> answers =
        TRY(session.ask(fmt::format(fmt::runtime(askUsers), store.backing ? "true" : "false")));
    world::ObservedStore seen{.store = store.name, .engine = store.engine, .users = {}};
    for (const Row& row : answers.at(0)) {
        if (seen.users.empty() || seen.users.back().name != row[0])
            seen.users.push_back({.name = row[0], .rights = {}});
        if (!row[1].empty()) seen.users.back().rights.push_back(row[1]);
    }
    // Everybody is somebody only where everybody may do something.
    std::erase_if(seen.users, [](const auto& user) { return user.name == "*" && user.rights.empty(); });
    std::ranges::sort(seen.users);
    return seen;
}

}  // namespace tenantry::host
