// `tenantry tenant add|remove`: the files are changed in memory, read again, and written only when the result is good.

#include <algorithm>

#include <fmt/format.h>

#include <tenantry/blueprint/retire.hpp>
#include <tenantry/model/tenant_edit.hpp>
#include <tenantry/view/file_diff.hpp>

#include "file_commands.hpp"

namespace tenantry::apps {
namespace {

using model::FileChange;

constexpr std::string_view lockName = "platform.lock";

/// A platform that is changed under its folder's lock.
struct Change {
    std::string_view command;
    std::string tenant;
    bool dryRun = false;
    std::vector<FileChange> files;
    std::vector<std::string> blocks;  ///< environments that got one, or whose is retired
};

std::optional<std::string_view> text_before(Session& session, const FileChange& file) {
    if (!file.before) return std::nullopt;
    return session.sources().text(*file.before);
}

bool is_changed(Session& session, const FileChange& file) {
    const auto before = text_before(session, file);
    return !file.text || !before || *before != *file.text;
}

Result<void> write_file(Session& session, const FileChange& file) {
    if (!file.text) return session.workspace().remove(file.path);
    if (file.before) {
        const auto written = session.workspace().write(file.path, *file.text);
        return written ? Result<void>() : std::unexpected(written.error());
    }
    if (!TRY(session.workspace().create(file.path, *file.text)))
        return fail("{} was made by somebody else meanwhile; run the command again", file.path);
    return {};
}

std::string_view verb(const FileChange& file) {
    if (!file.text) return "removed";
    return file.before ? "changed" : "created";
}

void print_json(Session& session, const Change& change) {
    JsonText json = session.begin_json(change.command);
    json.member("tenant", change.tenant).member("dryRun", change.dryRun).key("files").array();
    for (const FileChange& file : change.files)
        json.object(Layout::line).member("path", file.path).member("change", verb(file)).end();
    json.end().key("blocks").array(Layout::line);
    for (const std::string& block : change.blocks) json.value(block);
    json.end().end();
    session.print(std::move(json).take());
}

std::string diff_of(Session& session, const Change& change) {
    std::string text;
    for (const FileChange& file : change.files)
        text +=
            view::file_diff(file.path, text_before(session, file),
                            file.text ? std::optional<std::string_view>(*file.text) : std::nullopt, session.style());
    return text;
}

std::string answer_of(const Change& change, std::string_view blockMark) {
    std::string text;
    for (const FileChange& file : change.files) text += fmt::format("{} {}\n", verb(file), view::printable(file.path));
    for (const std::string& block : change.blocks) text += fmt::format("  {} {}\n", blockMark, block);
    return text;
}

Exit finish(Session& session, Change change, std::string_view blockMark, std::string_view next) {
    std::erase_if(change.files, [&](const FileChange& file) { return !is_changed(session, file); });
    if (!change.dryRun)
        for (const FileChange& file : change.files)
            if (const auto done = write_file(session, file); !done) return report(done.error());
    if (session.options().json)
        print_json(session, change);
    else if (change.dryRun)
        session.print(diff_of(session, change));
    else
        session.print(answer_of(change, blockMark) + std::string(next));
    return Exit::done;
}

// Reads the changed files as if they had been written.
bool is_good(Session& session, const compile::Inputs& inputs, std::optional<SourceId> lock,
             const std::vector<FileChange>& files) {
    session.diagnostics() = {};
    session.compile({model::changed_inputs(session.sources(), inputs.files, files), lock});
    return session.compiled().has_value();
}

Exit refuse_result(Session& session, std::string_view command) {
    const Exit exit = refuse(session, command);
    return report(Error("nothing was written, because the platform would not be valid then"), exit);
}

/// Opens the folder, holds it, and reads a platform that must be valid.
template <class Do>
Exit change_platform(const Options& options, std::string_view command, Do work) {
    const auto workspace = host::Workspace::open(options.folder);
    if (!workspace) return report(workspace.error(), Exit::badInput);
    const auto held = workspace->exclusive();
    if (!held) return report(held.error(), Exit::locked);
    Session session(options);
    const auto inputs = session.read();
    if (!inputs) return report(inputs.error(), Exit::badInput);
    if (*inputs) session.compile(**inputs);
    if (!session.compiled()) return refuse(session, command);
    return work(session, **inputs);
}

Result<model::NewTenant> new_tenant(const model::Platform& platform, const TenantOptions& own, const Sources& sources) {
    auto name = TenantName::parse(own.name);
    if (!name) return fail("the tenant's name `{}` {}", own.name, name.error());
    auto title = FreeText::parse(own.title.empty() ? own.name : own.title);
    if (!title) return fail("--name {}", title.error());
    if (const model::Tenant* other = platform.tenant(own.name))
        return fail("there is a tenant `{}` already, at {}", own.name, view::place(sources, other->at));
    model::NewTenant tenant{*std::move(name), *std::move(title), {}, own.ownFile};
    std::vector<std::string_view> known;
    for (const model::Stage& stage : platform.stages) known.push_back(stage.name.str());
    for (const std::string& text : own.stages) {
        const model::Stage* stage = platform.stage(text);
        const auto near = did_you_mean(text, known);
        if (stage == nullptr)
            return fail(
                "--stages: there is no stage `{}`; {}", text,
                near ? fmt::format("did you mean `{}`?", *near) : fmt::format("there are {}", fmt::join(known, ", ")));
        if (std::ranges::find(tenant.stages, stage->name) == tenant.stages.end()) tenant.stages.push_back(stage->name);
    }
    return tenant;
}

Exit remove(Session& session, const compile::Inputs& inputs, const TenantOptions& own) {
    Change change{"tenant remove", own.name, own.dryRun, {}, {}};
    const model::Platform& platform = session.compiled()->model.platform;
    std::optional<SourceId> lock = inputs.lock;
    if (inputs.lock) {
        auto blocks = blueprint::read_lock(session.sources(), *inputs.lock, session.diagnostics());
        if (!blocks) return refuse(session, change.command);
        if (const auto name = TenantName::parse(own.name)) change.blocks = blueprint::retire(*blocks, *name);
        lock = session.sources().add(std::string(lockName), blueprint::to_text(*blocks));
    }
    // One that only the lock knows: its file was deleted by hand, or a removal was interrupted.
    const model::Tenant* tenant = platform.tenant(own.name);
    if (tenant == nullptr && change.blocks.empty()) return report(no_such_tenant(platform, own.name), Exit::usage);
    if (own.confirm != own.name && !own.dryRun)
        return report(Error(fmt::format("removing a tenant must be confirmed: type `tenantry tenant remove {0} "
                                        "--confirm={0}`, or see what would happen with --dry-run",
                                        own.name)),
                      Exit::usage);
    if (tenant != nullptr)
        change.files = remove_tenant(session.sources(), inputs.files, session.compiled()->model, tenant->name);
    if (!is_good(session, inputs, lock, change.files)) return refuse_result(session, change.command);
    if (lock) change.files.push_back({std::string(lockName), inputs.lock, std::string(session.sources().text(*lock))});
    return finish(session, std::move(change), "retired",
                  "Nothing that runs was touched. The addresses are never given to anybody else.\n");
}

}  // namespace

Exit tenant_add(const Options& words, const TenantOptions& own) {
    Options options = words;
    options.lockId = host::random_id();
    return change_platform(options, "tenant add", [&](Session& session, const compile::Inputs& inputs) {
        const auto tenant = new_tenant(session.compiled()->model.platform, own, session.sources());
        if (!tenant) return report(tenant.error(), Exit::usage);
        Change change{"tenant add", own.name, own.dryRun, {}, {}};
        change.files = add_tenant(session.sources(), inputs.files, session.compiled()->model, *tenant);
        if (!is_good(session, inputs, inputs.lock, change.files)) return refuse_result(session, change.command);
        // The lock last: interrupted before, `tenantry lock` gives the same blocks.
        change.files.push_back({std::string(lockName), inputs.lock, blueprint::to_text(session.compiled()->lock)});
        change.blocks = session.compiled()->provisional;
        return finish(session, std::move(change), "+",
                      fmt::format("Next: `tenantry tenant show {}`, `tenantry plan`\n", own.name));
    });
}

Exit tenant_remove(const Options& options, const TenantOptions& own) {
    return change_platform(options, "tenant remove", [&](Session& session, const compile::Inputs& inputs) {
        return remove(session, inputs, own);
    });
}

}  // namespace tenantry::apps
