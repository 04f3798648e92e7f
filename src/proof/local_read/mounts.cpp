#include "mounts.hpp"

#include <string>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/local_read/codes.hpp>

namespace tenantry::local_read {
namespace {

// The destination without slashes at its end (of `/` nothing is left); nothing where it is no absolute path in one
// form.
std::optional<std::string_view> destination_of(const Node& mount) {
    const auto node = mount.find("destination");
    std::string_view text = node ? as_text(*node).value_or("") : std::string_view();
    if (!text.starts_with('/')) return std::nullopt;
    while (text.ends_with('/')) text.remove_suffix(1);
    if (!text.empty() && grammar::file_path(text)) return std::nullopt;
    return text;
}

// The last mount whose destination is `path` or a folder that holds it covers what earlier ones put there. One whose
// destination is not clear may cover everything.
std::optional<Node> covering_mount(const Object& root, std::string_view path) {
    const auto mounts = root.find("mounts");
    if (!mounts || !mounts->is_list()) return std::nullopt;
    for (std::size_t i = mounts->size(); i-- > 0;) {
        const auto destination = destination_of(mounts->item(i));
        if (!destination) return mounts->item(i);
        const bool covers =
            path.starts_with(*destination) && (path.size() == destination->size() || path[destination->size()] == '/');
        if (covers) return mounts->item(i);
    }
    return std::nullopt;
}

// A bind mount by its type or, as crun and runc take it too, by its options.
bool is_bind(const Node& mount) {
    const auto type = mount.find("type");
    const auto options = mount.find("options");
    if (type && (as_text(*type) == "bind" || as_text(*type) == "none")) return true;
    for (std::size_t i = 0; options && options->is_list() && i < options->size(); ++i)
        if (as_text(options->item(i)) == "bind" || as_text(options->item(i)) == "rbind") return true;
    return false;
}

}  // namespace

std::optional<SourceId> mounted_text(const Scope& scope, const Object& root, std::string_view path) {
    const auto mount = covering_mount(root, path);
    const auto sourceNode = mount ? mount->find("source") : std::nullopt;
    const auto destination = mount ? destination_of(*mount) : std::nullopt;
    if (!sourceNode || !destination) {
        scope.unclear(mount ? mount->at() : start_of(root.at().source),
                      fmt::format("What the file `{}` of the task holds is not in the output folder.", path));
        return std::nullopt;
    }
    std::string source(as_text(*sourceNode).value_or(""));
    source += path.substr(destination->size());
    const std::string folder = scope.folder();
    const bool ours = is_bind(*mount) && source.starts_with(folder) && !grammar::file_path(source);
    if (!ours) {
        scope.unclear(
            sourceNode->at(),
            fmt::format("The file `{}` of the task is `{}`, which is not in the output folder.", path, source));
        return std::nullopt;
    }
    const auto text = scope.reading.text(std::string_view(source).substr(folder.size()));
    if (!text)
        scope.wrong(code::missingFile, sourceNode->at(),
                    fmt::format("The task mounts `{}`, which is not among the files of the output folder.", source));
    return text;
}

}  // namespace tenantry::local_read
