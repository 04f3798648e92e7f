#include <utility>

#include <fmt/format.h>

#include <tenantry/verify/decide.hpp>

#include "claims.hpp"

namespace tenantry::verify {

std::string too_large(std::string_view device) {
    return fmt::format("What {} can send falls into more cases than are followed.", device);
}

namespace {

// Why a claim is not decided on a source. Those that stand here with nothing are.
std::string_view undecided(Claim claim, Source source) {
    const bool live = source == Source::live;
    switch (claim) {
        case Claim::net1:
        case Claim::net5:
        case Claim::net6:
        case Claim::net8:
        case Claim::run1:
        case Claim::run2:
            return "";
        case Claim::net9:
        case Claim::net10:
        case Claim::net12:
        case Claim::fs1:
        case Claim::db1:
        case Claim::del1:
        case Claim::drf1:
        case Claim::bak2:
            return "not built yet, it is decided on the live machine";
        case Claim::net2:
        case Claim::net3:
        case Claim::net4:
        case Claim::net7:
        case Claim::net11:
        case Claim::res1:
        case Claim::id1:
        case Claim::id2:
        case Claim::id3:
        case Claim::id4:
        case Claim::tls1:
        case Claim::tls2:
        case Claim::tls3:
        case Claim::log1:
        case Claim::bak1:
        case Claim::cry1:
        case Claim::pub1:
        case Claim::stg1:
            return live ? "not built yet" : "not built yet";
    }
    return "";
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

Examined examine_calls(const Scene& scene, const Reaches& reaches, const Pool& pool) {
    Examined all = for_each_environment(scene, pool, [&](std::size_t i) {
        if (scene.factOf[i]) return examine_net5(scene, reaches, i);
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
bool decided_on_text(Claim claim) { return decided_on(claim, Source::text); }

std::vector<Verdict> decide(const Facts& facts, const Declared& declared, const Pool& pool) {
    check_invariants(facts);
    const Scene scene(facts, declared);
    const Reaches reaches = explore_all(scene, pool);
    const ProfileDifferences profiles(facts);
    std::vector<Verdict> verdicts;
    for (Claim claim : all_claims()) {
        Examined examined;
        switch (claim) {
            case Claim::net1:
                examined = examine_net1(scene, reaches);
                break;
            case Claim::net5:
                examined = examine_calls(scene, reaches, pool);
                break;
            case Claim::net6:
                examined = for_each_environment(scene, pool, [&](std::size_t i) { return examine_net6(scene, i); });
                for (const DeclaredEnvironment& environment : declared.environments)
                    for (const std::string& beyond : environment.beyond)
                        examined.doubts.push_back(fmt::format("{}: {}", environment.name, beyond));
                break;
            case Claim::net8:
                examined = examine_net8(scene);
                break;
            case Claim::run1:
                examined =
                    for_each_environment(scene, pool, [&](std::size_t i) { return examine_run1(scene, profiles, i); });
                break;
            case Claim::run2:
                examined = examine_run2(scene);
                break;
            default:
                examined.doubts.emplace_back(undecided(claim, facts.source));
                break;
        }
        if (decided_on(claim, facts.source) && claim != Claim::net8) doubt_what_was_not_understood(scene, examined);
        verdicts.push_back(judged(claim, std::move(examined)));
    }
    return verdicts;
}

}  // namespace tenantry::verify
