// `tenantry fmt`: the one layout of platform files.

#include <algorithm>
#include <cstdio>

#include <tenantry/syntax/format.hpp>

#include "file_commands.hpp"

namespace tenantry::apps {
namespace {

struct Formatted {
    std::string path;
    std::string text;
    bool changed = false;
};

// A name as it may be opened: Workspace refuses what leaves its folder, but cannot say why.
Result<void> check_names(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (name.starts_with('/') || ("/" + name + "/").find("/../") != std::string::npos)
            return fail("{} does not lie beneath the platform's folder: go there, or name it with --dir", name);
    return {};
}

Result<std::string> standard_input() {
    constexpr std::size_t most = syntax::Limits{}.bytes + 1;  // one more than is read, so that it is told
    std::string text(most, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), stdin));
    if (std::ferror(stdin) != 0) return fail("reading standard input");
    return text;
}

std::vector<SourceId> all_files(const compile::Inputs& inputs) {
    std::vector<SourceId> files{inputs.files.platform};
    files.insert(files.end(), inputs.files.tenants.begin(), inputs.files.tenants.end());
    return files;
}

// Named files may be of any folder beneath this one, and need no platform beside them.
Result<std::vector<SourceId>> read_files(Session& session, const host::Workspace& workspace,
                                         const std::vector<std::string>& names) {
    if (names.empty()) {
        const auto inputs = TRY(session.read());
        return inputs ? all_files(*inputs) : std::vector<SourceId>{};
    }
    std::vector<SourceId> files;
    for (const std::string& name : names)
        if (const auto id = workspace.read(name, session.sources(), session.diagnostics())) files.push_back(*id);
    return files;
}

std::vector<Formatted> format_all(Session& session, const std::vector<SourceId>& files) {
    std::vector<Formatted> all;
    for (const SourceId id : files) {
        auto text = syntax::format_yaml(session.sources(), id, syntax::Limits{}, session.diagnostics());
        if (!text) continue;
        const bool changed = *text != session.sources().text(id);
        all.push_back({std::string(session.sources().name(id)), *std::move(text), changed});
    }
    session.diagnostics().sort();
    return all;
}

void print_answer(const Session& session, const std::vector<Formatted>& files, bool check) {
    if (session.options().json) {
        JsonText json = session.begin_json("fmt");
        json.member("check", check).key("files").array();
        for (const Formatted& file : files)
            json.object(Layout::line).member("path", file.path).member("changed", file.changed).end();
        json.end().end();
        return session.print(std::move(json).take());
    }
    std::string answer;
    for (const Formatted& file : files)
        if (file.changed) answer += file.path + "\n";
    session.print(answer);
    if (check && !answer.empty()) std::fputs("not formatted: run `tenantry fmt`\n", stderr);
}

Exit format_files(Session& session, const host::Workspace& workspace, const FormatOptions& own) {
    const auto files = read_files(session, workspace, own.files);
    if (!files) return report(files.error(), Exit::badInput);
    const std::vector<Formatted> formatted = format_all(session, *files);
    if (session.diagnostics().has_errors()) return refuse(session, "fmt");
    for (const Formatted& file : formatted) {
        if (own.check || !file.changed) continue;
        const auto written = workspace.write(file.path, file.text);
        if (!written) return report(written.error());
    }
    print_answer(session, formatted, own.check);
    const bool anyChanged = std::ranges::any_of(formatted, &Formatted::changed);
    return own.check && anyChanged ? Exit::changes : Exit::done;
}

// For editors: the text goes through, and no file is touched.
Exit format_stream(Session& session, bool check) {
    auto text = standard_input();
    if (!text) return report(text.error());
    const SourceId id = session.sources().add("standard input", *std::move(text));
    const std::vector<Formatted> formatted = format_all(session, {id});
    if (formatted.empty()) return refuse(session, "fmt");
    if (check || session.options().json)
        print_answer(session, formatted, check);
    else
        session.print(formatted.front().text);
    return check && formatted.front().changed ? Exit::changes : Exit::done;
}

}  // namespace

Exit format(const Options& options, const FormatOptions& own) {
    Session session(options);
    if (own.files == std::vector<std::string>{"-"}) return format_stream(session, own.check);
    if (const auto good = check_names(own.files); !good) return report(good.error(), Exit::usage);
    const auto workspace = host::Workspace::open(options.folder);
    if (!workspace) return report(workspace.error(), Exit::badInput);
    if (own.check) return format_files(session, *workspace, own);
    const auto held = workspace->exclusive();
    if (!held) return report(held.error(), Exit::locked);
    return format_files(session, *workspace, own);
}

}  // namespace tenantry::apps
