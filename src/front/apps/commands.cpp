#include <algorithm>
#include <cctype>

#include <tenantry/host/codes.hpp>
#include <tenantry/view/plan.hpp>
#include <tenantry/view/verdicts.hpp>

#include "command.hpp"
#include "machine.hpp"
#include "output.hpp"

namespace tenantry::apps {
namespace {

// A claim that is violated, or unknown though it can be decided.
bool fails(const compile::Proof& proof, bool strict) {
    return std::ranges::any_of(proof.verdicts, [&](const verify::Verdict& verdict) {
        if (verdict.answer == verify::Answer::violated) return true;
        return verdict.answer == verify::Answer::unknown && (strict || verify::decided_on_text(verdict.claim));
    });
}

}  // namespace

Exit validate(const Options& options) {
    return with_platform(options, "validate", [](Session& session) {
        const auto& blueprint = session.compiled()->blueprint;
        const std::size_t tenants = session.compiled()->model.platform.tenants.size();
        std::string answer;
        if (session.options().json) {
            JsonText json = session.begin_json("validate");
            json.member("valid", true)
                .member("tenants", tenants)
                .member("environments", blueprint.environments.size())
                .end();
            answer = std::move(json).take();
        } else if (!session.options().quiet) {
            answer = fmt::format("valid: {} tenant{}, {} environment{}\n", tenants, tenants == 1 ? "" : "s",
                                 blueprint.environments.size(), blueprint.environments.size() == 1 ? "" : "s");
        }
        session.print(answer);
        return Exit::done;
    });
}

Exit plan(const Options& options, const PlanOptions& own) {
    return with_platform(options, "plan", [&](Session& session) {
        if (const auto stop = refuse_machine(session, "plan", own.machine)) return *stop;
        session.diagnostics().append(compile::beyond_local(session.compiled()->model.platform));
        if (options.json) {
            JsonText json = session.begin_json("plan");
            view::plan_json(*session.compiled(), json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::plan_text(*session.compiled(), session.style()));
        }
        return own.detailedExitCode && !session.compiled()->blueprint.environments.empty() ? Exit::changes : Exit::done;
    });
}

Exit emit(const Options& options, const EmitOptions& own) {
    return with_platform(options, "emit", [&](Session& session) {
        session.diagnostics().append(compile::beyond_local(session.compiled()->model.platform));
        const auto files = local_emit::emit_all(session.compiled()->blueprint, session.pool());
        const auto written = write_output(own.out, files);
        if (!written) return report(written.error());
        if (options.json) {
            JsonText json = session.begin_json("emit");
            json.member("target", "local").member("out", own.out).member("files", files.size());
            json.member("written", written->written).member("removed", written->removed).end();
            session.print(std::move(json).take());
        } else {
            session.print(fmt::format("{}: {} files, {} written, {} removed\n", own.out, files.size(), written->written,
                                      written->removed));
        }
        return Exit::done;
    });
}

Exit shapes(const Options& options) {
    return with_platform(options, "shapes", [&](Session& session) {
        if (options.json) {
            JsonText json = session.begin_json("shapes");
            view::shapes_json(session.sources(), *session.compiled(), json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::shapes_text(session.sources(), *session.compiled(), session.style()));
        }
        return Exit::done;
    });
}

Exit verify(const Options& options, const VerifyOptions& own) {
    const auto machine = machine_of(own.machine);
    if (!machine) return report_machine(machine.error(), own.machine);
    return with_platform(options, "verify", [&](Session& session) {
        session.diagnostics().append(compile::beyond_local(session.compiled()->model.platform));
        std::vector<local_emit::LocalFile> files;
        if (own.texts.empty()) {
            files = local_emit::emit_all(session.compiled()->blueprint, session.pool());
        } else {
            auto read = read_output(own.texts);
            if (!read) return report(read.error(), Exit::badInput);
            files = *std::move(read);
        }
        const auto proof = compile::prove_local(session.compiled()->blueprint, files, *machine, session.sources(),
                                                session.pool(), session.diagnostics());
        if (!proof) return refuse(session, "verify");
        if (options.json) {
            JsonText json = session.begin_json("verify");
            view::write_json(session.sources(), session.compiled()->model, *proof, json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::to_text(session.sources(), session.compiled()->model, *proof, session.style()));
        }
        return fails(*proof, own.strict) ? Exit::claim : Exit::done;
    });
}

Exit explain(const Options& options, const std::string& wanted) {
    std::string name = wanted;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    auto codes = compile::all_codes();
    codes.insert(codes.end(), host::code::all().begin(), host::code::all().end());
    const auto code = std::ranges::find(codes, name, &CodeInfo::code);
    const auto claim = verify::claim_from_string(name);
    const Session session(options);
    if (code == codes.end() && !claim)
        return report(
            Error(fmt::format("there is no code or claim `{}`; codes look like `TN0104`, claims like `NET-1`", wanted)),
            Exit::usage);
    if (options.json) {
        JsonText json = session.begin_json("explain");
        if (claim)
            json.member("claim", to_string(*claim))
                .member("sentence", sentence(*claim))
                .member("decidedOnText", verify::decided_on_text(*claim));
        else
            view::explain(**code, json);
        json.end();
        session.print(std::move(json).take());
    } else if (claim) {
        session.print(fmt::format("{}: {}\n{}\n", to_string(*claim), sentence(*claim),
                                  verify::decided_on_text(*claim) ? "Decided on the texts of target local."
                                                                  : "Not decided by this version."));
    } else {
        session.print(view::explain(**code));
    }
    return Exit::done;
}

}  // namespace tenantry::apps
