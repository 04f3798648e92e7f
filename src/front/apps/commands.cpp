#include <algorithm>

#include <tenantry/view/plan.hpp>
#include <tenantry/view/verdicts.hpp>

#include "command.hpp"
#include "live_commands.hpp"
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
        blueprint::Blueprint declared = session.compiled()->blueprint;
        if (own.live) {
            auto read = live_texts(own.socket, declared.commons.platform.str());
            if (!read) return report(read.error());
            files = *std::move(read);
            declared = compile::only(declared, environments_in(files));
        } else if (own.texts.empty()) {
            files = local_emit::emit_all(session.compiled()->blueprint, session.pool());
        } else {
            auto read = read_output(own.texts);
            if (!read) return report(read.error(), Exit::badInput);
            files = *std::move(read);
        }
        const auto proof =
            compile::prove_local(declared, files, *machine, session.sources(), session.pool(), session.diagnostics());
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

}  // namespace tenantry::apps
