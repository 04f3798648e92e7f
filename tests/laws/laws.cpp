#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <tenantry/blueprint/place.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/laws/laws.hpp>
#include <tenantry/support/platform_text.hpp>
#include <tenantry/view/diagnostics.hpp>
#include <tenantry/view/plan.hpp>
#include <tenantry/view/verdicts.hpp>

namespace tenantry::laws {
namespace {

using support::PlatformText;

bool inside(const Sources& sources, Span at) {
    return at.source.at < sources.size() && at.begin <= at.end && at.end <= sources.text(at.source).size();
}

// C0 but newline, DEL, C1, what is no UTF-8, line separators and what changes the direction of writing (Unicode TR 9).
bool is_shown_safely(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto first = static_cast<unsigned char>(text[0]);
        if (length == 0 || (first < 0x20 && first != '\n') || first == 0x7F) return false;
        const std::string_view c = text.substr(0, length);
        if (c >= "\xC2\x80" && c <= "\xC2\x9F" && length == 2) return false;
        if (c == "\xD8\x9C" || c == "\xE2\x80\x8E" || c == "\xE2\x80\x8F") return false;
        if (length == 3 && c >= "\xE2\x80\xA8" && c <= "\xE2\x80\xAE") return false;
        if (length == 3 && c >= "\xE2\x81\xA6" && c <= "\xE2\x81\xA9") return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string broken_by_diagnostics(const Sources& sources, const Diagnostics& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        if (diagnostic.detail.empty()) return "a diagnostic says nothing: " + std::string(diagnostic.code->code);
        if (!inside(sources, diagnostic.at)) return "a diagnostic points outside: " + diagnostic.detail;
        for (const Note& note : diagnostic.notes)
            if (!inside(sources, note.at)) return "a note points outside: " + note.text;
    }
    const std::string shown = view::to_text(sources, diagnostics, {false, diagnostics.all().size()});
    if (!is_shown_safely(shown)) return "a terminal would obey this:\n" + shown;
    return {};
}

// The claims are decided on packets; a text of 64 KiB can ask for a thousand tasks in each of a thousand environments.
bool is_small(const blueprint::Blueprint& blueprint) {
    std::size_t tasks = 0;
    for (const blueprint::Environment& environment : blueprint.environments)
        for (const blueprint::Workload& workload : blueprint.shape(environment).workloads)
            tasks += tasks_max(blueprint, environment, workload).value;
    return blueprint.environments.size() <= 8 && tasks <= 48;
}

std::string broken_by_proof(const compile::Compiled& compiled, std::span<const local_emit::LocalFile> files,
                            Sources& sources, const Pool& pool) {
    Diagnostics diagnostics;
    const auto proof = compile::prove_local(compiled.blueprint, files, MachineRanges{}, sources, pool, diagnostics);
    if (!proof || !diagnostics.empty())
        return "what was emitted cannot be read: " + view::to_text(sources, diagnostics, {});
    if (!proof->notUnderstood.empty()) return "what was emitted is not understood: " + proof->notUnderstood[0].what;
    for (const verify::Verdict& verdict : proof->verdicts)
        if (verify::decided_on_text(verdict.claim) && verdict.answer != verify::Answer::holds &&
            // Stores, jobs and egress are not emitted yet: whether they work is unknown.
            !(verdict.claim == verify::Claim::net6 && verdict.answer == verify::Answer::unknown &&
              !compile::beyond_local(compiled.model.platform).empty()))
            return fmt::format("{} does not hold: {} {}", to_string(verdict.claim), verdict.reason,
                               verdict.findings.empty() ? "" : verdict.findings[0].summary);
    for (const std::string& shown :
         {view::plan_text(compiled, compile::make_plan(compiled, {}), "", {}), view::shapes_text(sources, compiled, {}),
          view::to_text(sources, compiled.model, *proof, {})})
        if (!is_shown_safely(shown)) return "a terminal would obey this:\n" + shown;
    return {};
}

// Meanings that change more than a token: the whole of a frontend, one prefix inside another.
bool has_a_meaning(const Slot& slot, std::string_view bytes) {
    if (is_other_word(slot, bytes)) return true;
    if (!slot.text.starts_with('/')) return false;
    const auto within = [](std::string_view inner, std::string_view outer) {
        return outer == "/" || inner == outer || (inner.starts_with(outer) && inner[outer.size()] == '/');
    };
    return std::ranges::any_of(slots(), [&](const Slot& other) {
        return &other != &slot && other.text.starts_with('/') &&
               (within(bytes, other.text) || within(other.text, bytes));
    });
}

/// What a benign word gives, made when it is first asked for.
const Output& baseline(const Slot& slot, const std::string& word) {
    static std::map<std::pair<std::string, std::string>, Output> made;
    const auto [row, fresh] = made.try_emplace({slot.text, word});
    if (fresh) {
        const Outcome good = run(platform_with(slot, yaml_quoted(word)));
        if (good.files) row->second = lex(*good.files);
    }
    return row->second;
}

}  // namespace

Outcome run(std::string_view packed) {
    static const Pool pool(1);
    PlatformText text(packed);
    Diagnostics diagnostics;
    const auto lock = text.hasLock ? std::optional(text.lock) : std::nullopt;
    const auto compiled = compile::compile(text.sources, {text.inputs, lock}, pool, diagnostics);
    if (compiled.has_value() == diagnostics.has_errors())
        return {"something is compiled exactly when nothing is wrong", {}};
    if (std::string broken = broken_by_diagnostics(text.sources, diagnostics); !broken.empty()) return {broken, {}};
    if (!compiled || !is_small(compiled->blueprint)) return {};
    Outcome result{{}, local_emit::emit_all(compiled->blueprint, pool)};
    if (local_emit::emit_all(compiled->blueprint, pool) != *result.files) return {"emitted differently twice", {}};
    result.broken = broken_by_proof(*compiled, *result.files, text.sources, pool);
    return result;
}

std::string broken_by_scalar(const Slot& slot, std::string_view bytes) {
    const Outcome hostile = run(platform_with(slot, yaml_quoted(bytes)));
    if (!hostile.broken.empty() || !hostile.files) return hostile.broken;
    Output actual;
    try {
        actual = lex(*hostile.files);
    } catch (const std::runtime_error& broken) {
        return broken.what();
    }
    if (slot.benign.empty() || has_a_meaning(slot, bytes)) return {};
    std::string nearest;
    for (const std::string& word : slot.benign) {
        const std::string here = difference(replaced(baseline(slot, word), word, bytes), actual);
        if (here.empty()) return {};
        nearest += fmt::format("\n  as for `{}`: {}", word, here);
    }
    return "more than one token changed:" + nearest;
}

std::string broken_by_yaml(const Slot& slot, std::string_view yaml) { return run(platform_with(slot, yaml)).broken; }

}  // namespace tenantry::laws
