#include <utility>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/verify/decide.hpp>

#include "claims.hpp"

namespace tenantry::verify {

std::string too_large(std::string_view device) {
    return fmt::format("What {} can send falls into more cases than are followed.", device);
}

namespace {

constexpr std::string_view notBuilt = "not built yet";
constexpr std::string_view notBuiltLive = "not built yet, it is decided on the live machine";
// The daemon and the container runtime add to what is written: /usr, certificates, masks of /proc.
constexpr std::string_view liveAlone =
    "decided on the live machine alone: what a task sees besides what is written stands in no text";
constexpr std::string_view inStores = "decided on the live machine alone: rights stand in the store";
// What a load balancer made of its files shows an answer alone.
constexpr std::string_view byProbes = "decided by probes: add --probe";

// Why a claim is not decided on a source (docs/claims-matrix.md). Those that stand here with nothing are.
std::string_view undecided(Claim claim, Source source) {
    const bool live = source == Source::live;
    switch (claim) {
        case Claim::net1:
        case Claim::net2:
        case Claim::net4:
        case Claim::net5:
        case Claim::net6:
        case Claim::net8:
        case Claim::net12:
        case Claim::run1:
        case Claim::run2:
        case Claim::tls2:
            return "";
        case Claim::tls1:
        case Claim::tls3:
            return live ? byProbes : "";
        case Claim::net9:
        case Claim::net10:
        case Claim::fs1:
            return live ? "" : liveAlone;
        case Claim::db1:
            return live ? "" : inStores;
        case Claim::del1:
        case Claim::drf1:
        case Claim::bak2:
            return notBuiltLive;
        case Claim::net3:
        case Claim::net7:
        case Claim::net11:
        case Claim::res1:
        case Claim::id1:
        case Claim::id2:
        case Claim::id3:
        case Claim::id4:
        case Claim::log1:
        case Claim::bak1:
        case Claim::cry1:
        case Claim::pub1:
        case Claim::stg1:
            return notBuilt;
    }
    return "";
}

// By what the machine's entry answers.
bool by_answers(Claim claim) { return claim == Claim::tls1 || claim == Claim::tls3; }

// By connections that tasks try, besides what the kernel's tables say.
bool by_connections(Claim claim) {
    return claim == Claim::net1 || claim == Claim::net4 || claim == Claim::net5 || claim == Claim::net6 ||
           claim == Claim::net9 || claim == Claim::net12;
}

// The packets of all senders are followed once, for every claim.
Reaches explore_all(const Scene& scene, const Pool& pool) {
    Reaches reaches(scene.facts.devices.size());
    pool.each(reaches.size(), [&](std::size_t i) {
        const Index<Device> device{static_cast<std::uint32_t>(i)};
        reaches[i].from = device;
        if (scene.sends(device))
            reaches[i] = explore(scene.network, device, {hostile_packets(), SendBy::anyInterface, false});
    });
    return reaches;
}

template <class Examine>
Examined for_each_environment(const Scene& scene, const Pool& pool, const Examine& examine) {
    std::vector<Examined> parts(scene.declared.environments.size());
    pool.each(parts.size(), [&](std::size_t i) { parts[i] = examine(i); });
    Examined all;
    for (Examined& part : parts) all.append(std::move(part));
    return all;
}

Examined examine_calls(const Scene& scene, const Reaches& reaches, const Pool& pool, Claim claim) {
    Examined all = for_each_environment(scene, pool, [&](std::size_t i) {
        if (scene.factOf[i]) return examine_receivers(scene, reaches, i, claim);
        Examined none;
        none.doubts.push_back(fmt::format("Nothing of {} is among the facts.", scene.declared.environments[i].name));
        return none;
    });
    for (std::size_t i = 0; i < scene.facts.environments.size(); ++i)
        if (!scene.declaredOf[i])
            all.doubts.push_back(fmt::format("Nothing is declared of {}.", scene.facts.environments[i].name));
    return all;
}

void doubt_what_was_not_understood(const Scene& scene, Examined& examined) {
    for (const NotUnderstood& thing : scene.facts.notUnderstood)
        examined.doubts.push_back(thing.owner ? fmt::format("{}: {}", scene.owner_name(thing.owner), thing.what)
                                              : thing.what);
}

Verdict judged(Claim claim, Examined examined) {
    Verdict verdict;
    verdict.claim = claim;
    verdict.answer = Answer::holds;
    if (!examined.doubts.empty()) {
        verdict.answer = Answer::unknown;
        verdict.reason = examined.doubts.front();
        if (examined.doubts.size() > 1)
            verdict.reason += fmt::format(" ({} more reasons.)", examined.doubts.size() - 1);
    }
    if (!examined.findings.empty()) {
        verdict.answer = Answer::violated;
        verdict.reason.clear();
    }
    verdict.findings = std::move(examined.findings);
    verdict.shared = std::move(examined.shared);
    verdict.basis = examined.basis;
    return verdict;
}

}  // namespace

bool decided_on(Claim claim, Source source) { return undecided(claim, source).empty(); }
bool decided_by_probes(Claim claim) { return by_answers(claim) || by_connections(claim); }
bool decided_on_text(Claim claim) { return decided_on(claim, Source::text); }

namespace {

class Decision {
  public:
    Decision(const Scene& scene, const Pool& pool)
        : scene_(scene), pool_(pool), reaches_(explore_all(scene, pool)), profiles_(scene.facts) {}

    [[nodiscard]] Examined examine(Claim claim) const {
        switch (claim) {
            case Claim::net1:
                return examine_net1(scene_, reaches_);
            case Claim::net2:
                return examine_net2(scene_, reaches_);
            case Claim::net4:
            case Claim::net5:
                return examine_calls(scene_, reaches_, pool_, claim);
            case Claim::net6:
                return each([&](std::size_t i) { return examine_net6(scene_, i); });
            case Claim::net8:
                return examine_net8(scene_);
            case Claim::net9:
                return examine_net9(scene_, reaches_);
            case Claim::net10:
                return examine_net10(scene_);
            case Claim::net12:
                return each([&](std::size_t i) { return examine_net12(scene_, reaches_, i); });
            case Claim::run1:
                return runs();
            case Claim::run2:
                return examine_run2(scene_);
            case Claim::fs1:
                return examine_fs1(scene_);
            case Claim::db1:
                return each([&](std::size_t i) { return examine_db1(scene_, i); });
            case Claim::tls1:
            case Claim::tls3:
                return each([&](std::size_t i) {
                    return scene_.facts.answers ? examine_tls_answers(scene_, claim, i)
                                                : examine_tls_policy(scene_, claim, i);
                });
            case Claim::tls2:
                return examine_tls2(scene_);
            default:
                TENANTRY_CHECK(false, "a claim that is decided is examined");
                return {};
        }
    }

  private:
    template <class Examine>
    Examined each(const Examine& examine) const {
        return for_each_environment(scene_, pool_, examine);
    }

    Examined runs() const {
        Examined examined = each([&](std::size_t i) { return examine_run1(scene_, profiles_, i); });
        examined.append(examine_run1_edge(scene_, profiles_));
        return examined;
    }

    const Scene& scene_;
    const Pool& pool_;
    Reaches reaches_;
    ProfileDifferences profiles_;
};

// NET-6: what is declared and not run by this version cannot be tried. True where that is all that is in doubt.
bool doubt_what_is_beyond(const Declared& declared, Examined& examined) {
    const bool isSure = examined.doubts.empty();
    for (const DeclaredEnvironment& environment : declared.environments)
        for (const std::string& beyond : environment.beyond)
            examined.doubts.push_back(fmt::format("{}: {}", environment.name, beyond));
    return isSure && !examined.doubts.empty();
}

}  // namespace

std::vector<Verdict> decide(const Facts& facts, const Declared& declared, const Pool& pool) {
    check_invariants(facts);
    const Scene scene(facts, declared);
    const Decision decision(scene, pool);
    std::vector<Verdict> verdicts;
    for (const Claim claim : all_claims()) {
        const bool probed = facts.answers && by_answers(claim);
        const std::string_view why = probed ? "" : undecided(claim, facts.source);
        Examined examined;
        if (why.empty())
            examined = decision.examine(claim);
        else
            examined.doubts.emplace_back(why);
        if (why.empty() && facts.probes && by_connections(claim)) examined.append(examine_probes(scene, claim));
        // Blocks are compared as they are declared, whatever else a text holds.
        if (why.empty() && claim != Claim::net8) doubt_what_was_not_understood(scene, examined);
        const bool isBeyond = claim == Claim::net6 && doubt_what_is_beyond(declared, examined);
        verdicts.push_back(judged(claim, std::move(examined)));
        const bool isOpen = isBeyond && verdicts.back().answer == Answer::unknown;
        verdicts.back().decided = why.empty() && !isOpen;
    }
    return verdicts;
}

}  // namespace tenantry::verify
