#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include <tenantry/model/codes.hpp>
#include <tenantry/syntax/yaml.hpp>

#include "command.hpp"

namespace tenantry::apps {
namespace {

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

// no-color.org; FORCE_COLOR for pipes that are shown to people.
bool wants_color(const Options& options) {
    if (options.noColor || options.json || is_set("NO_COLOR")) return false;
    if (is_set("FORCE_COLOR")) return true;
    const char* terminal = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1 && terminal != nullptr &&
           std::string_view(terminal) != "dumb";
}

}  // namespace

std::optional<compile::Inputs> Session::read_inputs() {
    const auto platform = workspace_->read("platform.yaml", sources_, diagnostics_);
    const auto lock = workspace_->read("platform.lock", sources_, diagnostics_, true);
    if (!platform) return std::nullopt;
    compile::Inputs inputs{{*platform, {}}, lock, options_.lockId};
    // Only to see which files belong to the platform; `compile` tells what is wrong with the text. Without the word
    // (only a backslash could hide it) there are none, and a large file need not be parsed twice.
    if (sources_.text(*platform).find_first_of('\\') == std::string_view::npos &&
        sources_.text(*platform).find("include") == std::string_view::npos)
        return inputs;
    Diagnostics later;
    const auto tree = syntax::parse_yaml(sources_, *platform, syntax::Limits{}, later);
    const auto include = tree ? model::include_of(*tree) : std::nullopt;
    if (!include) return inputs;
    const auto names = workspace_->list(include->folder);
    if (!names) {
        diagnostics_.add(model::code::noInclude, include->at, names.error().text() + ".");
        return inputs;
    }
    for (const std::string& name : *names) {
        if (!include->matches(name)) continue;
        const std::string path = include->folder.empty() ? name : include->folder + "/" + name;
        if (const auto id = workspace_->read(path, sources_, diagnostics_)) inputs.files.tenants.push_back(*id);
    }
    if (inputs.files.tenants.empty() && !diagnostics_.has_errors())
        diagnostics_.add(model::code::noInclude, include->at,
                         fmt::format("No file matches `{}`.", sources_.text(include->at)),
                         "`tenants/acme.yaml` with `acme: { name: Acme }` adds a tenant");
    return inputs;
}

Result<void> Session::open() {
    workspace_ = TRY(host::Workspace::open(options_.folder));
    return {};
}

Result<std::optional<compile::Inputs>> Session::read() {
    TRY_VOID(open());
    return read_inputs();
}

void Session::compile(const compile::Inputs& inputs) {
    inputs_ = inputs;
    compiled_ = compile::compile(sources_, inputs, pool(), diagnostics_);
    if (diagnostics_.has_errors()) compiled_.reset();
    diagnostics_.sort();
}

Result<void> Session::compile() {
    if (const auto inputs = TRY(read())) compile(*inputs);
    diagnostics_.sort();
    return {};
}

void Session::add_beyond_local() {
    diagnostics_.append(compile::beyond_local(compiled_->model.platform));
    diagnostics_.append(compile::unkept_by_local(compiled_->model));
    diagnostics_.sort();
}

void Session::count_beyond_local() {
    if (options_.json) return add_beyond_local();
    const std::size_t count = compile::beyond_local(compiled_->model.platform).all().size() +
                              compile::unkept_by_local(compiled_->model).all().size();
    if (count == 0) return;
    const std::string text =
        fmt::format("note: {} of what the files ask for {} not done on target local yet; `tenantry "
                    "plan` shows where\n",
                    count, count == 1 ? "is" : "are");
    std::fwrite(text.data(), 1, text.size(), stderr);
}

view::Style Session::style() const {
    return {wants_color(options_), options_.allErrors ? std::size_t{1'000'000} : view::Style{}.most};
}

JsonText Session::begin_json(std::string_view command) const {
    JsonText json;
    json.object().member("version", jsonVersion).member("command", command);
    json.key("diagnostics");
    view::write_json(sources_, diagnostics_, json);
    return json;
}

void Session::print(std::string_view answer) const {
    if (!options_.json) {
        const std::string text = view::to_text(sources_, diagnostics_, style());
        std::fwrite(text.data(), 1, text.size(), stderr);
    }
    std::fwrite(answer.data(), 1, answer.size(), stdout);
}

Exit report(const Error& error, Exit exit) {
    const std::string text = "error: " + view::printable(error.text()) + "\n";
    std::fwrite(text.data(), 1, text.size(), stderr);
    return exit;
}

Exit refuse(Session& session, std::string_view command) {
    std::string answer;
    if (session.options().json) answer = std::move(session.begin_json(command).member("valid", false).end()).take();
    session.print(answer);
    return Exit::badInput;
}

}  // namespace tenantry::apps
