#include "blueprint_sample.hpp"

#include <algorithm>

namespace tenantry::local_emit {
namespace {

using namespace blueprint;

template <class T>
T parsed(std::string_view text) {
    return T::parse(text).value();
}

// Builds the rows of a shape; a hole gets the next slot.
class ShapeBuilder {
  public:
    template <class T>
    Hole<T> hole(SlotKind kind, std::string owner = "", std::string part = "") {
        shape.slots.push_back({kind, std::move(owner), std::move(part)});
        return {{static_cast<std::uint32_t>(shape.slots.size() - 1)}};
    }

    Workload& add(const std::string& name, model::Tier tier, bool image) {
        std::optional<Hole<ImageRef>> imageHole;
        if (image) imageHole = hole<ImageRef>(SlotKind::image, name);
        const auto cpu = hole<model::Cpu>(SlotKind::cpu, name);
        const auto memory = hole<model::Bytes>(SlotKind::memory, name);
        const auto tasks = hole<Count>(SlotKind::tasks, name);
        shape.workloads.push_back({.name = parsed<ServiceName>(name),
                                   .tier = tier,
                                   .port = {},
                                   .health = {},
                                   .image = imageHole,
                                   .staticFolder = {},
                                   .command = {},
                                   .cpu = cpu,
                                   .memory = memory,
                                   .scaling = FixedTasks{tasks},
                                   .env = {},
                                   .routes = {},
                                   .calls = {},
                                   .virtualAddress = {}});
        return shape.workloads.back();
    }

    Shape shape;
};

constexpr std::uint32_t admin = 0, api = 1, scoring = 2, web = 3, worker = 4;

void add_frontends(ShapeBuilder& builder) {
    Workload& first = builder.add("admin", model::Tier::frontend, false);
    first.port = Port{8080};
    first.health = {.kind = model::Health::Kind::tcp, .path = "", .command = {}, .every = model::Duration{2'500}};
    first.routes = {{parsed<PathPrefix>("/admin/api"), {api}}};
    first.calls = {{api}};
}

void add_applications(ShapeBuilder& builder) {
    Workload& first = builder.add("api", model::Tier::middleware, true);
    first.port = Port{9000};
    first.calls = {{scoring}};
    first.virtualAddress = 4096 - 16;
    first.env = {{parsed<EnvKey>("GREETING"), builder.hole<FreeText>(SlotKind::envText, "api", "GREETING")}};
    Workload& second = builder.add("credit-scoring-eu", model::Tier::middleware, true);
    second.port = Port{9100};
    second.virtualAddress = 4096 - 15;
}

void add_web(ShapeBuilder& builder) {
    Workload& row = builder.add("web", model::Tier::frontend, true);
    row.port = Port{8080};
    row.health = {.kind = model::Health::Kind::http, .path = "/", .command = {}};
    row.staticFolder = parsed<FilePath>("/srv/www");
    row.routes = {{parsed<PathPrefix>("/api"), {api}}};
    row.calls = {{api}};
}

void add_worker(ShapeBuilder& builder) {
    Workload& row = builder.add("worker", model::Tier::middleware, true);
    row.command = {parsed<FreeText>("worker"), parsed<FreeText>("--queue=\"all\"")};
    row.calls = {{scoring}};
}

Shape sample_shape(std::uint8_t zones) {
    ShapeBuilder builder;
    builder.shape.zones = zones;
    builder.shape.tenant = builder.hole<TenantName>(SlotKind::tenant);
    builder.shape.stage = builder.hole<StageName>(SlotKind::stage);
    builder.shape.block = builder.hole<Cidr>(SlotKind::block);
    builder.shape.uids = builder.hole<UidRange>(SlotKind::uids);
    builder.shape.hosts = builder.hole<Hosts>(SlotKind::hosts);
    add_frontends(builder);
    add_applications(builder);
    add_web(builder);
    add_worker(builder);
    builder.shape.entries = {{parsed<PathPrefix>("/admin"), {admin}}, {parsed<PathPrefix>("/"), {web}}};
    builder.shape.allows = {{LoadBalancer{}, Index<Workload>{admin}, Port{8080}, {}},
                            {LoadBalancer{}, Index<Workload>{web}, Port{8080}, {}},
                            {Index<Workload>{admin}, Index<Workload>{api}, Port{9000}, {}},
                            {Index<Workload>{web}, Index<Workload>{api}, Port{9000}, {}},
                            {Index<Workload>{api}, Index<Workload>{scoring}, Port{9100}, {}},
                            {Index<Workload>{worker}, Index<Workload>{scoring}, Port{9100}, {}}};
    return builder.shape;
}

struct Row {
    std::string_view tenant, stage, block, greeting;
    std::uint32_t uids, shape, tasks;
    std::vector<HostName> ownHosts;
};

Value value_of(const Slot& slot, const Row& row) {
    const std::string label =
        row.stage == "production" ? std::string(row.tenant) : std::string(row.tenant) + "-" + std::string(row.stage);
    switch (slot.kind) {
        case SlotKind::tenant:
            return parsed<TenantName>(row.tenant);
        case SlotKind::stage:
            return parsed<StageName>(row.stage);
        case SlotKind::block:
            return parsed<Cidr>(row.block);
        case SlotKind::uids:
            return UidRange{row.uids};
        case SlotKind::hosts:
            return Hosts{parsed<Label>(label), row.ownHosts};
        case SlotKind::image:
            return parsed<ImageRef>("lend/" + slot.owner);
        case SlotKind::cpu:
            return model::Cpu{slot.owner == "worker" ? 1u : 256u};
        case SlotKind::memory:
            return model::Bytes{std::uint64_t{256} << 20};
        case SlotKind::tasks:
            return Count{slot.owner == "worker" ? row.tasks - 1 : row.tasks};
        case SlotKind::tasksMin:
        case SlotKind::tasksMax:
        case SlotKind::envText:
            return parsed<FreeText>(row.greeting);
        // The sample has no account, store or log: nothing of them is emitted for target local.
        case SlotKind::account:
        case SlotKind::storeSize:
        case SlotKind::keepLogs:
        case SlotKind::recovery:
            break;
    }
    return Count{};
}

}  // namespace

Blueprint sample_blueprint() {
    Blueprint result{.commons = {.platform = parsed<PlatformName>("lend"),
                                 .pool = parsed<Cidr>("10.0.0.0/8"),
                                 .avoid = {},
                                 .localDomain = parsed<HostName>("lend.localhost"),
                                 .hostImages = {{"lend/api", parsed<RelativePath>("build/lending/api")}}},
                     .shapes = {sample_shape(2), sample_shape(1)},
                     .shapeNames = {"5f1f6a2b9c3d", "0a1b2c3d4e5f"},
                     .environments = {},
                     .values = {}};
    const Row rows[] = {{"acme", "demo", "10.0.0.0/20", "hello", 1048576, 1, 1, {}},
                        {"acme",
                         "production",
                         "10.0.16.0/20",
                         "\"hola\" \\ ñ",
                         1114112,
                         0,
                         2,
                         {parsed<HostName>("prestamos.acme.example")}},
                        {"norte", "production", "10.0.32.0/20", "ola", 1179648, 0, 2, {}}};
    for (const Row& row : rows) {
        result.environments.push_back({parsed<TenantName>(row.tenant),
                                       parsed<StageName>(row.stage),
                                       {row.shape},
                                       static_cast<std::uint32_t>(result.values.size())});
        for (const Slot& slot : result.shapes[row.shape].slots) result.values.push_back(value_of(slot, row));
    }
    return result;
}

}  // namespace tenantry::local_emit
