// The text of a shape, and of an environment: one thing a line, so that a diff shows what is different.

#include "text_form.hpp"

#include <functional>

#include <fmt/format.h>

#include <tenantry/blueprint/build.hpp>

namespace tenantry::blueprint {
namespace {

std::string show(const TenantName& name) { return name.str(); }
std::string show(const StageName& name) { return name.str(); }
std::string show(Cidr block) { return block.str(); }
std::string show(UidRange uids) { return fmt::format("{}..{}", uids.first, uids.first + uidsPerEnvironment - 1); }
std::string show(const ImageRef& image) { return image.str(); }
std::string show(model::Cpu cpu) { return model::to_string(cpu); }
std::string show(model::Bytes bytes) { return model::to_string(bytes); }
std::string show(Count count) { return fmt::format("{}", count.value); }
std::string show(const Account& account) { return account.id.empty() ? "none" : account.id; }
std::string show(model::Duration duration) { return model::to_string(duration); }
std::string show(const FreeText& text) {
    std::string quoted = "\"";
    for (const char c : text.str()) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}
std::string show(const Hosts& hosts) {
    std::string all = hosts.label.str();
    for (const HostName& host : hosts.own) all += " " + host.str();
    return all;
}

/// What stands for a hole: its slot in a shape, its value in an environment.
using Fill = std::function<std::string(Index<Slot>)>;

class ShapeText {
  public:
    ShapeText(const Shape& shape, const Fill& fill) : shape_(shape), fill_(fill) {}

    std::vector<ShapeLine> write() {
        line("network.block", "layout {} of /{}", shape_.layout, shape_.blockPrefix);
        line("zones", "zones {}", shape_.zones);
        line("protect", "protect {}", shape_.protect);
        line("tenant", "tenant {}", fill_(shape_.tenant.slot));
        line("stage", "stage {}", fill_(shape_.stage.slot));
        line("targets.aws.accounts", "account {}", fill_(shape_.account.slot));
        line("block", "block {}", fill_(shape_.block.slot));
        line("uids", "uids {}", fill_(shape_.uids.slot));
        line("hosts", "hosts {}", fill_(shape_.hosts.slot));
        line("logs", "logs {}", fill_(shape_.keepLogs.slot));
        if (shape_.recovery) line("backups", "backups pitr {}", fill_(shape_.recovery->slot));
        if (shape_.sleepAfter) line("idle", "idle sleep-after {}", model::to_string(*shape_.sleepAfter));
        for (const Subnet& subnet : shape_.subnets)
            line("network.subnets", "subnet {} zone {} +{}/{}", to_string(subnet.kind), subnet.zone,
                 subnet.range.offset, subnet.range.prefix);
        for (const Workload& workload : shape_.workloads) service(workload);
        for (const Job& row : shape_.jobs) job(row);
        for (const Store& row : shape_.stores) store(row);
        for (const Secret& row : shape_.secrets) secret(row);
        for (const AccessEntry& row : shape_.access) {
            line("access." + row.name.str(), "access {}", row.name.str());
            grants(row.stores, "access." + row.name.str());
        }
        for (const Entry& entry : shape_.entries)
            line("services." + name(entry.to) + ".routes", "entry {} -> {}", entry.prefix.str(), name(entry.to));
        for (const Allow& allow : shape_.allows)
            line(allow.origin.text, "allow {} -> {} tcp {}", name_of(shape_, allow.from), name_of(shape_, allow.to),
                 allow.port.number);
        for (const Slot& slot : shape_.slots)
            line("services." + slot.owner, "slot {} {} {}", to_string(slot.kind), slot.owner.empty() ? "-" : slot.owner,
                 slot.part.empty() ? "-" : slot.part);
        return std::move(lines_);
    }

  private:
    template <class... Args>
    void line(std::string path, fmt::format_string<Args...> format, Args&&... args) {
        lines_.push_back({fmt::format(format, std::forward<Args>(args)...), ModelPath{std::move(path)}});
    }

    [[nodiscard]] const std::string& name(Index<Workload> row) const { return shape_.workloads[row.at].name.str(); }

    void grants(const std::vector<Grant>& grants, const std::string& path) {
        for (const Grant& grant : grants)
            line(path + ".stores." + shape_.stores[grant.store.at].name.str(), "  store {} {}",
                 shape_.stores[grant.store.at].name.str(), model::to_string(grant.access));
    }

    template <class Program>
    void uses(const Program& program, const std::string& path) {
        for (const EnvVar& variable : program.env)
            line(path + ".env." + variable.key.str(), "  env {} {}", variable.key.str(), fill_(variable.value.slot));
        grants(program.stores, path);
        for (const SecretName& secret : program.secrets) line(path + ".secrets", "  secret {}", secret.str());
        for (const model::HostPort& name : program.egress)
            line(path + ".egress", "  egress {}:{}", name.host.str(), name.port.number);
    }

    void store(const Store& store) {
        const std::string path = "stores." + store.name.str();
        line(path + ".engine", "store {} {}", store.name.str(), model::to_string(store.engine));
        if (store.cache) line(path + ".role", "  role cache");
        if (store.asVariable) line(path + ".as", "  as env");
        line(path + ".size", "  size {}", fill_(store.size.slot));
    }

    void secret(const Secret& secret) {
        const std::string path = "secrets." + secret.name.str();
        line(path + (secret.makeBytes ? ".make" : ".given"), "secret {} {}", secret.name.str(),
             secret.makeBytes ? fmt::format("made of {} bytes", *secret.makeBytes) : "given per tenant");
        if (secret.rotate) line(path + ".rotate", "  rotate {}", model::to_string(*secret.rotate));
        if (secret.asVariable) line(path + ".as", "  as env");
    }

    void job(const Job& job) {
        const std::string path = "jobs." + job.name.str();
        line(path + ".when", "job {} {}", job.name.str(), model::to_string(job.when));
        if (job.schedule) line(path + ".at", "  at {}", model::to_string(*job.schedule));
        if (job.reset) line(path + ".reset", "  reset {}", model::to_string(*job.reset));
        line(path + ".timeout", "  timeout {}", model::to_string(job.timeout));
        line(path + ".overlap", "  overlap {}", job.overlap ? "allow" : "forbid");
        line(path + ".repeatable", "  repeatable {}", job.repeatable);
        line(path + ".image", "  image {}", fill_(job.image.slot));
        for (const FreeText& word : job.command) line(path + ".command", "  argument {}", show(word));
        line(path + ".cpu", "  cpu {}", fill_(job.cpu.slot));
        line(path + ".memory", "  memory {}", fill_(job.memory.slot));
        uses(job, path);
    }

    void health(const Workload& workload, const std::string& path) {
        using Kind = model::Health::Kind;
        const model::Health& health = workload.health;
        std::string how;
        switch (health.kind) {
            case Kind::http:
                how = "http " + health.path;
                break;
            case Kind::tcp:
                how = "tcp";
                break;
            case Kind::exit:
                how = "exit";
                break;
            case Kind::command:
                how = "command";
                for (const FreeText& word : health.command) how += " " + show(word);
                break;
        }
        line(path + ".health", "  health {} every {} grace {} failures {}", how, model::to_string(health.every),
             model::to_string(health.grace), health.failures);
    }

    void service(const Workload& workload) {
        const std::string path = "services." + workload.name.str();
        line(path + ".tier", "service {} {}", workload.name.str(), model::to_string(workload.tier));
        if (workload.port) line(path + ".port", "  port {}", workload.port->number);
        if (workload.image) line(path + ".image", "  image {}", fill_(workload.image->slot));
        if (workload.staticFolder) line(path + ".static", "  static {}", workload.staticFolder->str());
        for (const FreeText& word : workload.command) line(path + ".command", "  argument {}", show(word));
        line(path + ".cpu", "  cpu {}", fill_(workload.cpu.slot));
        line(path + ".memory", "  memory {}", fill_(workload.memory.slot));
        if (const auto* fixed = std::get_if<FixedTasks>(&workload.scaling))
            line(path + ".tasks", "  tasks {}", fill_(fixed->count.slot));
        if (const auto* range = std::get_if<RangeTasks>(&workload.scaling))
            line(path + ".tasks", "  tasks {}..{}", fill_(range->min.slot), fill_(range->max.slot));
        health(workload, path);
        line(path + ".drain", "  drain {}", model::to_string(workload.drain));
        uses(workload, path);
        for (const Route& route : workload.routes)
            line(path + ".routes." + route.prefix.str(), "  route {} -> {}", route.prefix.str(), name(route.to));
        for (const Index<Workload> call : workload.calls) line(path + ".calls", "  call {}", name(call));
        if (workload.virtualAddress) line(path + ".address", "  address +{}", *workload.virtualAddress);
    }

    const Shape& shape_;
    const Fill& fill_;
    std::vector<ShapeLine> lines_;
};

std::string joined(const std::vector<ShapeLine>& lines) {
    std::string text;
    for (const ShapeLine& line : lines) text += line.text + "\n";
    return text;
}

}  // namespace

std::vector<ShapeLine> open_lines(const Shape& shape) {
    const Fill number = [](Index<Slot> index) { return fmt::format("\t{}\t", index.at); };
    Shape bare = shape;
    bare.slots.clear();
    std::vector<ShapeLine> all = ShapeText(bare, number).write();
    for (ShapeLine& line : all) line.text.erase(0, line.text.find_first_not_of(' '));
    return all;
}

std::string to_text(const Value& value) {
    return std::visit([](const auto& v) { return show(v); }, value);
}

std::vector<ShapeLine> lines(const Shape& shape) {
    const Fill open = [&](Index<Slot> index) {
        const Slot& slot = shape.slots[index.at];
        return fmt::format("<{}{}{}{}{}>", to_string(slot.kind), slot.owner.empty() ? "" : " ", slot.owner,
                           slot.part.empty() ? "" : " ", slot.part);
    };
    return ShapeText(shape, open).write();
}

std::string to_text(const Shape& shape) { return joined(lines(shape)); }

std::string to_text(const Blueprint& blueprint, const Environment& environment) {
    const Fill value = [&](Index<Slot> index) { return to_text(blueprint.values[environment.firstValue + index.at]); };
    Shape shape = blueprint.shape(environment);
    shape.slots.clear();  // the values stand in their places
    return joined(ShapeText(shape, value).write());
}

}  // namespace tenantry::blueprint
