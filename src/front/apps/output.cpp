#include "output.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <tenantry/host/workspace.hpp>
#include <tenantry/syntax/json.hpp>

namespace tenantry::apps {
namespace {

constexpr std::string_view manifestName = "manifest.json";
constexpr host::ReadLimits limits{std::uint64_t{256} << 20, std::uint64_t{1} << 30};

// The files that an earlier run wrote there; nothing where the folder is empty.
Result<std::vector<std::string>> earlier_files(const host::Workspace& out, const std::string& folder) {
    Sources sources;
    Diagnostics diagnostics;
    std::vector<std::string> paths;
    const auto manifest = out.read(manifestName, sources, diagnostics, true, limits);
    if (!manifest) {
        if (!TRY(out.list("")).empty())
            return fail("{} holds files and no {}: nothing was written there, choose an empty folder", folder,
                        manifestName);
        return paths;
    }
    const auto tree = syntax::parse_json(sources, *manifest, {limits.one, 64, 10'000'000}, diagnostics);
    const auto files = tree ? syntax::Node::root(*tree).find("files") : std::nullopt;
    if (!files || !files->is_list())
        return fail("{}/{} was not written by tenantry: choose another folder", folder, manifestName);
    for (std::size_t i = 0; i < files->size(); ++i)
        if (const auto path = files->item(i).find("path"); path && path->is_scalar()) paths.emplace_back(path->text());
    return paths;
}

}  // namespace

Result<Written> write_output(const std::string& folder, std::span<const local_emit::LocalFile> files,
                             std::string_view state) {
    const host::Workspace out = TRY(host::Workspace::make(folder));
    const auto held = TRY(wrap(out.exclusive(), "{}", folder));
    std::set<std::string, std::less<>> now;
    for (const local_emit::LocalFile& file : files) now.insert(file.path);
    Written done;
    for (const std::string& path : TRY(earlier_files(out, folder))) {
        if (now.contains(path)) continue;
        TRY_VOID(out.remove(path));
        ++done.removed;
    }
    // The manifest last: where it is, every file that it names was written.
    for (const bool manifest : {false, true})
        for (const local_emit::LocalFile& file : files)
            if ((file.path == manifestName) == manifest)
                if (TRY(out.write(file.path, file.text))) ++done.written;
    // Behind the texts: killed in between, the next plan shows again what was emitted, and hides nothing.
    TRY_VOID(out.write(stateName, state));
    return done;
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
    const std::filesystem::path whole(path);
    const std::string folder = whole.has_parent_path() ? whole.parent_path().string() : ".";
    const host::Workspace parent = TRY(host::Workspace::open(folder));
    TRY_VOID(parent.write(whole.filename().string(), bytes));
    return {};
}

Result<std::vector<local_emit::LocalFile>> read_output(const std::string& folder) {
    const host::Workspace out = TRY(host::Workspace::open(folder));
    std::vector<local_emit::LocalFile> files;
    Sources sources;
    Diagnostics diagnostics;
    for (const std::string& path : TRY(wrap(out.files(), "{}", folder))) {
        if (path == stateName) continue;
        const auto id = out.read(path, sources, diagnostics, false, limits);
        if (!id) return fail("{}/{}: {}", folder, path, diagnostics.all().front().detail);
        files.push_back({path, std::string(sources.text(*id))});
    }
    return files;
}

}  // namespace tenantry::apps
