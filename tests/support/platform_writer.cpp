// The platform file of a generated platform: block maps with quoted scalars, keys in any order.

#include <algorithm>
#include <ostream>
#include <random>
#include <utility>
#include <variant>

#include <tenantry/support/generated_platform.hpp>

namespace tenantry::support {
namespace {

struct Node;
using Map = std::vector<std::pair<std::string, Node>>;
struct Node {
    std::variant<std::string, std::vector<std::string>, Map> is;
    Node(std::string text) : is(std::move(text)) {}
    Node(const char* text) : is(std::string(text)) {}
    Node(std::vector<std::string> list) : is(std::move(list)) {}
    Node(Map map) : is(std::move(map)) {}
};

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

void put(Map& map, const std::string& key, const std::string& text) {
    if (!text.empty()) map.emplace_back(key, text);
}
void put(Map& map, const std::string& key, const std::vector<std::string>& list) {
    if (!list.empty()) map.emplace_back(key, list);
}
void put(Map& map, const std::string& key, bool yes, const char* word = "true") {
    if (yes) map.emplace_back(key, word);
}
void put(Map& map, const std::string& key, Map inner) {
    if (!inner.empty()) map.emplace_back(key, std::move(inner));
}
Map texts(const std::map<std::string, std::string>& all) {
    Map map;
    for (const auto& [key, text] : all) map.emplace_back(key, text);
    return map;
}
void put(Map& map, const std::string& key, const PerStageText& text) {
    if (text.all) map.emplace_back(key, *text.all);
    if (!text.of.empty()) map.emplace_back(key, texts(text.of));
}

Map program(const GeneratedProgram& row) {
    Map map;
    put(map, "image", row.image);
    put(map, "command", row.command);
    put(map, "cpu", row.cpu);
    put(map, "memory", row.memory);
    put(map, "env", texts(row.env));
    put(map, "stores", texts(row.stores));
    put(map, "secrets", row.secrets);
    put(map, "egress", row.egress);
    return map;
}

Map service(const GeneratedService& row) {
    Map map = program(row), health;
    put(map, "tier", row.frontend ? std::string("frontend") : std::string("middleware"));
    put(map, "static", row.staticFolder);
    put(map, "routes", texts(row.routes));
    put(map, "calls", row.calls);
    put(map, "port", row.port);
    put(health, "path", row.healthPath);
    put(health, "command", row.healthCommand);
    put(health, "every", row.healthEvery);
    put(health, "grace", row.healthGrace);
    put(map, "health", std::move(health));
    put(map, "drain", row.drain);
    put(map, "tasks", row.tasks);
    return map;
}

Map job(const GeneratedJob& row) {
    Map map = program(row);
    if (row.when != "at") put(map, "when", row.when);
    put(map, "at", row.at);
    put(map, "reset", row.reset);
    put(map, "stages", row.stages);
    put(map, "timeout", row.timeout);
    put(map, "overlap", row.overlap, "allow");
    put(map, "repeatable", row.repeatable);
    return map;
}

Map stage(const GeneratedStage& row) {
    Map map;
    put(map, "like", row.like);
    put(map, "zones", row.zones);
    put(map, "logs", row.logs);
    if (!row.recovery.empty()) map.emplace_back("backups", Map{{"pitr", row.recovery}});
    if (!row.sleepAfter.empty()) put(map, "idle", "sleep-after " + row.sleepAfter);
    put(map, "protect", row.protect);
    return map;
}

Map overridden(const GeneratedOverride& row) {
    Map map, services, stores;
    for (const auto& [name, own] : row.services) {
        Map inner;
        put(inner, "image", own.image);
        put(inner, "cpu", own.cpu);
        put(inner, "memory", own.memory);
        put(inner, "tasks", own.tasks);
        put(inner, "env", texts(own.env));
        if (own.egress) inner.emplace_back("egress", *own.egress);
        put(services, name, std::move(inner));
    }
    put(map, "services", std::move(services));
    put(map, "env", texts(row.env));
    for (const auto& [name, size] : row.storeSizes) stores.emplace_back(name, Map{{"size", size}});
    put(map, "stores", std::move(stores));
    put(map, "zones", row.zones);
    put(map, "logs", row.logs);
    if (!row.recovery.empty()) map.emplace_back("backups", Map{{"pitr", row.recovery}});
    return map;
}

Map tenant(const GeneratedTenant& row) {
    Map map, hosts;
    map.emplace_back("name", row.title);
    put(map, "stages", row.stages);
    for (const auto& [name, list] : row.hosts) hosts.emplace_back(name, list);
    put(map, "hosts", std::move(hosts));
    for (const auto& [name, changes] : row.overrides) put(map, name, overridden(changes));
    return map;
}

Map store(const GeneratedStore& row) {
    Map map{{"engine", row.engine}};
    put(map, "role", row.cache, "cache");
    put(map, "as", row.asVariable, "env");
    put(map, "size", row.size);
    return map;
}

Map secret(const GeneratedSecret& row) {
    Map map;
    if (row.make.empty())
        put(map, "given", std::string("per tenant"));
    else
        put(map, "make", row.make + " bytes");
    put(map, "rotate", row.rotate);
    put(map, "as", row.asVariable, "env");
    return map;
}

Map access(const GeneratedAccess& row) {
    Map map{{"stores", texts(row.stores)}};
    put(map, "stages", row.stages);
    return map;
}

template <class Row>
Map rows(const std::map<std::string, Row>& all, Map (*one)(const Row&)) {
    Map map;
    for (const auto& [name, row] : all) map.emplace_back(name, one(row));
    return map;
}

class Writer {
  public:
    explicit Writer(std::uint32_t order) : order_(order), random_(order) {}

    void write(std::string& out, Map map, std::size_t indent, bool keepOrder = false) {
        if (order_ != 0 && !keepOrder) std::ranges::shuffle(map, random_);
        for (const auto& [key, node] : map) {
            out += std::string(indent, ' ') + key + ":";
            if (const auto* text = std::get_if<std::string>(&node.is)) {
                out += " " + quoted(*text) + "\n";
            } else if (const auto* list = std::get_if<std::vector<std::string>>(&node.is)) {
                std::string all;
                for (const std::string& item : *list) all += (all.empty() ? "" : ", ") + quoted(item);
                out += " [" + all + "]\n";
            } else if (const Map& inner = std::get<Map>(node.is); inner.empty()) {
                out += " {}\n";
            } else {
                out += "\n";
                // The order of stages is the order of delivery.
                write(out, inner, indent + 2, indent == 0 && key == "stages");
            }
        }
    }

  private:
    std::uint32_t order_;
    std::mt19937 random_;
};

// The only list of maps that is needed here, so it is written as text.
std::string accounts(const GeneratedPlatform& platform) {
    std::string all;
    for (const auto& [id, stages] : platform.accounts) {
        if (!all.empty()) all += ", ";
        all += "{ id: \"";
        all += id;
        all += "\", stages: [";
        for (const std::string& name : stages) {
            if (&name != &stages.front()) all += ", ";
            all += name;
        }
        all += "] }";
    }
    return all;
}

}  // namespace

std::string platform_text(const GeneratedPlatform& platform, const Writing& writing) {
    Map top{{"platform", "lend"}, {"domain", "lend.example"}}, stages;
    top.emplace_back("network", Map{{"block", "/" + std::to_string(platform.blockPrefix)}});
    for (const GeneratedStage& row : platform.stages) stages.emplace_back(row.name, stage(row));
    top.emplace_back("stages", std::move(stages));
    top.emplace_back("services", rows(platform.services, service));
    put(top, "jobs", rows(platform.jobs, job));
    put(top, "stores", rows(platform.stores, store));
    put(top, "secrets", rows(platform.secrets, secret));
    put(top, "access", rows(platform.access, access));
    const Map tenants = rows(platform.tenants, tenant);
    top.emplace_back("tenants",
                     writing.tenantsInFiles && !tenants.empty() ? Map{{"include", "tenants/*.yaml"}} : tenants);
    Writer writer(writing.order);
    std::string out;
    writer.write(out, std::move(top), 0);
    if (!platform.accounts.empty())
        out += "targets:\n  local: {}\n  aws: { region: eu-west-1, accounts: [" + accounts(platform) + "] }\n";
    for (const auto& [name, row] : writing.tenantsInFiles ? tenants : Map{}) {
        out += "--- tenants/" + name + ".yaml\n";
        writer.write(out, Map{{name, row}}, 0);
    }
    return out;
}

std::ostream& operator<<(std::ostream& out, const GeneratedPlatform& platform) {
    return out << platform_text(platform);
}

}  // namespace tenantry::support
