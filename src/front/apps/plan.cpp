// `tenantry plan`: what applying would change; `tenantry emit`: the texts, and the state that the next plan compares
// with.

#include <tenantry/view/plan.hpp>

#include "applied.hpp"
#include "command.hpp"
#include "kept_secrets.hpp"
#include "machine.hpp"
#include "output.hpp"

namespace tenantry::apps {
namespace {

Result<void> save(Session& session, const compile::Plan& plan, const Applied& applied, const std::string& file) {
    const auto from = compile::fingerprint(session.sources(), session.inputs(), "", applied.text);
    return write_file(file, compile::to_text(compile::saved_plan(plan, "local", from)));
}

std::string words_for(const Applied& applied) {
    if (applied.where.empty()) return {};
    return applied.where == thisMachine ? "what runs on this machine" : "what was emitted to " + applied.where;
}

void print_plan(Session& session, const compile::Plan& plan, const Applied& applied) {
    if (session.options().json) {
        JsonText json = session.begin_json("plan");
        view::plan_json(*session.compiled(), plan, applied.where, json);
        json.end();
        session.print(std::move(json).take());
    } else {
        session.print(view::plan_text(*session.compiled(), plan, words_for(applied), session.style()));
    }
}

// Of this machine, where its daemon runs; nobody else knows what was given.
Result<void> tell_missing_secrets(Session& session, const PlanOptions& own) {
    if (!own.against.empty()) return {};
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return {};
    session.diagnostics().append(TRY(missing_secrets(session, *daemon)));
    return {};
}

}  // namespace

Exit plan(const Options& options, const PlanOptions& own) {
    return with_platform(options, "plan", [&](Session& session) {
        if (const auto stop = refuse_machine(session, "plan", own.machine)) return *stop;
        session.add_beyond_local();
        const auto applied = find_applied(session, own.against, own.socket);
        if (!applied) return report(applied.error(), Exit::badInput);
        if (!*applied) return refuse(session, "plan");
        if (const auto told = tell_missing_secrets(session, own); !told) return report(told.error());
        if (session.diagnostics().has_errors()) return refuse(session, "plan");
        const compile::Plan plan = compile::make_plan(*session.compiled(), (*applied)->state);
        if (!own.out.empty())
            if (const auto saved = save(session, plan, **applied, own.out); !saved) return report(saved.error());
        print_plan(session, plan, **applied);
        return own.detailedExitCode && !plan.difference.empty() ? Exit::changes : Exit::done;
    });
}

Exit emit(const Options& options, const EmitOptions& own) {
    return with_platform(options, "emit", [&](Session& session) {
        session.add_beyond_local();
        const auto files = local_emit::emit_all(session.compiled()->blueprint, session.pool());
        const std::string state = blueprint::to_text(blueprint::state_of(session.compiled()->blueprint));
        const auto written = write_output(own.out, files, state);
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

}  // namespace tenantry::apps
