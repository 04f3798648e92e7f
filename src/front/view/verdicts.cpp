#include <algorithm>
#include <map>

#include <tenantry/view/verdicts.hpp>

#include "paint.hpp"
#include "words.hpp"

namespace tenantry::view {
namespace {

using verify::Answer;
using verify::Finding;
using verify::Verdict;

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string basis_text(const verify::Basis& basis) {
    if (basis.environments == 0) return "on nothing: there is no environment";
    std::string text = fmt::format("on {}, {}, {}, {}", counted(basis.environments, "environment", "environments"),
                                   counted(basis.pairs, "pair", "pairs"), counted(basis.rules, "rule", "rules"),
                                   counted(basis.facts, "other fact", "other facts"));
    if (basis.machineRanges)
        text += ", " + counted(*basis.machineRanges, "range of the machine's own", "ranges of the machine's own");
    return text;
}

std::pair<std::string, std::string> environment_parts(const std::string& name) {
    const std::size_t slash = name.find('/');
    return {name.substr(0, slash), slash == std::string::npos ? "" : name.substr(slash + 1)};
}

model::Origin origin_of(const model::Model& model, const Finding& finding) {
    const auto [tenant, stage] = environment_parts(finding.environment);
    return model::locate(model, tenant, stage, finding.contradicts);
}

Color color_of(Answer answer) {
    switch (answer) {
        case Answer::holds:
            return Color::green;
        case Answer::violated:
            return Color::red;
        case Answer::unknown:
            return Color::yellow;
        case Answer::notApplicable:
            return Color::blue;
    }
    return Color::bold;
}

void append_hops(std::string& out, const Sources& sources, std::span<const verify::Hop> hops, std::string_view indent,
                 const Paint& paint) {
    std::size_t number = 1;
    for (const verify::Hop& hop : hops) {
        out += fmt::format("{}{}. {}\n", indent, number++, printable(hop.text));
        if (hop.at) out += fmt::format("{}   {}\n", indent, paint(Color::blue, printable(place(sources, *hop.at))));
    }
}

void append_finding(std::string& out, const Sources& sources, const model::Model& model, const Finding& finding,
                    const Paint& paint) {
    out +=
        fmt::format("    {} {}\n", paint(Color::red, printable(finding.environment) + ":"), printable(finding.summary));
    append_hops(out, sources, finding.witness.hops, "      ", paint);
    if (finding.contradicts.text.empty()) return;
    const model::Origin origin = origin_of(model, finding);
    out += fmt::format("      contradicts {}", printable(finding.contradicts.text));
    if (origin.at)
        out += fmt::format(" at {}\n         {}", paint(Color::bold, printable(place(sources, *origin.at))),
                           printable(sources.line(origin.at->source, origin.at->begin)));
    out += '\n';
}

void append_verdict(std::string& out, const Sources& sources, const model::Model& model, const Verdict& verdict,
                    const Paint& paint) {
    const std::string answer(to_string(verdict.answer));
    out += fmt::format("{:<7} {} {}\n", to_string(verdict.claim),
                       paint(color_of(verdict.answer), fmt::format("{:<9}", answer)), sentence(verdict.claim));
    out += fmt::format("    {}{}\n", basis_text(verdict.basis),
                       verdict.reason.empty() ? "" : "; " + printable(verdict.reason));
    for (const std::string& shared : verdict.shared) out += fmt::format("    shared: {}\n", printable(shared));
    for (const Finding& finding : verdict.findings) append_finding(out, sources, model, finding, paint);
}

// Also one that is not decided only because of what this version does not run.
bool was_examined(const Verdict& verdict) { return verdict.decided || verdict.basis.pairs != 0; }

// Claims that were not looked at by their reason, in the order of the first claim that has it.
std::vector<std::pair<std::string, std::vector<const Verdict*>>> undecided(const compile::Proof& proof) {
    std::vector<std::pair<std::string, std::vector<const Verdict*>>> groups;
    for (const Verdict& verdict : proof.verdicts) {
        if (was_examined(verdict)) continue;
        auto group = std::ranges::find(groups, verdict.reason, [](const auto& g) { return g.first; });
        if (group == groups.end()) group = groups.insert(groups.end(), {verdict.reason, {}});
        group->second.push_back(&verdict);
    }
    return groups;
}

std::size_t count(const compile::Proof& proof, Answer answer) {
    return static_cast<std::size_t>(std::ranges::count(proof.verdicts, answer, &Verdict::answer));
}

void write_packet(const verify::Packet& packet, JsonText& json) {
    json.key("packet").object(Layout::line).member("source", packet.source.str());
    json.member("destination", packet.destination.str())
        .member("protocol", int{packet.protocol})
        .member("sourcePort", packet.sourcePort)
        .member("destinationPort", packet.destinationPort)
        .end();
}

void write_hops(const Sources& sources, std::string_view key, std::span<const verify::Hop> hops, JsonText& json) {
    json.key(key).array();
    for (const verify::Hop& hop : hops) {
        json.object(Layout::line).member("text", hop.text);
        if (hop.at) json.member("place", place(sources, *hop.at));
        json.end();
    }
    json.end();
}

std::string_view source_word(const compile::Proof& proof) {
    return proof.source == verify::Source::live ? "live state" : "text";
}

void write_finding(const Sources& sources, const model::Model& model, const Finding& finding, JsonText& json) {
    json.object().member("environment", finding.environment).member("summary", finding.summary);
    json.key("contradicts").object(Layout::line).member("path", finding.contradicts.text);
    if (const model::Origin origin = origin_of(model, finding); origin.at)
        json.member("place", place(sources, *origin.at));
    json.end();
    if (const auto& packet = finding.witness.packet) write_packet(*packet, json);
    write_hops(sources, "witness", finding.witness.hops, json);
    json.end();
}

}  // namespace

std::string probes_text(const Probed& probed, const Style& style) {
    const Paint paint(style.color);
    std::string out = fmt::format("Probes: {} tried {}, {} arrived; ", counted(probed.tasks, "task"),
                                  counted(probed.sent, "connection"), probed.arrived);
    if (probed.against.empty()) return out + "each went as the kernel's tables say.\n";
    out += paint(Color::red, fmt::format("{} did not go as the kernel's tables say:", probed.against.size())) + "\n";
    for (const compile::Probe& one : probed.against)
        out += fmt::format("  {}/{}{} -> {} ({}:{}) {}\n", one.environment, one.task,
                           one.source ? " as " + one.source->str() : "", one.target, one.address.str(), one.port,
                           one.arrives ? "did not arrive" : "arrived");
    return out;
}

void probes_json(const Probed& probed, JsonText& json) {
    json.key("probes").object().member("tasks", probed.tasks).member("sent", probed.sent);
    json.member("arrived", probed.arrived).key("against").array();
    for (const compile::Probe& one : probed.against)
        json.object(Layout::line)
            .member("from", one.environment + "/" + one.task)
            .member("source", one.source ? one.source->str() : std::string())
            .member("to", one.target)
            .member("address", one.address.str())
            .member("port", one.port)
            .member("arrived", !one.arrives)
            .end();
    json.end().end();
}

std::string reach_text(const Sources& sources, const compile::Reach& reach, const Style& style) {
    const Paint paint(style.color);
    std::string out =
        fmt::format("{} -> {} ({} to {}, TCP port {})\n", printable(reach.from), printable(reach.to),
                    reach.packet.source.str(), reach.packet.destination.str(), reach.packet.destinationPort);
    append_hops(out, sources, reach.way, "  ", paint);
    return out + (reach.reaches ? paint(Color::green, "It arrives.") : paint(Color::red, "It does not arrive.")) + "\n";
}

void reach_json(const Sources& sources, const compile::Reach& reach, JsonText& json) {
    json.member("reaches", reach.reaches).member("from", reach.from).member("to", reach.to);
    write_packet(reach.packet, json);
    write_hops(sources, "way", reach.way, json);
}

std::string summary(const compile::Proof& proof) {
    const auto notBuilt = static_cast<std::size_t>(std::ranges::count(proof.verdicts, false, &Verdict::decided));
    return fmt::format("{} hold, {} violated, {} unknown ({} of them not decided on {} by this version)",
                       count(proof, Answer::holds), count(proof, Answer::violated), count(proof, Answer::unknown),
                       notBuilt, source_word(proof));
}

std::string to_text(const Sources& sources, const model::Model& model, const compile::Proof& proof,
                    const Style& style) {
    const Paint paint(style.color);
    const std::string_view live = proof.source == verify::Source::live ? " of live state" : "";
    std::string out =
        fmt::format("Claims decided on {}{} of target local, digest {}, {}\n", counted(proof.texts, "text", "texts"),
                    live, proof.digest.hex(12), counted(proof.environments, "environment", "environments"));
    out += "They rest on: the kernel enforces what its tables say; one kernel is shared; root is outside of the "
           "claims.\n\n";
    for (const Verdict& verdict : proof.verdicts)
        if (was_examined(verdict)) append_verdict(out, sources, model, verdict, paint);
    for (const auto& [reason, group] : undecided(proof)) {
        out += fmt::format("{} {}: ", paint(Color::yellow, "unknown"), reason);
        for (const Verdict* verdict : group)
            out += fmt::format("{}{}", verdict == group.front() ? "" : ", ", to_string(verdict->claim));
        out += '\n';
    }
    constexpr std::size_t mostDoubts = 10;
    if (!proof.notUnderstood.empty())
        out += fmt::format("{} not understood:\n", counted(proof.notUnderstood.size(), "fact was", "facts were"));
    for (std::size_t i = 0; i < std::min(mostDoubts, proof.notUnderstood.size()); ++i)
        out += fmt::format("    {}: {}\n", printable(place(sources, proof.notUnderstood[i].at)),
                           printable(proof.notUnderstood[i].what));
    if (proof.notUnderstood.size() > mostDoubts)
        out += fmt::format("    and {} more\n", proof.notUnderstood.size() - mostDoubts);
    return out + "\n" + summary(proof) + "\n";
}

void write_json(const Sources& sources, const model::Model& model, const compile::Proof& proof, JsonText& json) {
    json.member("source", to_string(proof.source)).member("digest", proof.digest.hex()).member("texts", proof.texts);
    json.member("environments", proof.environments);
    json.key("notUnderstood").array();
    for (const verify::NotUnderstood& fact : proof.notUnderstood)
        json.object(Layout::line).member("place", place(sources, fact.at)).member("what", fact.what).end();
    json.end();
    json.key("verdicts").array();
    for (const Verdict& verdict : proof.verdicts) {
        json.object().member("claim", to_string(verdict.claim)).member("answer", to_string(verdict.answer));
        json.member("decided", verdict.decided).member("reason", verdict.reason);
        json.key("basis")
            .object(Layout::line)
            .member("environments", verdict.basis.environments)
            .member("pairs", verdict.basis.pairs);
        json.member("rules", verdict.basis.rules).member("facts", verdict.basis.facts);
        if (verdict.basis.machineRanges) json.member("machineRanges", *verdict.basis.machineRanges);
        json.end();
        json.key("shared").array();
        for (const std::string& shared : verdict.shared) json.value(shared);
        json.end().key("findings").array();
        for (const Finding& finding : verdict.findings) write_finding(sources, model, finding, json);
        json.end().end();
    }
    json.end();
}

}  // namespace tenantry::view
