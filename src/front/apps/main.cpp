#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "command.hpp"
#include "file_commands.hpp"
#include "live_commands.hpp"
#include "network_commands.hpp"

namespace {

using tenantry::apps::EmitOptions;
using tenantry::apps::Exit;
using tenantry::apps::ExplainOptions;
using tenantry::apps::LockOptions;
using tenantry::apps::Options;
using tenantry::apps::PlanOptions;
using tenantry::apps::ReachOptions;
using tenantry::apps::ReclaimOptions;
using tenantry::apps::ShowOptions;
using tenantry::apps::VerifyOptions;

struct Arguments {
    Options options;
    LockOptions lock;
    PlanOptions plan;
    EmitOptions emit;
    VerifyOptions verify;
    ReclaimOptions reclaim;
    ReachOptions reach;
    std::string target = "local";
    tenantry::apps::FormatOptions format;
    tenantry::apps::TenantOptions tenant;
    ExplainOptions explain;
    ShowOptions show;
    tenantry::apps::SchemaOptions schema;
    tenantry::apps::LiveOptions live;
    tenantry::apps::SecretOptions secret;
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

void add_machine(CLI::App* sub, std::string& machine) {
    sub->add_option("--machine", machine,
                    "The ranges that the machine uses itself: `this` one's, `none` (nobody looks), or a list of them")
        ->type_name("this|none|RANGE,...")
        ->envname("TENANTRY_MACHINE")
        ->capture_default_str();
}

void add_socket(CLI::App* sub, std::string& socket) {
    sub->add_option("--socket", socket, "Where tenantryd answers")
        ->default_val(tenantry::wire::socketPath)
        ->envname("TENANTRY_SOCKET");
}

void add_lock(CLI::App& app, Arguments& arguments) {
    CLI::App* lock = command(app, "lock", "Give every environment without one its block of addresses, in platform.lock",
                             arguments, [&] { return tenantry::apps::lock(arguments.options, arguments.lock); });
    CLI::Option* resolve =
        lock->add_flag("--resolve", arguments.lock.resolve,
                       "First mend what two branches did: git's conflict markers, blocks given twice");
    lock->add_option("--applied", arguments.lock.applied,
                     "With --resolve: an environment that a target runs already, so that it stays where it is")
        ->type_name("TENANT/STAGE[=BLOCK]")
        ->needs(resolve);
    add_machine(lock, arguments.lock.machine);
    lock->footer(
        "Examples:\n"
        "  tenantry lock\n"
        "  tenantry lock --resolve                                          after a merge or rebase with conflicts\n"
        "  tenantry lock --resolve --applied acme/production                acme/production keeps its block\n"
        "  tenantry lock --resolve --applied acme/production=10.0.16.0/20   of its two places it has this one\n");
}

void add_network(CLI::App& app, Arguments& arguments) {
    CLI::App* network =
        app.add_subcommand("network", "Show whose every block of addresses is; free those of removed ones");
    network->require_subcommand(1);
    CLI::App* show = command(*network, "show", "Show every block, whose it is, and what is left of the pool", arguments,
                             [&] { return tenantry::apps::network_show(arguments.options); });
    show->footer("Examples:\n"
                 "  tenantry network show\n"
                 "  tenantry network show --json\n");
    CLI::App* reclaim =
        command(*network, "reclaim", "Free the blocks of removed environments for others, for good", arguments,
                [&] { return tenantry::apps::network_reclaim(arguments.options, arguments.reclaim); });
    reclaim
        ->add_option("environment", arguments.reclaim.environments, "Retired environments of one tenant: TENANT/STAGE")
        ->required();
    reclaim->add_option("--confirm", arguments.reclaim.confirm,
                        "The tenant's name; without it, what would be freed is shown");
    reclaim->footer("Examples:\n"
                    "  tenantry network reclaim oldbank/demo                         what would be freed\n"
                    "  tenantry network reclaim oldbank/demo --confirm=oldbank       frees it\n");
}

void add_plan(CLI::App& app, Arguments& arguments) {
    CLI::App* plan = command(app, "plan", "Show what applying the platform would change", arguments,
                             [&] { return tenantry::apps::plan(arguments.options, arguments.plan); });
    plan->add_flag("--detailed-exitcode", arguments.plan.detailedExitCode,
                   "End with 3 where there is something to change");
    plan->add_option(
        "--against", arguments.plan.against,
        "The folder that was emitted to; if not given, what runs on this machine, else such a folder here");
    add_socket(plan, arguments.plan.socket);
    plan->add_option("-o,--out", arguments.plan.out, "Save the plan with digests of everything it was computed from");
    plan->footer("Examples:\n"
                 "  tenantry plan                              against what runs, or was emitted to a folder here\n"
                 "  tenantry plan --against /srv/lend/out\n"
                 "  tenantry plan --detailed-exitcode -o release.plan\n");
    add_target(plan, arguments);
    add_machine(plan, arguments.plan.machine);
}

// Commands that tell about one environment, or about a word of ours.
void add_questions(CLI::App& app, Arguments& arguments) {
    CLI::App* show = command(app, "show", "Show one environment whole, every default filled in", arguments,
                             [&] { return tenantry::apps::show(arguments.options, arguments.show); });
    show->add_option("environment", arguments.show.environment, "TENANT/STAGE")->required();
    show->footer("Examples:\n"
                 "  tenantry show acme/production\n"
                 "  diff <(tenantry show acme/staging) <(tenantry show acme/production)\n");
    CLI::App* reach = command(app, "reach", "Tell whether a connection would arrive, by which way, or what stops it",
                              arguments, [&] { return tenantry::apps::reach(arguments.options, arguments.reach); });
    reach->add_option("from", arguments.reach.from, "TENANT/STAGE/SERVICE or TENANT/STAGE/TASK")->required();
    reach->add_option("to", arguments.reach.to, "The same, or an address; `:PORT` where it is not the service's own")
        ->required();
    reach->add_flag("--live", arguments.reach.live, "By what the kernel has now, not by what would be applied");
    add_socket(reach, arguments.reach.socket);
    reach->footer("0 where it arrives, 1 where it does not.\n"
                  "Examples:\n"
                  "  tenantry reach acme/production/web acme/production/api\n"
                  "  tenantry reach acme/production/web norte/production/api\n"
                  "  tenantry reach --live acme/production/api 169.254.169.254:80");
    CLI::App* explain = command(app, "explain", "Tell about a setting of an environment, a code or a claim", arguments,
                                [&] { return tenantry::apps::explain(arguments.options, arguments.explain); });
    explain->add_option("what", arguments.explain.subject, "An environment, a code (TN0104) or a claim (NET-1)")
        ->required();
    explain->add_option("setting", arguments.explain.path, "Of an environment: the setting; a map lists what is in it");
    explain->footer("Examples:\n"
                    "  tenantry explain acme/production services.api.tasks   value, line, and what it overrode\n"
                    "  tenantry explain acme/production services.api         what its tasks see, and who calls whom\n"
                    "  tenantry explain acme/production                      all settings\n"
                    "  tenantry explain TN0104\n");
}

void add_commands(CLI::App& app, Arguments& arguments) {
    const Options& options = arguments.options;
    CLI::App* validate =
        command(app, "validate", "Check the platform's files and say everything that is wrong with them", arguments,
                [&] { return tenantry::apps::validate(options); });
    validate->add_flag("-q,--quiet", arguments.options.quiet, "Say nothing when all is well");
    add_lock(app, arguments);
    add_network(app, arguments);
    add_plan(app, arguments);
    CLI::App* emit = command(app, "emit", "Write the texts of every environment to a folder", arguments,
                             [&] { return tenantry::apps::emit(options, arguments.emit); });
    emit->add_option("-o,--out", arguments.emit.out, "The folder; only files whose bytes changed are written")
        ->required();
    add_target(emit, arguments);
    CLI::App* shapes = command(app, "shapes", "Show which environments are alike, and what splits the others from them",
                               arguments, [&] { return tenantry::apps::shapes(options); });
    shapes->footer("Examples:\n  tenantry shapes\n  tenantry shapes --json\n");
    CLI::App* verify =
        command(app, "verify", "Decide the claims on the text that would be applied; 4 where one is violated",
                arguments, [&] { return tenantry::apps::verify(options, arguments.verify); });
    verify->add_option("--texts", arguments.verify.texts,
                       "Decide on the texts in this folder instead, as `emit` wrote them or as they are now");
    verify->add_flag("--live", arguments.verify.live,
                     "Decide on what runs: the kernel's own tables, read back by the daemon");
    verify->add_flag(
        "--probe", arguments.verify.probe,
        "With --live: also ask for every host from outside (TLS-1, TLS-3), and try connections from inside "
        "every task, to all that must not and must arrive");
    add_socket(verify, arguments.verify.socket);
    verify->add_flag("--strict", arguments.verify.strict, "Also end with 4 for claims that this version cannot decide");
    add_target(verify, arguments);
    add_machine(verify, arguments.verify.machine);
    verify->footer(
        "Examples:\n"
        "  tenantry verify                              for this machine\n"
        "  tenantry verify --machine 10.1.0.0/16        for another one, whose own network this is\n"
        "  tenantry verify --live --probe               what the kernel has of it now, tried by real connections\n"
        "  tenantry verify --texts out                  what `tenantry emit --out out` wrote, as it is now\n");
}

void add_tenant_commands(CLI::App& app, Arguments& arguments) {
    using namespace tenantry::apps;
    CLI::App* tenant = app.add_subcommand("tenant", "Add, list, show and remove tenants");
    tenant->require_subcommand(1);
    tenant->footer("Examples:\n"
                   "  tenantry tenant add norte --name \"Cr\u00e9dito del Norte\" --stages demo,staging\n"
                   "  tenantry tenant list\n"
                   "  tenantry tenant show norte\n"
                   "  tenantry tenant remove norte --confirm=norte");
    CLI::App* add = command(*tenant, "add", "Add a tenant to the files, with a block for each of its environments",
                            arguments, [&] { return tenant_add(arguments.options, arguments.tenant); });
    add->add_option("tenant", arguments.tenant.name, "Its name: a-z, 0-9 and hyphens")->required();
    add->add_option("--name", arguments.tenant.title, "Its name for people; the tenant's name, if not given");
    add->add_option("--stages", arguments.tenant.stages, "Its stages, divided by commas; all, if not given")
        ->delimiter(',');
    add->add_flag("--file", arguments.tenant.ownFile,
                  "A file of its own, tenants/TENANT.yaml, also where platform.yaml holds its tenants itself");
    add->footer("The tenant gets a file of its own where platform.yaml has `include`, else an entry of `tenants`.\n"
                "Nothing is written when the platform would not be valid then.\n"
                "Examples:\n"
                "  tenantry tenant add norte --name \"Cr\u00e9dito del Norte\"\n"
                "  tenantry tenant add norte --stages demo,staging --dry-run");
    CLI::App* list =
        command(*tenant, "list", "List the tenants", arguments, [&] { return tenant_list(arguments.options); });
    list->footer("Examples:\n  tenantry tenant list\n  tenantry tenant list --json");
    CLI::App* show = command(*tenant, "show", "Show one tenant: its environments, addresses, host names, settings",
                             arguments, [&] { return tenant_show(arguments.options, arguments.tenant); });
    show->add_option("tenant", arguments.tenant.name, "The tenant")->required();
    show->footer("Example:\n  tenantry tenant show acme");
    CLI::App* remove = command(*tenant, "remove", "Take a tenant out of the files, and retire its blocks", arguments,
                               [&] { return tenant_remove(arguments.options, arguments.tenant); });
    remove->add_option("tenant", arguments.tenant.name, "The tenant")->required();
    remove->add_option("--confirm", arguments.tenant.confirm, "Its name once more");
    remove->footer(
        "What runs is not touched. A tenant whose file was deleted by hand can be removed from the lock so.\n"
        "Examples:\n"
        "  tenantry tenant remove norte --dry-run\n"
        "  tenantry tenant remove norte --confirm=norte");
    for (CLI::App* sub : {add, remove})
        sub->add_flag("-n,--dry-run", arguments.tenant.dryRun, "Show the changes of the files, and write nothing");
}

// Commands on the files that people write.
void add_file_commands(CLI::App& app, Arguments& arguments) {
    CLI::App* init = command(app, "init", "Write a small platform to begin with, valid as it stands", arguments,
                             [&] { return tenantry::apps::init(arguments.options); });
    init->add_option("folder", arguments.options.folder, "The folder; it is made where it is not there");
    init->footer("Writes platform.yaml, two tenants and the schemas for editors; no file is ever overwritten.\n"
                 "Examples:\n"
                 "  tenantry init\n"
                 "  tenantry init lend");
    CLI::App* format = command(app, "fmt", "Write the platform's files in the one layout", arguments,
                               [&] { return tenantry::apps::format(arguments.options, arguments.format); });
    format->add_option(
        "files", arguments.format.files,
        "Files beneath the folder, or `-` to read standard input and write standard output; platform.yaml "
        "and the files that it includes, if none is named");
    format->add_flag("--check", arguments.format.check, "Only name the files that would change, and end with 3");
    format->footer(
        "Values, comments and the order of keys stay as they are; nothing is written while a file is no YAML.\n"
        "Examples:\n"
        "  tenantry fmt                      all files of the platform; prints those that changed\n"
        "  tenantry fmt --check              for a pipeline\n"
        "  tenantry fmt tenants/acme.yaml    one file\n"
        "  tenantry fmt - < platform.yaml    for an editor");
    add_tenant_commands(app, arguments);
    CLI::App* schema = command(app, "schema", "Print the JSON Schema of platform.yaml, for editors", arguments,
                               [&] { return tenantry::apps::schema(arguments.options, arguments.schema); });
    schema->add_flag("--tenants", arguments.schema.tenants, "That of a tenant's file");
    schema->footer("An editor finds it by the first line of a file, relative to that file:\n"
                   "  # yaml-language-server: $schema=.tenantry/platform.schema.json\n"
                   "Examples:\n"
                   "  tenantry schema > .tenantry/platform.schema.json\n"
                   "  tenantry schema --tenants > .tenantry/tenant.schema.json");
}

using LiveCommand = Exit (*)(const Options&, const tenantry::apps::LiveOptions&);

CLI::App* live_command(CLI::App& app, const char* name, const char* help, Arguments& arguments, LiveCommand run) {
    CLI::App* sub =
        command(app, name, help, arguments, [&arguments, run] { return run(arguments.options, arguments.live); });
    add_socket(sub, arguments.live.socket);
    return sub;
}

CLI::Option* add_selectors(CLI::App* sub, Arguments& arguments) {
    return sub
        ->add_option("selector", arguments.live.selectors, "TENANT, TENANT/STAGE or TENANT/STAGE/SERVICE; * means any")
        ->capture_default_str();
}

void add_platform(CLI::App* sub, Arguments& arguments) {
    sub->add_option("--platform", arguments.live.platform,
                    "The platform's name; that of the folder, else the only one that runs, if not given");
}

void add_secret_commands(CLI::App& app, Arguments& arguments) {
    using namespace tenantry::apps;
    LiveOptions& live = arguments.live;
    SecretOptions& own = arguments.secret;
    CLI::App* secret = app.add_subcommand("secret", "Give secrets their values, list them, make others");
    secret->require_subcommand(1);
    CLI::App* set = command(*secret, "set", "Give a secret with `given: per tenant` its value, in one environment",
                            arguments, [&] { return secret_set(arguments.options, live, own); });
    set->add_option("environment", own.environments, "TENANT/STAGE")->required();
    set->add_option("name", own.name, "The secret")->required();
    set->add_option("--from", own.from, "A file that holds the value; standard input, if not given")->type_name("FILE");
    set->add_flag("--raw", own.raw, "Keep the line end at the end of the value");
    set->add_flag("--detach", live.detach, "Do not wait until what reads it is replaced");
    set->footer(
        "The value is never an argument. It has 1 byte to 64 KiB; one line end at its end is taken off, as `echo`\n"
        "and editors write one, unless --raw is there. On a terminal it is asked for, and not shown.\n"
        "Before the environment's first `up` too. Where it runs, what reads the secret is replaced task by task.\n"
        "Examples:\n"
        "  tenantry secret set acme/demo bureau_key\n"
        "  tenantry secret set acme/demo bureau_key --from key.pem --raw\n"
        "  pass show acme/bureau | tenantry secret set acme/demo bureau_key");
    CLI::App* list = command(*secret, "list", "List secrets: who reads them, how old they are, what is missing or due",
                             arguments, [&] { return secret_list(arguments.options, live); });
    add_selectors(list, arguments);
    list->footer("Passwords of stores' users are among them: store.STORE.USER. No value is ever shown.\n"
                 "Examples:\n  tenantry secret list acme/demo\n  tenantry secret list --json");
    CLI::App* rotate = command(*secret, "rotate", "Make other values for secrets that were made", arguments,
                               [&] { return secret_rotate(arguments.options, live, own); });
    rotate->add_option("selector", own.environments, "TENANT or TENANT/STAGE; * means any")->required();
    rotate->add_option("name", own.name,
                       "A secret, a store (the passwords of all its users) or store.STORE.USER; all that were made, if "
                       "not given");
    rotate->add_flag("--detach", live.detach, "Do not wait until what reads them is replaced");
    rotate->footer(
        "What reads one is replaced task by task, and nothing else. A store takes its new passwords before; sessions\n"
        "go on until all tasks are replaced. A given secret gets another value by `secret set`.\n"
        "Examples:\n"
        "  tenantry secret rotate acme/demo jwt_key\n"
        "  tenantry secret rotate acme/demo books\n"
        "  tenantry secret rotate '*/production'");
    for (CLI::App* sub : {set, list, rotate}) add_socket(sub, live.socket);
}

void add_certificate_commands(CLI::App& app, Arguments& arguments) {
    using namespace tenantry::apps;
    CLI::App* certificate = app.add_subcommand("certificate", "List and renew the certificates of what runs here");
    certificate->require_subcommand(1);
    CLI::App* list = command(*certificate, "list", "List certificates, and how long they live", arguments,
                             [&] { return certificate_list(arguments.options, arguments.live); });
    add_selectors(list, arguments);
    list->footer("Examples:\n  tenantry certificate list\n  tenantry certificate list acme --json");
    CLI::App* renew = command(*certificate, "renew", "Replace certificates now, without a restart", arguments,
                              [&] { return certificate_renew(arguments.options, arguments.live); });
    add_selectors(renew, arguments)->required();
    renew->footer("The daemon renews each by itself, 30 days before its end.\n"
                  "Example:\n  tenantry certificate renew acme/demo");
    for (CLI::App* sub : {list, renew}) {
        add_socket(sub, arguments.live.socket);
        add_platform(sub, arguments);
    }
}

// What tasks wrote and take, and what happened to them.
void add_watching_commands(CLI::App& app, Arguments& arguments) {
    namespace apps = tenantry::apps;
    apps::LiveOptions& live = arguments.live;
    const auto add_since = [&](CLI::App* sub, const char* help) {
        sub->add_option("--since", live.since, help)->type_name("10m|2026-11-28T10:00:00Z");
    };
    CLI::App* logs = live_command(app, "logs", "Show what tasks wrote", arguments, apps::logs);
    add_selectors(logs, arguments)->required();
    add_platform(logs, arguments);
    CLI::Option* follow = logs->add_flag("-f,--follow", live.follow, "Go on, and show what they write");
    logs->add_option("-n,--lines", live.lines,
                     "Lines of each task, from the end; 100, or with --since all of that time, if not given");
    add_since(logs, "Only what was written since then: how long ago, or an instant");
    logs->add_flag("-p,--previous", live.previous, "What the last run that has ended wrote, not the one that runs now")
        ->excludes(follow);
    logs->add_flag("-t,--times", live.times, "When each line was written");
    logs->footer("Lines of several tasks are put in the order of their times. --json: an object a line.\n"
                 "Examples:\n"
                 "  tenantry logs acme/demo/api\n"
                 "  tenantry logs -f acme/demo\n"
                 "  tenantry logs --since 10m '*/production/api'\n"
                 "  tenantry logs --previous acme/demo/api-1      why did it end?");
    CLI::App* top = live_command(app, "top", "Show what tasks take: CPU, memory, processes", arguments, apps::top);
    add_selectors(top, arguments);
    top->add_option("--platform", live.platform, "Only this platform");
    top->add_option("--sort", live.order, "By what, most first")
        ->check(CLI::IsMember({"cpu", "memory", "pids", "name"}))
        ->capture_default_str();
    top->add_option("--interval", live.interval, "Between two readings, over which CPU is counted")
        ->type_name("1s")
        ->capture_default_str();
    top->add_flag("--once", live.once, "Once, on a terminal too");
    top->footer(
        "On a terminal it goes on; elsewhere it prints one table. CPU: 100 % is one CPU. Memory: without\n"
        "file pages that were not used of late. The programs that watch tasks are not counted.\n"
        "Examples:\n  tenantry top\n  tenantry top '*/production' --sort memory\n  tenantry top acme/demo/api --json");
    CLI::App* events = live_command(app, "events", "Show what happened on this machine", arguments, apps::events);
    add_selectors(events, arguments);
    events->add_option("--platform", live.platform, "Only this platform");
    events->add_flag("-f,--follow", live.follow, "Go on, and show what happens");
    add_since(events, "Only what happened since then: how long ago, or an instant");
    events->footer(
        "Ups, downs, jobs and closings are in the ledger: the last 1,000 of them are shown whenever they were. Tasks\n"
        "that ended, failed their health checks and were started again are known while the daemon runs; of all\n"
        "together the last 4,000. --json: an object a line.\n"
        "Examples:\n  tenantry events --since 1h\n  tenantry events -f acme\n  tenantry events acme/demo/api");
}

// What runs on this machine.
void add_live_commands(CLI::App& app, Arguments& arguments) {
    namespace apps = tenantry::apps;
    apps::LiveOptions& live = arguments.live;
    CLI::App* up = live_command(app, "up", "Make environments run as the platform's files say", arguments, apps::up);
    add_selectors(up, arguments);
    up->add_option("--plan", live.plan,
                   "Apply what `tenantry plan -o FILE` showed: exactly that, or nothing. "
                   "A name with a dot needs no --plan")
        ->type_name("FILE");
    up->add_option("--on-violation", live.onViolation,
                   "Where a claim does not hold on what runs then: let nobody in, or serve on and say so. "
                   "Without it a new environment is closed, and one that serves is not")
        ->check(CLI::IsMember({"close", "alarm"}))
        ->type_name("close|alarm");
    up->add_flag("--detach", live.detach, "Do not wait until they are up");
    up->footer(
        "What is up and equal is left alone. 4 where a claim does not hold: on the text, then nothing is applied;\n"
        "or on what runs.\n"
        "Examples:\n"
        "  tenantry up\n"
        "  tenantry up acme/demo\n"
        "  tenantry up '*/production'\n"
        "  tenantry plan -o release.plan && tenantry up release.plan");
    CLI::App* down = live_command(app, "down", "Stop environments and take away what they have on the machine",
                                  arguments, apps::down);
    add_selectors(down, arguments)->required();
    add_platform(down, arguments);
    down->add_flag("--detach", live.detach, "Do not wait until they are gone");
    down->add_flag("--destroy-data", live.destroyData,
                   "Destroy what the stores hold, secrets and certificates too; asks for each environment's name");
    down->footer("Kept are what stores hold, secrets, certificates and logs, in /var/lib/tenantry.\n"
                 "Examples:\n"
                 "  tenantry down acme/demo\n"
                 "  tenantry down '*'\n"
                 "  tenantry down acme/demo --destroy-data");
    CLI::App* status = live_command(app, "status", "Show what runs on this machine", arguments, apps::status);
    add_selectors(status, arguments);
    status->add_option("--platform", live.platform, "Only this platform");
    status->add_flag("-w,--watch", live.watch, "Go on, and show every change");
    status->add_flag("-t,--tasks", live.tasks, "Each task too");
    status->footer("Examples:\n  tenantry status --tasks\n  tenantry status --watch acme\n  tenantry status --json");
    CLI::App* exec =
        live_command(app, "exec", "Run a program inside a task, with its user and sandbox", arguments, apps::exec);
    exec->add_option("task", live.one, "TENANT/STAGE/SERVICE or TENANT/STAGE/TASK")->required();
    exec->add_option("command", live.command, "The program and its arguments, behind `--`")->required();
    exec->add_flag("-i,--interactive", live.interactive, "Pass on to the program what is read here");
    exec->add_flag("-t,--tty", live.terminal, "Give the program a terminal, behind this one; -i goes without saying")
        ->excludes("--json");
    add_platform(exec, arguments);
    exec->footer(
        "It ends with the program's own exit code, and ends the program when it is ended itself. With --json what it\n"
        "wrote stands in `output`, at most 1 MiB of it. The ledger has who ran which program in which task, not its\n"
        "arguments.\n"
        "Examples:\n"
        "  tenantry exec acme/demo/api -- /usr/bin/id\n"
        "  tenantry exec -t acme/demo/api -- /bin/bash\n"
        "  tenantry exec -i acme/demo/api -- /bin/sh < script");
    CLI::App* open = live_command(app, "open", "Print the address of an environment, and open it in a browser",
                                  arguments, apps::open);
    open->add_option("environment", live.one, "TENANT/STAGE")->required();
    add_platform(open, arguments);
    CLI::App* trust =
        live_command(app, "trust", "Print the certificate of this machine's authority, for browsers and curl",
                     arguments, apps::trust);
    trust->add_flag("-q,--quiet", arguments.options.quiet, "Do not say what to do with the file");
    trust->add_option("-o,--out", live.out, "Write it to this file, and say what to do with it");
    add_secret_commands(app, arguments);
    add_certificate_commands(app, arguments);
    live_command(app, "doctor", "Look whether this machine can run environments, and say what to mend", arguments,
                 apps::doctor);
}

// Jobs that run on this machine.
void add_job_commands(CLI::App& app, Arguments& arguments) {
    CLI::App* job = app.add_subcommand("job", "Run a job now that else waits for its time");
    job->require_subcommand(1);
    job->footer("Example:\n  tenantry job run acme/demo/accrue");
    CLI::App* run =
        live_command(*job, "run", "Run a job now, and wait for its end", arguments, tenantry::apps::job_run);
    run->add_option("job", arguments.live.one, "TENANT/STAGE/JOB, of a job that has `at` or `reset`")->required();
    add_platform(run, arguments);
    run->add_flag("--reset", arguments.live.reset,
                  "Of a job that has `reset`: first empty the stores that it owns, for good");
    run->footer("It ends with 0 where the job ended well, else with 1. The next time of the job stays as it is.\n"
                "Examples:\n"
                "  tenantry job run acme/demo/accrue\n"
                "  tenantry job run acme/demo/seed --reset");
}

std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands(nullptr)) names.push_back(sub->get_name());
    return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

std::string no_such(std::string_view what, const std::string& word, const std::vector<std::string>& known) {
    std::string text = fmt::format("there is no {} `{}`", what, tenantry::view::printable(word));
    if (const auto near = tenantry::did_you_mean(word, known)) text += fmt::format("; did you mean `{}`?", *near);
    return text;
}

// What is wrong with the words of a command line, and whose help to read.
std::string usage_text(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error) {
    const CLI::App* current = &app;
    std::string path = app.get_name();
    std::string problem;
    for (const std::string& word : words) {
        const auto commands = command_names(*current);
        const auto options = option_names(*current);
        const std::string option = word.substr(0, word.find('='));
        if (option.starts_with("--") && option.size() > 2 && std::ranges::find(options, option) == options.end())
            problem = no_such("option", option, options);
        else if (!word.starts_with('-') && !commands.empty() && std::ranges::find(commands, word) == commands.end())
            problem = no_such("command", word, commands);
        if (!problem.empty()) break;
        if (word.starts_with('-') || commands.empty()) continue;
        current = current->get_subcommand(word);
        path += " " + word;
    }
    if (problem.empty()) problem = error.what();
    return fmt::format("error: {}\n`{} --help` tells more\n", problem, path);
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
    add_live_commands(app, arguments);
    add_job_commands(app, arguments);
    add_watching_commands(app, arguments);
    add_questions(app, arguments);
    add_file_commands(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        return app.exit(help);
    } catch (const CLI::CallForVersion& version) {
        return app.exit(version);
    } catch (const CLI::ParseError& error) {
        const std::string text = usage_text(app, {argv + 1, argv + std::max(argc, 1)}, error);
        std::fwrite(text.data(), 1, text.size(), stderr);
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
