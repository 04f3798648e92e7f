#include "postgresql_rights.hpp"

#include <fmt/format.h>

namespace tenantry::host {
namespace {

// Rows (kind, grantee, privilege): on tables `r`, sequences `S`, schemas `n`, the database `d`. Owners have all rights
// on what is theirs.
constexpr const char* always =
    "('r', 'tenantry.read', 'SELECT'), ('r', 'tenantry.write', 'SELECT'), ('r', 'tenantry.write', 'INSERT'), "
    "('r', 'tenantry.write', 'UPDATE'), ('r', 'tenantry.write', 'DELETE'), "
    "('n', 'tenantry.read', 'USAGE'), ('n', 'tenantry.write', 'USAGE'), ('d', 'tenantry.owner', 'CREATE')";
constexpr const char* ofPostgresql = "('S', 'tenantry.write', 'USAGE'), ('d', 'tenantry.owner', 'TEMPORARY')";
constexpr const char* ofMongodb = "('n', 'tenantry.write', 'CREATE')";

// Statements that make the rights on what there is, and on what will be, those of the groups; none where they are.
// `acl`: what is there; `wanted`: what shall be; `future`: of what will be made.
constexpr const char* asked = R"(
with wanted (kind, grantee, privilege) as (values {1}, {2}
        union all select 'd', name, 'CONNECT' from unnest(array[{0}]::text[]) name),
future (owner, kind, grantee, privilege) as (
    select maker, w.kind, w.grantee, w.privilege from (values {3}) m (maker) join wanted w on w.grantee <> maker
    where w.kind in ('r', 'S', 'n')),
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
from later l where l.is_grantable or l.place <> '' or not exists (select from future f
    where f.owner = l.owner and f.kind = l.kind::text and f.grantee = l.grantee and f.privilege = l.privilege)
union all
select format('GRANT %s ON %s TO %I', w.privilege, t.target, w.grantee)
from things t join wanted w on w.kind = t.kind where not exists (select from present p
    where p.target = t.target and p.grantee = w.grantee and p.privilege = w.privilege and not p.is_grantable)
    and not exists (select from pg_authid o where o.oid = t.owner and o.rolname = w.grantee)
union all
select format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT %s ON %s TO %I', f.owner, f.privilege,
              case f.kind when 'r' then 'TABLES' when 'S' then 'SEQUENCES' else 'SCHEMAS' end, f.grantee)
from future f where not exists (select from later l where l.owner = f.owner and l.place = ''
    and l.kind::text = f.kind and l.grantee = f.grantee and l.privilege = f.privilege and not l.is_grantable)
union all
select format('ALTER SCHEMA %I OWNER TO "tenantry.owner"', nspname)
from schemas n join pg_authid o on o.oid = n.nspowner where o.rolname <> 'tenantry.owner'
union all
select format('ALTER DATABASE %I OWNER TO tenantry', datname) from pg_database where datdba <> 10;
)";

}  // namespace

std::string ask_rights(const world::StoreSpec& store, const std::string& users) {
    return fmt::format(fmt::runtime(asked), users, always, writers_make(store) ? ofMongodb : ofPostgresql,
                       writers_make(store) ? "('tenantry.owner'), ('tenantry.write')" : "('tenantry.owner')");
}

}  // namespace tenantry::host
