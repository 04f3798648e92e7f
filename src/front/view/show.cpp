#include <algorithm>

#include <fmt/format.h>

#include <tenantry/blueprint/place.hpp>
#include <tenantry/model/settings.hpp>
#include <tenantry/view/show.hpp>

#include "sheet.hpp"

namespace tenantry::view {
namespace {

using blueprint::Blueprint;
using blueprint::Environment;
using blueprint::Shape;
using blueprint::Workload;

std::vector<std::string> texts(const std::vector<FreeText>& words) {
    std::vector<std::string> all;
    for (const FreeText& word : words) all.push_back(word.str());
    return all;
}

std::vector<std::string> texts(const std::vector<HostName>& hosts) {
    std::vector<std::string> all;
    for (const HostName& host : hosts) all.push_back(host.str());
    return all;
}

std::string health_text(const model::Health& health) {
    using Kind = model::Health::Kind;
    const std::string every =
        fmt::format(" every {}, grace {}", model::to_string(health.every), model::to_string(health.grace));
    switch (health.kind) {
        case Kind::http:
            return "http " + health.path + every;
        case Kind::tcp:
            return "tcp" + every;
        case Kind::exit:
            return "while it runs";
        case Kind::command: {
            std::string words;
            for (const FreeText& word : health.command) words += " " + word.str();
            return "command" + words + every;
        }
    }
    return "";
}

/// Writes one environment to a sheet, part by part.
class Show {
  public:
    Show(const compile::Compiled& compiled, const Environment& environment, Sheet& sheet)
        : compiled_(compiled),
          blueprint_(compiled.blueprint),
          environment_(environment),
          shape_(compiled.blueprint.shape(environment)),
          sheet_(sheet) {}

    void write() {
        own();
        hosts();
        network();
        group("services", shape_.workloads, [&](const Workload& row) { service(row); });
        tasks();
        connections();
        group("jobs", shape_.jobs, [&](const blueprint::Job& row) { job(row); });
        group("stores", shape_.stores, [&](const blueprint::Store& row) { store(row); });
        group("secrets", shape_.secrets, [&](const blueprint::Secret& row) { secret(row); });
        group("access", shape_.access, [&](const blueprint::AccessEntry& row) { grants(row.stores); });
        from_settings();
    }

  private:
    template <class T>
    const T& value(blueprint::Hole<T> hole) {
        return blueprint_.value(environment_, hole);
    }
    template <class Rows, class Write>
    void group(std::string_view key, const Rows& rows, Write write) {
        sheet_.begin(key);
        for (const auto& row : rows) {
            sheet_.begin(row.name.str());
            write(row);
            sheet_.end();
        }
        sheet_.end();
    }
    [[nodiscard]] const std::string& name(Index<Workload> row) const { return shape_.workloads[row.at].name.str(); }

    void own() {
        const model::Tenant* tenant = compiled_.model.platform.tenant(environment_.tenant.str());
        sheet_.value("environment", environment_.name());
        sheet_.value("name", tenant != nullptr ? tenant->title.str() : "");
        sheet_.truth("protect", shape_.protect);
        sheet_.number("zones", shape_.zones);
        sheet_.value("logs", model::to_string(value(shape_.keepLogs)));
        sheet_.value("backups", shape_.recovery ? "pitr " + model::to_string(value(*shape_.recovery)) : "none");
        sheet_.value("idle", shape_.sleepAfter ? "sleep-after " + model::to_string(*shape_.sleepAfter) : "none");
        sheet_.value("shape", blueprint_.shapeNames[environment_.shape.at]);
    }

    void hosts() {
        const blueprint::Hosts& hosts = value(shape_.hosts);
        std::vector<std::string> all{hosts.label.str() + "." + compiled_.model.platform.domain.str()};
        for (const HostName& host : hosts.own) all.push_back(host.str());
        sheet_.list("hosts", all);
        sheet_.list("localHosts", texts(blueprint::local_hosts(blueprint_, environment_)));
    }

    void network() {
        const Cidr block = value(shape_.block);
        const blueprint::UidRange uids = value(shape_.uids);
        const std::string own = environment_.name();
        const bool provisional = std::ranges::find(compiled_.provisional, own) != compiled_.provisional.end();
        sheet_.value("block", block.str());
        sheet_.truth("provisional", provisional);
        sheet_.number("layout", shape_.layout);
        sheet_.value("uids", fmt::format("{}..{}", uids.first, uids.first + blueprint::uidsPerEnvironment - 1));
        const std::string& account = value(shape_.account).id;
        sheet_.value("account", account.empty() ? "none" : account);
        sheet_.begin("subnets");
        for (const blueprint::Subnet& subnet : shape_.subnets)
            sheet_.value(fmt::format("{} zone {}", to_string(subnet.kind), subnet.zone), subnet.range.in(block).str());
        sheet_.end();
    }

    void grants(const std::vector<blueprint::Grant>& grants) {
        sheet_.begin("stores");
        for (const blueprint::Grant& grant : grants)
            sheet_.value(shape_.stores[grant.store.at].name.str(), model::to_string(grant.access));
        sheet_.end();
    }

    // What a service and a job have in common.
    template <class Program>
    void program(const Program& row) {
        sheet_.list("command", texts(row.command));
        sheet_.value("cpu", model::to_string(value(row.cpu)));
        sheet_.value("memory", model::to_string(value(row.memory)));
        sheet_.begin("env");
        for (const blueprint::EnvVar& variable : row.env) sheet_.value(variable.key.str(), value(variable.value).str());
        sheet_.end();
        grants(row.stores);
        std::vector<std::string> secrets;
        for (const SecretName& secret : row.secrets) secrets.push_back(secret.str());
        sheet_.list("secrets", secrets);
        std::vector<std::string> egress;
        for (const model::HostPort& outside : row.egress)
            egress.push_back(fmt::format("{}:{}", outside.host.str(), outside.port.number));
        sheet_.list("egress", egress);
    }

    void service(const Workload& row) {
        const auto min = blueprint::tasks_min(blueprint_, environment_, row).value;
        const auto max = blueprint::tasks_max(blueprint_, environment_, row).value;
        const bool range = std::holds_alternative<blueprint::RangeTasks>(row.scaling);
        sheet_.value("tier", model::to_string(row.tier));
        sheet_.value("image", row.image ? value(*row.image).str() : "the platform's own nginx");
        if (row.staticFolder) sheet_.value("static", row.staticFolder->str());
        if (row.port) sheet_.number("port", row.port->number);
        sheet_.value("tasks", range ? fmt::format("{}..{}", min, max) : fmt::format("{}", min));
        sheet_.value("health", health_text(row.health));
        sheet_.value("drain", model::to_string(row.drain));
        if (row.virtualAddress)
            sheet_.value("calledAt", blueprint::virtual_address(blueprint_, environment_, row).str());
        sheet_.begin("routes");
        for (const blueprint::Route& route : row.routes) sheet_.value(route.prefix.str(), name(route.to));
        sheet_.end();
        program(row);
    }

    void tasks() {
        sheet_.begin("tasks");
        for (const blueprint::PlacedTask& task : blueprint::place_tasks(blueprint_, environment_))
            sheet_.value(task.name, fmt::format("{} zone {}{}", task.address.str(), task.zone,
                                                task.spare    ? ", spare"
                                                : task.onLoad ? ", on load"
                                                              : ""));
        sheet_.end();
    }

    void connections() {
        sheet_.begin("loadBalancer");
        for (const blueprint::Entry& entry : shape_.entries) sheet_.value(entry.prefix.str(), name(entry.to));
        sheet_.end();
        std::vector<std::string> all;
        for (const blueprint::Allow& allow : shape_.allows) {
            all.push_back(fmt::format("{} -> {} tcp {}", name_of(shape_, allow.from), name_of(shape_, allow.to),
                                      allow.port.number));
        }
        sheet_.list("connections", all);
    }

    void job(const blueprint::Job& row) {
        sheet_.value("when", row.schedule ? model::to_string(*row.schedule) : model::to_string(row.when));
        if (row.reset) sheet_.value("reset", model::to_string(*row.reset));
        sheet_.value("image", value(row.image).str());
        sheet_.value("timeout", model::to_string(row.timeout));
        sheet_.value("overlap", row.overlap ? "allow" : "forbid");
        sheet_.truth("repeatable", row.repeatable);
        program(row);
    }

    void store(const blueprint::Store& row) {
        sheet_.value("engine", model::to_string(row.engine));
        sheet_.value("role", row.cache ? "cache" : "none");
        sheet_.value("size", model::to_string(value(row.size)));
        sheet_.value("as", row.asVariable ? "env" : "none");
    }

    void secret(const blueprint::Secret& row) {
        sheet_.value("from", row.makeBytes ? fmt::format("make {} bytes", *row.makeBytes) : "given per tenant");
        sheet_.value("rotate", row.rotate ? model::to_string(*row.rotate) : "none");
        sheet_.value("as", row.asVariable ? "env" : "none");
    }

    // What no blueprint holds: how releases reach the environment, and what may be violated in it.
    void from_settings() {
        const model::Platform& platform = compiled_.model.platform;
        const auto all = model::settings(platform, *platform.tenant(environment_.tenant.str()),
                                         *platform.stage(environment_.stage.str()));
        for (const std::string_view part : {"exceptions", "delivery"}) {
            sheet_.begin(part);
            for (const model::Setting& setting : all)
                if (setting.path.text.starts_with(part) && setting.path.text[part.size()] == '.')
                    sheet_.value(setting.path.text.substr(part.size() + 1), setting.value);
            sheet_.end();
        }
    }

    const compile::Compiled& compiled_;
    const Blueprint& blueprint_;
    const Environment& environment_;
    const Shape& shape_;
    Sheet& sheet_;
};

}  // namespace

std::string show_text(const compile::Compiled& compiled, const Environment& environment) {
    TextSheet sheet;
    Show(compiled, environment, sheet).write();
    return std::move(sheet).take();
}

void show_json(const compile::Compiled& compiled, const Environment& environment, JsonText& json) {
    JsonSheet sheet(json);
    Show(compiled, environment, sheet).write();
}

}  // namespace tenantry::view
