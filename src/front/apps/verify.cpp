// `tenantry verify`: the claims, on what would be applied, on texts in a folder, or on what runs.

#include <algorithm>
#include <map>

#include <tenantry/compile/probe.hpp>
#include <tenantry/host/machine_ranges.hpp>
#include <tenantry/host/stranger.hpp>
#include <tenantry/view/verdicts.hpp>
#include <tenantry/world/probes.hpp>

#include "live_commands.hpp"
#include "machine.hpp"
#include "output.hpp"
#include "probing.hpp"

namespace tenantry::apps {
namespace {

constexpr std::chrono::seconds answerWithin{5};

// A claim that is violated, or unknown though it can be decided.
bool fails(const compile::Proof& proof, bool strict) {
    return std::ranges::any_of(proof.verdicts, [&](const verify::Verdict& verdict) {
        if (verdict.answer == verify::Answer::violated) return true;
        return verdict.answer == verify::Answer::unknown && (strict || verdict.decided);
    });
}

// Names of the environments that texts are of.
std::vector<std::string> environments_in(std::span<const local_emit::LocalFile> files) {
    std::vector<std::string> names;
    for (const local_emit::LocalFile& file : files) {
        const std::string_view folder = "environments/";
        if (!file.path.starts_with(folder)) continue;
        const std::size_t slash = file.path.find('/', folder.size());
        const std::size_t end = file.path.find('/', slash + 1);
        std::string name = file.path.substr(folder.size(), end - folder.size());
        if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
    return names;
}

struct Subject {
    std::vector<local_emit::LocalFile> texts;
    blueprint::Blueprint declared;  ///< of the environments that the texts are of
};

Result<Subject> subject_of(Session& session, const VerifyOptions& own) {
    const blueprint::Blueprint& all = session.compiled()->blueprint;
    if (own.live) {
        auto texts = TRY(live_texts(own.socket, all.commons.platform.str()));
        auto declared = compile::only(all, environments_in(texts));
        return Subject{std::move(texts), std::move(declared)};
    }
    if (own.texts.empty()) return Subject{local_emit::emit_all(all, session.pool()), all};
    return Subject{TRY(read_output(own.texts)), all};
}

// Tries every probe, and adds what came to the texts.
Result<view::Probed> probe_tasks(Subject& subject, const VerifyOptions& own) {
    Sources sources;
    Diagnostics diagnostics;
    const auto facts = compile::read_facts(subject.texts, sources, diagnostics);
    if (!facts) return fail("what runs cannot be read");
    const std::vector<Ipv4> machine = TRY(host::machine_addresses());
    Attempts tried = TRY(try_probes(own.socket, subject.declared.commons.platform.str(),
                                    compile::probes_of(subject.declared, *facts, machine)));
    for (const std::string& environment : environments_in(subject.texts)) tried.results.try_emplace(environment);
    for (const auto& [environment, results] : tried.results)
        subject.texts.push_back({"environments/" + environment + "/probes.json", world::to_text(results)});
    return std::move(tried.probed);
}

// Asks for every host as a stranger, and adds what came to the texts.
Result<void> ask_hosts(Subject& subject, const VerifyOptions& own) {
    Sources sources;
    Diagnostics diagnostics;
    const auto facts = compile::read_facts(subject.texts, sources, diagnostics);
    if (!facts || facts->edges.size() != 1) return fail("where the machine's entry listens cannot be read");
    const host::Entry entry{facts->edges[0].address, facts->edges[0].tlsPort, facts->edges[0].redirectPort};
    client::Client daemon = TRY(client::Client::connect(own.socket));
    const std::string authority = TRY(daemon.authority()).certificate;
    std::map<std::string, std::vector<world::HostAnswers>> answers;
    for (const std::string& environment : environments_in(subject.texts)) answers[environment] = {};
    for (const compile::HostQuestion& question : compile::host_questions(subject.declared))
        answers[question.environment].push_back(
            TRY(host::ask_as_stranger(entry, authority, question.host, question.foreign, answerWithin)));
    for (const auto& [environment, hosts] : answers)
        subject.texts.push_back({"environments/" + environment + "/answers.json", world::to_text(hosts)});
    return {};
}

void print_proof(Session& session, const compile::Proof& proof, const std::optional<view::Probed>& probed) {
    if (session.options().json) {
        JsonText json = session.begin_json("verify");
        view::write_json(session.sources(), session.compiled()->model, proof, json);
        if (probed) view::probes_json(*probed, json);
        json.end();
        session.print(std::move(json).take());
        return;
    }
    std::string text = view::to_text(session.sources(), session.compiled()->model, proof, session.style());
    if (probed) text += view::probes_text(*probed, session.style());
    session.print(text);
}

}  // namespace

Exit verify(const Options& options, const VerifyOptions& own) {
    if (own.probe && !own.live) return report(Error("--probe tries what runs: add --live"), Exit::usage);
    const auto machine = machine_of(own.machine);
    if (!machine) return report_machine(machine.error(), own.machine);
    return with_platform(options, "verify", [&](Session& session) {
        session.count_beyond_local();
        auto subject = subject_of(session, own);
        if (!subject) return report(subject.error(), own.live ? Exit::failed : Exit::badInput);
        std::optional<view::Probed> probed;
        if (own.probe) {
            if (const auto asked = ask_hosts(*subject, own); !asked) return report(asked.error());
            auto tried = probe_tasks(*subject, own);
            if (!tried) return report(tried.error());
            probed = *std::move(tried);
        }
        const auto proof = compile::prove_local(subject->declared, subject->texts, *machine, session.sources(),
                                                session.pool(), session.diagnostics());
        if (!proof) return refuse(session, "verify");
        print_proof(session, *proof, probed);
        return fails(*proof, own.strict) || (probed && !probed->against.empty()) ? Exit::claim : Exit::done;
    });
}

}  // namespace tenantry::apps
