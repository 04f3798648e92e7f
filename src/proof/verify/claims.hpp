#pragma once

#include "findings.hpp"
#include "scene.hpp"

namespace tenantry::verify {

/// NET-1 and NET-8 look at the platform as a whole, NET-6 at one declared environment (a position in Declared).
Examined examine_net1(const Scene& scene, const Reaches& reaches);
/// Who is reached by whom in one declared environment whose facts are there: NET-4 of stores, NET-5 of all others.
Examined examine_receivers(const Scene& scene, const Reaches& reaches, std::size_t environment, Claim claim);
Examined examine_net6(const Scene& scene, std::size_t environment);
Examined examine_net8(const Scene& scene);

/// How the profiles of sandboxes differ from the published ones, each as the end of a sentence; empty where they do
/// not. Tasks share profiles: each is compared once.
struct ProfileDifferences {
    explicit ProfileDifferences(const Facts& facts);
    std::vector<std::string> calls, masks;  ///< by Facts::profiles
};
/// RUN-1 looks at one declared environment, and once at the machine's entry; RUN-2 at the platform.
Examined examine_run1_edge(const Scene& scene, const ProfileDifferences& profiles);
Examined examine_run1(const Scene& scene, const ProfileDifferences& profiles, std::size_t environment);
Examined examine_run2(const Scene& scene);

/// NET-12, TLS-1 and TLS-3 look at one declared environment, the others at the platform; NET-9, NET-10 and FS-1 at what
/// was observed.
Examined examine_net2(const Scene& scene, const Reaches& reaches);
Examined examine_net9(const Scene& scene, const Reaches& reaches);
Examined examine_net10(const Scene& scene);
Examined examine_net12(const Scene& scene, const Reaches& reaches, std::size_t environment);
Examined examine_fs1(const Scene& scene);
Examined examine_tls_policy(const Scene& scene, Claim claim, std::size_t environment);
/// TLS-1 or TLS-3 of one declared environment, where somebody asked (Facts::answers).
Examined examine_tls_answers(const Scene& scene, Claim claim, std::size_t environment);
Examined examine_tls2(const Scene& scene);
/// The part of NET-1, NET-4, NET-5, NET-6, NET-9 or NET-12 that connections say which were tried (Facts::probes).
Examined examine_probes(const Scene& scene, Claim claim);
/// DB-1 of one declared environment, on what catalogues of stores say.
Examined examine_db1(const Scene& scene, std::size_t environment);

/// The part of NET-6 that is about hosts, sockets and proxies.
void examine_ingress(const Scene& scene, std::size_t environment, Findings& findings, Basis& basis);

/// Why nothing can be said of a sender whose packets could not be followed.
std::string too_large(std::string_view device);

}  // namespace tenantry::verify
