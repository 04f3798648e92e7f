#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

#include "command.hpp"

namespace {

using tenantry::apps::EmitOptions;
using tenantry::apps::Exit;
using tenantry::apps::ExplainOptions;
using tenantry::apps::Options;
using tenantry::apps::PlanOptions;
using tenantry::apps::ShowOptions;
using tenantry::apps::VerifyOptions;

struct Arguments {
    Options options;
    PlanOptions plan;
    EmitOptions emit;
    VerifyOptions verify;
    std::string target = "local";
    ExplainOptions explain;
    ShowOptions show;
    std::function<Exit()> run;
};

CLI::App* command(CLI::App& app, const char* name, const char* help, Arguments& arguments, std::function<Exit()> run) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->add_flag("--json", arguments.options.json,
                  "Print one JSON object, its first member the version of the format");
    sub->add_flag("--all-errors", arguments.options.allErrors, "Show every mistake, not only the first 20");
    sub->add_flag("--no-color", arguments.options.noColor, "No colours (also: NO_COLOR)");
    sub->add_option("-C,--dir", arguments.options.folder, "The platform's folder, where platform.yaml is")
        ->capture_default_str();
    sub->callback([&arguments, run = std::move(run)] { arguments.run = run; });
    return sub;
}

void add_target(CLI::App* sub, Arguments& arguments) {
    sub->add_option("--target", arguments.target, "Where the environments run")
        ->check(CLI::IsMember({"local"}))
        ->capture_default_str();
}

void add_commands(CLI::App& app, Arguments& arguments) {
    const Options& options = arguments.options;
    CLI::App* validate =
        command(app, "validate", "Check the platform's files and say everything that is wrong with them", arguments,
                [&] { return tenantry::apps::validate(options); });
    validate->add_flag("-q,--quiet", arguments.options.quiet, "Say nothing when all is well");
    command(app, "lock", "Give every environment without one its block of addresses, in platform.lock", arguments,
            [&] { return tenantry::apps::lock(options); });
    CLI::App* plan = command(app, "plan", "Show what applying the platform would change", arguments,
                             [&] { return tenantry::apps::plan(options, arguments.plan); });
    plan->add_flag("--detailed-exitcode", arguments.plan.detailedExitCode,
                   "End with 3 where there is something to change");
    plan->add_option("--against", arguments.plan.against,
                     "The folder that was emitted to last; the one in the platform's folder, if not given");
    plan->add_option("-o,--out", arguments.plan.out, "Save the plan with digests of everything it was computed from");
    plan->footer("Examples:\n"
                 "  tenantry plan                              against what was emitted to a folder here\n"
                 "  tenantry plan --against /srv/lend/out\n"
                 "  tenantry plan --detailed-exitcode -o release.plan\n");
    add_target(plan, arguments);
    CLI::App* emit = command(app, "emit", "Write the texts of every environment to a folder", arguments,
                             [&] { return tenantry::apps::emit(options, arguments.emit); });
    emit->add_option("-o,--out", arguments.emit.out, "The folder; only files whose bytes changed are written")
        ->required();
    add_target(emit, arguments);
    command(app, "shapes", "Show which environments are alike, and what splits the others from them", arguments,
            [&] { return tenantry::apps::shapes(options); });
    CLI::App* verify =
        command(app, "verify", "Decide the claims on the text that would be applied; 4 where one is violated",
                arguments, [&] { return tenantry::apps::verify(options, arguments.verify); });
    verify->add_option("--texts", arguments.verify.texts,
                       "Decide on the texts in this folder instead, as `emit` wrote them or as they are now");
    verify->add_flag("--strict", arguments.verify.strict, "Also end with 4 for claims that this version cannot decide");
    add_target(verify, arguments);
    CLI::App* show = command(app, "show", "Show one environment whole, every default filled in", arguments,
                             [&] { return tenantry::apps::show(options, arguments.show); });
    show->add_option("environment", arguments.show.environment, "TENANT/STAGE")->required();
    show->footer("Examples:\n"
                 "  tenantry show acme/production\n"
                 "  diff <(tenantry show acme/staging) <(tenantry show acme/production)\n");
    CLI::App* explain = command(app, "explain", "Tell about a setting of an environment, a code or a claim", arguments,
                                [&] { return tenantry::apps::explain(options, arguments.explain); });
    explain->add_option("what", arguments.explain.subject, "An environment, a code (TN0104) or a claim (NET-1)")
        ->required();
    explain->add_option("setting", arguments.explain.path, "Of an environment: the setting; a map lists what is in it");
    explain->footer("Examples:\n"
                    "  tenantry explain acme/production services.api.tasks   value, line, and what it overrode\n"
                    "  tenantry explain acme/production services.api         what its tasks see, and who calls whom\n"
                    "  tenantry explain acme/production                      all settings\n"
                    "  tenantry explain TN0104\n");
}

int run(int argc, char** argv) {
    CLI::App app("Isolated environments for every tenant of a platform, from one file, with proof.", "tenantry");
    app.set_version_flag("--version", std::string("tenantry " TENANTRY_VERSION));
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 failed, 2 input wrong, 3 changes, 4 a claim violated or unknown, 6 locked, 64 "
               "usage, 70 a bug of ours.");
    Arguments arguments;
    arguments.options.threads = std::max(1u, std::thread::hardware_concurrency());
    add_commands(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        return app.exit(help);
    } catch (const CLI::CallForVersion& version) {
        return app.exit(version);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return static_cast<int>(Exit::usage);
    }
    return static_cast<int>(arguments.run());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        // No exception of ours leaves a room: what arrives here is our bug or memory that ran out.
        std::fprintf(stderr, "This is a bug in Tenantry, not in your files: %s\n", error.what());
        return 70;
    }
}
