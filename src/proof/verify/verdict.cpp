#include <array>

#include <tenantry/verify/verdict.hpp>

namespace tenantry::verify {
namespace {

struct ClaimRow {
    Claim claim;
    std::string_view name;
    std::string_view sentence;
};

// In the order of docs/claims.md.
constexpr std::array rows{
    ClaimRow{Claim::net1, "NET-1", "Between two environments there is no path."},
    ClaimRow{Claim::net2, "NET-2", "From the Internet only load balancers answer, on the ingress ports, TCP alone."},
    ClaimRow{Claim::net3, "NET-3", "Public subnets hold load balancers, gateways and egress proxies, nothing else."},
    ClaimRow{Claim::net4, "NET-4", "A store is reached only by those that declare it, in its own environment."},
    ClaimRow{Claim::net5, "NET-5", "A service is reached only by the services that call it, on its own port."},
    ClaimRow{Claim::net6, "NET-6", "What is declared works: each call and route has a path."},
    ClaimRow{Claim::net7, "NET-7", "A task reaches outside only the names and ports of its egress."},
    ClaimRow{Claim::net8, "NET-8", "Every block lies in the pool, aligned, and overlaps nothing that it must not."},
    ClaimRow{Claim::net9, "NET-9", "No environment reaches host, daemon, runtime, metadata or a control socket."},
    ClaimRow{Claim::net10, "NET-10", "No object is written by one environment and read by another."},
    ClaimRow{Claim::net11, "NET-11", "A task resolves only its environment's names and its egress names."},
    ClaimRow{Claim::net12, "NET-12", "A packet leaves a task only with that task's own address."},
    ClaimRow{Claim::run1, "RUN-1", "Every task runs in the published sandbox."},
    ClaimRow{Claim::run2, "RUN-2", "No user or group id is used by two environments or by the host."},
    ClaimRow{Claim::fs1, "FS-1", "No path that a more trusted process opens can be changed by a less trusted one."},
    ClaimRow{Claim::res1, "RES-1", "Each environment has hard limits, and their sum fits the machine."},
    ClaimRow{Claim::id1, "ID-1", "No identity of an environment can act on anything of another environment."},
    ClaimRow{Claim::id2, "ID-2", "Each identity has exactly the permissions of its kind of use."},
    ClaimRow{Claim::id3, "ID-3", "A secret is read by the services that name it, and by nobody else."},
    ClaimRow{Claim::id4, "ID-4", "Identities that can cross tenants are exactly those listed."},
    ClaimRow{Claim::db1, "DB-1", "Each store user belongs to one environment and has the declared rights."},
    ClaimRow{Claim::tls1, "TLS-1", "Each hostname is served with a valid certificate and strong protocols."},
    ClaimRow{Claim::tls2, "TLS-2", "A private key or ticket key serves one environment only."},
    ClaimRow{Claim::tls3, "TLS-3", "A request reaches a service only under the environment's own names."},
    ClaimRow{Claim::log1, "LOG-1", "Logs are on, kept as long as the stage says, and not deletable by services."},
    ClaimRow{Claim::bak1, "BAK-1", "Stores have backups and recovery points as the stage says."},
    ClaimRow{Claim::bak2, "BAK-2", "A restore of the environment's own backup succeeded in the last 90 days."},
    ClaimRow{Claim::cry1, "CRY-1", "Data at rest is encrypted with keys of that environment alone."},
    ClaimRow{Claim::pub1, "PUB-1", "No resource policy gives anything to everybody or to an unnamed account."},
    ClaimRow{Claim::stg1, "STG-1", "Stages of one tenant share no secret, key, identity, store or restore source."},
    ClaimRow{Claim::drf1, "DRF-1", "Live state equals the last approved text."},
    ClaimRow{Claim::del1, "DEL-1", "For every removed environment the deletion proof is complete."},
};

constexpr std::array<std::string_view, 4> answers{"holds", "violated", "unknown", "not applicable"};

constexpr std::array<Claim, rows.size()> claims = [] {
    std::array<Claim, rows.size()> all{};
    for (std::size_t i = 0; i < rows.size(); ++i) all[i] = rows[i].claim;
    return all;
}();

}  // namespace

std::string_view to_string(Claim claim) { return rows[static_cast<std::size_t>(claim)].name; }
std::string_view sentence(Claim claim) { return rows[static_cast<std::size_t>(claim)].sentence; }
std::span<const Claim> all_claims() { return claims; }

std::optional<Claim> claim_from_string(std::string_view text) {
    for (const ClaimRow& row : rows)
        if (row.name == text) return row.claim;
    return std::nullopt;
}

std::string_view to_string(Answer answer) { return answers[static_cast<std::size_t>(answer)]; }

std::optional<Answer> answer_from_string(std::string_view text) {
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (answers[i] == text) return static_cast<Answer>(i);
    return std::nullopt;
}

}  // namespace tenantry::verify
