#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>

#include <tenantry/local_read/codes.hpp>
#include <tenantry/local_read/local_read.hpp>

#include "answers.hpp"
#include "network.hpp"
#include "nft.hpp"
#include "proxies.hpp"
#include "reading.hpp"
#include "tasks.hpp"

namespace tenantry::local_read {
namespace {

using verify::EnvironmentFact;

/// One environment's folder. Files below `services/` are read where a task mounts them.
struct Folder {
    std::optional<SourceId> network;
    std::optional<SourceId> rules;
    std::optional<SourceId> answers;
    std::optional<SourceId> probes;
    std::map<std::string, SourceId, std::less<>> tasks;
    std::map<std::string, SourceId, std::less<>> observed;  ///< by task
    std::vector<SourceId> stores;
    std::vector<std::pair<std::string, SourceId>> strangers;
    SourceId any;
};

std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> result;
    while (true) {
        const std::size_t slash = path.find('/');
        result.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return result;
        path.remove_prefix(slash + 1);
    }
}

// Those of a store say nothing that a claim is decided on: what it lets in is seen in its catalogue.
constexpr std::array serviceFiles{"hosts",       "haproxy.cfg",   "nginx.conf", "postgresql.conf",
                                  "pg_hba.conf", "pg_ident.conf", "redis.conf", "users.acl"};
bool is_service_file(std::string_view name) { return std::ranges::find(serviceFiles, name) != serviceFiles.end(); }

// `parts` are those behind `environments/TENANT/STAGE/`.
bool place(Folder& folder, std::span<const std::string_view> parts, SourceId source) {
    if (parts.size() == 1 && parts[0] == "network.json") return folder.network = source, true;
    if (parts.size() == 1 && parts[0] == "nftables.json") return folder.rules = source, true;
    if (parts.size() == 1 && parts[0] == "answers.json") return folder.answers = source, true;
    if (parts.size() == 1 && parts[0] == "probes.json") return folder.probes = source, true;
    if (parts.size() == 3 && parts[0] == "tasks" && parts[2] == "config.json")
        return folder.tasks.emplace(parts[1], source).second;
    if (parts.size() == 3 && parts[0] == "tasks" && parts[2] == "observed.json")
        return folder.observed.emplace(parts[1], source).second;
    if (parts.size() == 3 && parts[0] == "stores" && parts[2] == "observed.json")
        return folder.stores.push_back(source), true;
    return parts.size() == 3 && parts[0] == "services" && is_service_file(parts[2]);
}

struct EdgeTexts {
    std::optional<SourceId> nginx, config, observed, sockets;
};

std::map<std::string, Folder> sort_texts(Reading& reading, EdgeTexts& edge) {
    std::map<std::string, Folder> folders;
    for (const auto& [path, source] : reading.texts) {
        const std::vector<std::string_view> parts = segments(path);
        if (path == "edge/nginx.conf") {
            edge.nginx = source;
        } else if (path == "edge/config.json") {
            edge.config = source;
        } else if (path == "edge/observed.json") {
            edge.observed = source;
        } else if (path == "edge/sockets.json") {
            edge.sockets = source;
        } else if (parts.size() > 3 && parts[0] == "environments") {
            const auto [folder, isNew] = folders.try_emplace(fmt::format("{}/{}", parts[1], parts[2]));
            if (isNew) folder->second.any = source;
            if (!place(folder->second, std::span(parts).subspan(3), source))
                folder->second.strangers.emplace_back(path, source);
        } else if (path != "manifest.json") {  // it holds only digests of the other files
            Scope{reading, std::nullopt}.unclear(start_of(source),
                                                 fmt::format("What the file `{}` is for is not known.", path));
        }
    }
    return folders;
}

std::optional<SourceId> need(const Scope& scope, const Folder& folder, std::optional<SourceId> file,
                             std::string_view name) {
    if (!file)
        scope.wrong(
            code::missingFile, start_of(folder.any),
            fmt::format("The folder of `{}` has no {}.", scope.reading.facts.environments[scope.owner->at].name, name));
    return file;
}

void read_tasks(const Scope& scope, const Folder& folder, Tasks& tasks) {
    for (const auto& [task, source] : folder.tasks) {
        const auto observed = folder.observed.find(task);
        tasks.read(scope, task, source,
                   observed == folder.observed.end() ? std::nullopt : std::optional(observed->second));
    }
    for (const auto& [task, source] : folder.observed)
        if (!folder.tasks.contains(task))
            scope.wrong(code::missingFile, start_of(source),
                        fmt::format("The task `{}` was observed, and its folder has no config.json.", task));
}

void read_rules(const Scope& scope, const Networks& networks, const Folder& folder) {
    const auto source = need(scope, folder, folder.rules, "nftables.json");
    if (!source) return;
    if (const auto router = networks.named(scope.owner, "router"))
        read_nftables(scope, networks, *router, *source);
    else
        scope.unclear(start_of(*source), "There is no namespace `router` for these rules.");
}

}  // namespace

verify::Facts read_local(const Sources& sources, std::span<const LocalText> texts, Diagnostics& diagnostics) {
    Reading reading{sources, diagnostics, {}, {}, {}};
    for (const LocalText& text : texts)
        if (!reading.texts.emplace(text.path, text.source).second)
            Scope{reading, std::nullopt}.unclear(start_of(text.source),
                                                 fmt::format("There are two files `{}`.", text.path));
    EdgeTexts edge;
    const std::map<std::string, Folder> folders = sort_texts(reading, edge);

    std::vector<std::pair<Scope, const Folder*>> environments;
    for (const auto& [name, folder] : folders) {
        const Index<EnvironmentFact> index{static_cast<std::uint32_t>(reading.facts.environments.size())};
        reading.facts.environments.push_back({name, {}, start_of(folder.any)});
        environments.emplace_back(Scope{reading, index}, &folder);
        for (const auto& [path, source] : folder.strangers)
            environments.back().first.unclear(start_of(source),
                                              fmt::format("What the file `{}` is for is not known.", path));
    }

    Networks networks(reading);
    for (const auto& [scope, folder] : environments)
        if (const auto source = need(scope, *folder, folder->network, "network.json")) networks.read(scope, *source);
    networks.join_links();
    for (const auto& [scope, folder] : environments) read_rules(scope, networks, *folder);
    Tasks tasks(reading, networks);
    for (const auto& [scope, folder] : environments) {
        verify::EnvironmentFact& fact = reading.facts.environments[scope.owner->at];
        fact.folder = fmt::format("{}environments/{}/", scope.folder(), fact.name);
        fact.kept = fmt::format("{}{}/", scope.kept(), fact.name);
        read_tasks(scope, *folder, tasks);
        if (folder->answers) read_answers(scope, *folder->answers);
        if (folder->probes) read_probes(scope, *folder->probes);
        for (const SourceId store : folder->stores) read_store(scope, store);
    }
    networks.join_sockets(tasks.processes());
    for (const ProxyTask& proxy : tasks.proxies()) proxy.haproxy ? read_haproxy(proxy) : read_nginx(proxy);
    if (edge.nginx) read_edge({reading, std::nullopt}, *edge.nginx);
    if (edge.config) tasks.read_edge({reading, std::nullopt}, *edge.config, edge.observed);
    if (edge.sockets) read_listeners({reading, std::nullopt}, *edge.sockets);
    return std::move(reading.facts);
}

}  // namespace tenantry::local_read
