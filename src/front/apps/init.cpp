// `tenantry init`: a folder to begin with.

#include <vector>

#include <tenantry/model/schema.hpp>

#include "example.hpp"
#include "file_commands.hpp"

namespace tenantry::apps {
namespace {

struct NewFile {
    std::string path;
    std::string text;
};

// platform.yaml last: where it is, all of it was written.
std::vector<NewFile> all_files() {
    std::vector<NewFile> files{
        {".tenantry/platform.schema.json", model::json_schema(model::SchemaOf::platform)},
        {".tenantry/tenant.schema.json", model::json_schema(model::SchemaOf::tenantFile)},
    };
    for (const ExampleFile& file : example_files()) files.push_back({std::string(file.path), std::string(file.text)});
    return files;
}

enum class There : std::uint8_t { nothing, same, other };

There look(const host::Workspace& folder, const NewFile& file) {
    Sources sources;
    Diagnostics diagnostics;
    const auto id = folder.read(file.path, sources, diagnostics, true);
    if (id) return sources.text(*id) == file.text ? There::same : There::other;
    return diagnostics.empty() ? There::nothing : There::other;
}

// What an earlier run wrote before it was stopped is no obstacle.
Result<std::vector<std::string>> write_all(const host::Workspace& folder) {
    const auto held = TRY(folder.exclusive());
    const std::vector<NewFile> files = all_files();
    std::string taken;
    for (const NewFile& file : files)
        if (look(folder, file) == There::other) taken += (taken.empty() ? "" : ", ") + file.path;
    if (!taken.empty()) return fail("nothing was written, because this is there already: {}", taken);
    std::vector<std::string> created;
    for (const NewFile& file : files) {
        if (look(folder, file) == There::same) continue;
        if (!TRY(folder.create(file.path, file.text))) return fail("{} was made by somebody else meanwhile", file.path);
        created.push_back(file.path);
    }
    return created;
}

std::string answer(const Options& options, const std::vector<std::string>& created) {
    const Session session(options);
    if (options.json) {
        JsonText json = session.begin_json("init");
        json.member("folder", options.folder).key("created").array();
        for (const std::string& path : created) json.value(path);
        json.end().end();
        return std::move(json).take();
    }
    std::string text;
    for (const std::string& path : created) text += "created " + path + "\n";
    if (created.empty()) text = "all of it is there already\n";
    text += "\nNext:\n";
    if (options.folder != ".") text += fmt::format("  cd {}\n", view::printable(options.folder));
    return text +
           "  tenantry validate                                     is everything right?\n"
           "  tenantry tenant add sur --name \"Financiera Sur\"       a third customer\n"
           "  tenantry plan                                         what would run\n"
           "  tenantry lock                                         keep every environment's addresses for ever\n"
           "Commit all of it. Editors with a YAML language server complete and check the files by .tenantry/.\n";
}

}  // namespace

Exit init(const Options& options) {
    const auto folder = host::Workspace::make(options.folder);
    if (!folder) return report(folder.error());
    const auto created = write_all(*folder);
    if (!created) return report(created.error());
    Session(options).print(answer(options, *created));
    return Exit::done;
}

}  // namespace tenantry::apps
