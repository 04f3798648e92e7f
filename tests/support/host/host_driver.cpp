// Drives the room `host` as the daemon does, a command a line of stdin, an answer in JSON a line of stdout: {"value":
// ...} or {"error": "..."}. Tests kill it at any moment and start it again. Runs as root in a test cell.
//   host_driver CGROUP PLATFORM-FOLDER ENVIRONMENT IMAGE-PROGRAM

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <tenantry/compile/compile.hpp>
#include <tenantry/host/crun_containers.hpp>
#include <tenantry/host/host_files.hpp>
#include <tenantry/host/host_stores.hpp>
#include <tenantry/host/namespace_probe.hpp>

#include "store_tasks.hpp"

namespace {

using namespace tenantry;
namespace json = boost::json;

std::string file_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The platform of a folder with everything in platform.yaml.
Result<blueprint::Blueprint> compiled(const std::filesystem::path& folder) {
    Sources sources;
    Diagnostics diagnostics;
    const SourceId id = sources.add("platform.yaml", file_bytes(folder / "platform.yaml"));
    auto result = compile::compile(sources, {{id, {}}, std::nullopt}, Pool{1}, diagnostics);
    if (!result) return fail("the platform of {} does not compile", folder.string());
    return std::move(result->blueprint);
}

std::vector<host::ImageFile> image_files(const std::string& program) {
    const std::string bytes = file_bytes(program);
    return {{"api", true, bytes}, {"web", true, bytes}, {"srv/www/index.html", false, "<p>static\n"}};
}

Result<world::EnvironmentSpec> wanted(const blueprint::Blueprint& blueprint, std::string_view environment,
                                      const std::string& imageDigest) {
    const local_emit::LocalTemplates templates(blueprint);
    std::map<std::string, std::string> images;
    for (const auto& [reference, path] : blueprint.commons.hostImages) images[reference] = imageDigest;
    for (const blueprint::Environment& one : blueprint.environments)
        if (one.name() == environment)
            return local_emit::wanted(blueprint, one, templates.emit(blueprint, one), images);
    return fail("there is no environment {}", environment);
}

json::value value_of(const world::TaskProcess& process) {
    return {{"pid", process.pid}, {"start", process.startTime}, {"monitor", process.monitor}};
}
json::value value_of(const world::TaskEnd& end) {
    return {{"code", end.code}, {"outOfMemory", end.outOfMemory}, {"text", end.str()}};
}
json::value value_of(const std::vector<std::string>& lines) { return json::value_from(lines); }
json::value value_of(const host::Secret& secret) { return json::string(secret.reveal()); }
json::value value_of(int number) { return number; }
json::value value_of(const world::ObservedStore& seen) {
    json::object users;
    for (const world::ObservedStoreUser& user : seen.users) {
        std::string rights;
        for (const std::string& right : user.rights) rights += (rights.empty() ? "" : " ") + right;
        users[user.name] = rights;
    }
    return users;
}
json::value value_of(const std::vector<world::ObservedSocket>& seen) { return {{"text", to_text(seen)}}; }
json::value value_of(const world::ObservedSandbox& seen) {
    return {{"effective", seen.effectiveCapabilities},
            {"permitted", seen.permittedCapabilities},
            {"bounding", seen.boundingCapabilities},
            {"noNewPrivileges", seen.noNewPrivileges},
            {"seccompMode", seen.seccompMode},
            {"seccompFilters", seen.seccompFilters},
            {"uid", seen.uid},
            {"gid", seen.gid},
            {"rootReadOnly", seen.rootReadOnly},
            {"coreLimit", seen.coreLimit},
            {"network", seen.namespaces.network},
            {"cgroup", seen.cgroup},
            {"text", to_text(seen)}};
}
template <class T>
json::value value_of(const std::optional<T>& value) {
    return value ? value_of(*value) : json::value(nullptr);
}

template <class T>
json::value told(const Result<T>& result) {
    if (!result) return {{"error", result.error().text()}};
    if constexpr (std::is_void_v<T>)
        return {{"value", true}};
    else
        return {{"value", value_of(*result)}};
}
template <class T>
json::value told(const std::optional<T>& value) {
    return {{"value", value_of(value)}};
}

// That it was done is all that is told.
template <class T>
json::value told_done(const Result<T>& result) {
    return result ? told(Result<void>()) : told(Result<void>(std::unexpected(result.error())));
}

double cpu_milliseconds(int who) {
    rusage used{};
    getrusage(who, &used);
    const auto milliseconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    return milliseconds(used.ru_utime) + milliseconds(used.ru_stime);
}

class Driver {
  public:
    Driver(const host::MachineView& view, const host::Authority& authority, world::EnvironmentSpec spec)
        : authority_(authority),
          files_(view, authority),
          ingress_(host::edgeUser),
          containers_(view, ingress_),
          probe_(authority),
          spec_(std::move(spec)) {}

    json::value run(const std::vector<std::string>& words) {
        const auto command = commands_.find(words.at(0));
        if (command == commands_.end()) return {{"error", "no such command"}};
        words_ = words;
        return command->second();
    }

  private:
    const world::Placement& placement() const { return spec_.placement; }
    const std::string& word(std::size_t at) const { return words_.at(at); }

    world::TaskSpec& task() {
        for (world::TaskSpec& one : spec_.tasks)
            if (one.name == word(1)) return one;
        throw std::runtime_error("no such task");
    }

    world::StoreSpec& store() {
        for (world::StoreSpec& one : spec_.stores)
            if (one.name == word(1)) return one;
        throw std::runtime_error("no such store");
    }

    // `user STORE NAME ACCESS`; without an access there is none of this name.
    json::value user() {
        std::vector<world::StoreUserSpec>& users = store().users;
        std::erase_if(users, [&](const world::StoreUserSpec& one) { return one.name == word(2); });
        if (words_.size() > 3) users.push_back({word(2), word(3)});
        std::ranges::sort(users, {}, &world::StoreUserSpec::name);
        support::write_acl(spec_);
        return {{"value", true}};
    }

    // `secret NAME`: one that is given, for the reader `api`; `secret NAME VALUE` gives it.
    json::value secret() {
        if (words_.size() > 2) return told_done(vault_.set(placement(), word(1), host::Secret(word(2))));
        for (world::ReaderSpec& reader : spec_.readers)
            if (reader.name == "api") reader.secrets.push_back({word(1), 0});
        return {{"value", true}};
    }

    // The program's own words go to a file, which is given back beside its code.
    json::value exec() {
        const char* path = "/run/tenantry/exec-output";
        const host::Descriptor file(open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        const host::Execution wanted{.argv = {words_.begin() + 3, words_.end()},
                                     .stdio = {-1, file.number(), file.number()},
                                     .terminal = -1,
                                     .terminalType = {}};
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::stoi(word(2)));
        const auto goes_on = [&]() -> Result<void> {
            return std::chrono::steady_clock::now() < end ? Result<void>() : fail("it did not end in time");
        };
        const auto code = containers_.exec(placement(), word(1), wanted, goes_on);
        json::value answer = told(code);
        answer.as_object()["output"] = file_bytes(path);
        return answer;
    }

    static json::value times() {
        return {{"value", {{"self", cpu_milliseconds(RUSAGE_SELF)}, {"children", cpu_milliseconds(RUSAGE_CHILDREN)}}}};
    }

    json::value tasks() {
        json::array names;
        for (const world::TaskSpec& one : spec_.tasks) names.emplace_back(one.name);
        return {{"value", names}};
    }

    json::value edge() { return told(containers_.run_edge({local_emit::edge_config().text, local_emit::edge().text})); }

    const host::Authority& authority_;
    host::HostFiles files_;
    host::UnixIngress ingress_;
    host::CrunContainers containers_;
    host::NamespaceProbe probe_;
    host::Vault vault_;
    host::HostStores stores_;
    world::EnvironmentSpec spec_;
    std::vector<std::string> words_;

    static constexpr std::chrono::seconds edgeDrain{5};
    const std::map<std::string, std::function<json::value()>, std::less<>> commands_{
        {"tasks", [this] { return tasks(); }},
        {"files", [this] { return told(files_.ensure(spec_)); }},
        {"no-files", [this] { return told(files_.remove(placement())); }},
        {"ingress", [this] { return told(ingress_.ensure(placement(), spec_.network.sockets)); }},
        {"no-ingress", [this] { return told(ingress_.remove(placement())); }},
        {"start", [this] { return told(containers_.start(placement(), task())); }},
        {"stop", [this] { return told(containers_.stop(placement(), word(1), task().drain)); }},
        {"find", [this] { return told(containers_.find(placement(), word(1))); }},
        {"ended", [this] { return told(containers_.ended(placement(), word(1))); }},
        {"observe", [this] { return told(containers_.observe(placement(), word(1))); }},
        {"lines", [this] { return told(containers_.last_lines(placement(), word(1), std::stoul(word(2)))); }},
        {"exec", [this] { return exec(); }},
        {"healthy", [this] { return told(probe_.healthy(placement(), task())); }},
        {"answers", [this] { return told(probe_.answers(placement(), word(1))); }},
        {"users", [this] { return told_done(stores_.ensure(placement(), store(), [] { return true; })); }},
        {"rights", [this] { return told(stores_.observe(placement(), store())); }},
        {"user", [this] { return user(); }},
        {"secret", [this] { return secret(); }},
        {"password", [this] { return told(vault_.get(placement(), "store." + word(1) + "." + word(2))); }},
        {"destroy", [this] { return told(files_.destroy(placement())); }},
        {"edge", [this] { return edge(); }},
        {"no-edge", [this] { return told(containers_.stop_edge(edgeDrain)); }},
        {"observe-edge", [this] { return told(containers_.observe_edge()); }},
        {"sockets", [this] { return told(containers_.observe_sockets({})); }},
        {"find-edge", [this] { return told(containers_.find_edge()); }},
        {"edge-lines", [this] { return told(containers_.last_edge_lines(std::stoul(word(1)))); }},
        {"times", [] { return times(); }},
        {"authority", [this] { return json::value{{"value", authority_.ca_certificate()}}; }},
        // `set TASK digest|release WORD`: another one is wanted.
        {"set", [this] {
             (word(2) == "digest" ? task().digest : task().release) = word(3);
             return json::value{{"value", true}};
         }}};
};

std::vector<std::string> words_in(const std::string& line) {
    std::istringstream stream(line);
    return {std::istream_iterator<std::string>(stream), {}};
}

Result<void> drive(std::span<char*> arguments) {
    const host::MachineView view = TRY(host::MachineView::enter({.cgroup = arguments[0]}));
    const host::Authority authority = TRY(host::Authority::open());
    const std::vector<host::ImageFile> files = image_files(arguments[3]);
    const std::string image = TRY(host::ImageStore().store(files));
    const blueprint::Blueprint blueprint = TRY(compiled(arguments[1]));
    world::EnvironmentSpec spec = TRY(wanted(blueprint, arguments[2], image));
    if (std::ranges::count(spec.tasks, "books", &world::TaskSpec::service) > 0) support::make_stores(spec);
    Driver driver(view, authority, std::move(spec));
    std::cout << R"({"value":)" << (view.entered() ? "\"entered\"" : "\"made\"") << "}" << std::endl;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << json::serialize(driver.run(words_in(line))) << std::endl;
    return {};
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) return 64;
    const auto done = drive({arguments + 1, 4});
    if (!done) std::cout << json::serialize(json::value{{"error", done.error().text()}}) << std::endl;
    return done ? 0 : 1;
}
