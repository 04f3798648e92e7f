#include "naive_environment.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace tenantry::laws {
namespace {

using namespace support;
using Texts = std::vector<std::string>;

std::string first_of(std::initializer_list<std::string> choices) {
    return *std::ranges::find_if(choices, [](const std::string& text) { return !text.empty(); });
}

std::string quoted(const std::string& text) {
    std::string out;
    for (const char c : text) out += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
    return "\"" + out + "\"";
}

/// Layout 1, by the size of the block: how large a zone is, where its subnets begin, and how large those are. It never
/// changes, since environments have these addresses for ever.
struct Layout {
    unsigned zone, publicAt, dataAt, endpointsAt;
    int privatePrefix, publicPrefix, dataPrefix, endpointsPrefix;
};
Layout layout_of(int blockPrefix) {
    if (blockPrefix == 22) return {128, 32, 64, 96, 27, 27, 28, 28};
    if (blockPrefix == 21) return {256, 128, 160, 208, 25, 27, 27, 28};
    return {512, 256, 320, 416, 24, 26, 26, 27};
}
constexpr unsigned firstFree = 4;  // addresses at the start of a subnet that nobody gets

class Naive {
  public:
    Naive(const GeneratedPlatform& platform, std::string tenant, const std::string& stage, unsigned ordinal,
          std::string account)
        : platform_(platform),
          tenantName_(std::move(tenant)),
          stage_(platform.stage(stage)),
          tenant_(platform.tenants.at(tenantName_)),
          ordinal_(ordinal),
          account_(std::move(account)) {
        const auto changes = tenant_.overrides.find(stage_.name);
        if (changes != tenant_.overrides.end()) changes_ = changes->second;
    }

    std::string text() {
        heading();
        subnets();
        for (const auto& [name, row] : platform_.services) service(name, row);
        for (const auto& [name, row] : platform_.jobs)
            if (in_stage(row.stages)) job(name, row);
        for (const auto& [name, row] : platform_.stores) {
            const auto own = changes_.storeSizes.find(name);
            line("store {} {}", name, row.engine);
            if (row.cache) line("  role cache");
            if (row.asVariable) line("  as env");
            line("  size {}", own != changes_.storeSizes.end() ? own->second : in_this_stage(row.size, "10GiB"));
        }
        for (const auto& [name, row] : platform_.secrets) {
            line("secret {} {}", name, row.make.empty() ? "given per tenant" : "made of " + row.make + " bytes");
            if (!row.rotate.empty()) line("  rotate {}", row.rotate);
            if (row.asVariable) line("  as env");
        }
        for (const auto& [name, row] : platform_.access) {
            if (!in_stage(row.stages)) continue;
            line("access {}", name);
            for (const auto& [store, access] : row.stores) line("  store {} {}", store, access);
        }
        entries();
        allows();
        return out_;
    }

  private:
    template <class... Args>
    void line(fmt::format_string<Args...> format, Args&&... args) {
        out_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
    }

    bool in_stage(const Texts& named) const {
        const Texts stages = platform_.stages_of(named);
        return std::ranges::find(stages, stage_.name) != stages.end();
    }
    const GeneratedStage* like() const { return stage_.like.empty() ? nullptr : &platform_.stage(stage_.like); }
    bool is_protected() const { return stage_.protect || (like() != nullptr && like()->protect); }
    std::string of_stage(std::string GeneratedStage::* what) const {
        return !(stage_.*what).empty() || like() == nullptr ? stage_.*what : like()->*what;
    }
    std::string in_this_stage(const PerStageText& text, const std::string& builtIn) const {
        if (const auto own = text.of.find(stage_.name); own != text.of.end()) return own->second;
        if (const auto other = text.of.find(stage_.like); other != text.of.end()) return other->second;
        return text.all.value_or(builtIn);
    }
    unsigned zones() const {
        const std::string zones =
            first_of({changes_.zones, of_stage(&GeneratedStage::zones), is_protected() ? "2" : "1"});
        return static_cast<unsigned>(zones[0] - '0');
    }

    void heading() {
        const unsigned base = 0x0A000000 + (ordinal_ << (32 - platform_.blockPrefix));
        const unsigned uid = 1048576 + ordinal_ * 65536;
        line("layout 1 of /{}", platform_.blockPrefix);
        line("zones {}", zones());
        line("protect {}", is_protected());
        line("tenant {}", tenantName_);
        line("stage {}", stage_.name);
        line("account {}", account_.empty() ? "none" : account_);
        line("block {}.{}.{}.0/{}", base >> 24, base >> 16 & 255, base >> 8 & 255, platform_.blockPrefix);
        line("uids {}..{}", uid, uid + 65535);
        line("hosts {}", hosts());
        line("logs {}", first_of({changes_.logs, of_stage(&GeneratedStage::logs), "30d"}));
        if (const std::string recovery =
                first_of({changes_.recovery, of_stage(&GeneratedStage::recovery), is_protected() ? "7d" : "none"});
            recovery != "none")
            line("backups pitr {}", recovery);
        if (const std::string idle = of_stage(&GeneratedStage::sleepAfter); !idle.empty())
            line("idle sleep-after {}", idle);
    }

    std::string hosts() const {
        const bool hasProduction =
            std::ranges::find(platform_.stages, "production", &GeneratedStage::name) != platform_.stages.end();
        const std::string main = hasProduction ? "production" : platform_.stages.back().name;
        std::string all = stage_.name == main ? tenantName_ : tenantName_ + "-" + stage_.name;
        if (const auto own = tenant_.hosts.find(stage_.name); own != tenant_.hosts.end())
            for (const std::string& host : own->second) all += " " + host;
        return all;
    }

    void subnets() {
        const Layout layout = layout_of(platform_.blockPrefix);
        for (unsigned zone = 0; zone < zones(); ++zone) {
            line("subnet private zone {} +{}/{}", zone, zone * layout.zone, layout.privatePrefix);
            line("subnet public zone {} +{}/{}", zone, zone * layout.zone + layout.publicAt, layout.publicPrefix);
            line("subnet endpoints zone {} +{}/{}", zone, zone * layout.zone + layout.endpointsAt,
                 layout.endpointsPrefix);
        }
        for (unsigned zone = 0; zone < zones() && !platform_.stores.empty(); ++zone)
            line("subnet data zone {} +{}/{}", zone, zone * layout.zone + layout.dataAt, layout.dataPrefix);
    }

    std::set<std::string> calls_of(const GeneratedService& row) const {
        std::set<std::string> calls(row.calls.begin(), row.calls.end());
        for (const auto& [prefix, to] : row.routes) calls.insert(to);
        return calls;
    }

    std::string health(const GeneratedService& row) const {
        if (!row.healthCommand.empty()) {
            std::string how = "command";
            for (const std::string& word : row.healthCommand) how += " " + quoted(word);
            return how;
        }
        if (!row.healthPath.empty()) return "http " + row.healthPath;
        if (row.frontend) return "http /";
        return row.port.empty() ? "exit" : "tcp";
    }

    void uses(const std::map<std::string, std::string>& env, const GeneratedProgram& row, const Texts& egress) {
        for (const auto& [key, value] : env) line("  env {} {}", key, quoted(value));
        for (const auto& [store, access] : row.stores) line("  store {} {}", store, access);
        for (const std::string& secret : row.secrets) line("  secret {}", secret);
        for (const std::string& name : egress) line("  egress {}", name);
    }

    void service(const std::string& name, const GeneratedService& row) {
        const auto found = changes_.services.find(name);
        const GeneratedOverride::Service own =
            found == changes_.services.end() ? GeneratedOverride::Service{} : found->second;
        line("service {} {}", name, row.frontend ? "frontend" : "middleware");
        if (const std::string port = port_of(row); !port.empty()) line("  port {}", port);
        if (const std::string image = own.image.empty() ? row.image : own.image; !image.empty())
            line("  image {}", image);
        if (!row.staticFolder.empty()) line("  static {}", row.staticFolder);
        for (const std::string& word : row.command) line("  argument {}", quoted(word));
        line("  cpu {}", first_of({own.cpu, in_this_stage(row.cpu, "0.25")}));
        line("  memory {}", first_of({own.memory, in_this_stage(row.memory, "256MiB")}));
        line("  tasks {}", first_of({own.tasks, in_this_stage(row.tasks, "1")}));
        line("  health {} every {} grace {} failures 3", health(row), first_of({row.healthEvery, "5s"}),
             first_of({row.healthGrace, "30s"}));
        line("  drain {}", first_of({row.drain, "20s"}));
        std::map<std::string, std::string> env = row.env;
        for (const auto& [key, value] : changes_.env)
            if (env.contains(key)) env[key] = value;
        for (const auto& [key, value] : own.env) env[key] = value;
        uses(env, row, own.egress ? *own.egress : row.egress);
        for (const auto& [prefix, to] : row.routes) line("  route {} -> {}", prefix, to);
        for (const std::string& to : calls_of(row)) line("  call {}", to);
        std::set<std::string> called;
        for (const auto& [other, service] : platform_.services) called.merge(calls_of(service));
        if (called.contains(name))
            line("  address +{}", layout_of(platform_.blockPrefix).endpointsAt + firstFree +
                                      static_cast<unsigned>(std::distance(called.begin(), called.find(name))));
    }

    static std::string port_of(const GeneratedService& row) {
        return row.port.empty() && row.frontend ? "8080" : row.port;
    }

    void job(const std::string& name, const GeneratedJob& row) {
        line("job {} {}", name, row.when);
        if (!row.at.empty()) line("  at {}", row.at);
        if (!row.reset.empty()) line("  reset {}", row.reset);
        line("  timeout {}", first_of({row.timeout, "1h"}));
        line("  overlap {}", row.overlap ? "allow" : "forbid");
        line("  repeatable {}", row.repeatable);
        line("  image {}", row.image);
        for (const std::string& word : row.command) line("  argument {}", quoted(word));
        line("  cpu {}", in_this_stage(row.cpu, "0.25"));
        line("  memory {}", in_this_stage(row.memory, "256MiB"));
        uses(row.env, row, row.egress);
    }

    // Whom a request for a path is for: the frontend with the longest prefix. A prefix needs no entry where the request
    // would go to the same frontend without it.
    void entries() {
        std::map<std::string, std::string> owner;
        for (const auto& [name, row] : platform_.services) {
            for (const auto& [prefix, to] : row.routes) owner[prefix] = name;
            if (!row.staticFolder.empty()) owner["/"] = name;
        }
        std::vector<std::pair<std::string, std::string>> kept;
        for (const auto& [prefix, name] : owner) {
            std::string around;
            for (std::string outer = prefix; around.empty() && outer != "/";) {
                outer = outer.rfind('/') == 0 ? "/" : outer.substr(0, outer.rfind('/'));
                if (owner.contains(outer)) around = owner[outer];
            }
            if (around != name) kept.emplace_back(prefix, name);
        }
        std::ranges::stable_sort(kept, std::greater{}, [](const auto& row) { return row.first.size(); });
        for (const auto& [prefix, name] : kept) line("entry {} -> {}", prefix, name);
    }

    void allows() {
        for (const auto& [name, row] : platform_.services) {
            if (row.frontend) line("allow load-balancer -> {} tcp {}", name, port_of(row));
            for (const std::string& to : calls_of(row))
                line("allow {} -> {} tcp {}", name, to, platform_.services.at(to).port);
            store_allows(name, row.stores);
        }
        for (const auto& [name, row] : platform_.jobs)
            if (in_stage(row.stages)) store_allows(name, row.stores);
    }

    // Where stores listen, by their makers.
    template <class Uses>
    void store_allows(const std::string& name, const Uses& uses) {
        const std::map<std::string, unsigned> ports{{"postgresql", 5432}, {"redis", 6379}, {"mongodb", 27017}};
        for (const auto& [store, access] : uses)
            line("allow {} -> {} tcp {}", name, store, ports.at(platform_.stores.at(store).engine));
    }

    const GeneratedPlatform& platform_;
    std::string tenantName_;
    const GeneratedStage& stage_;
    const GeneratedTenant& tenant_;
    unsigned ordinal_;
    std::string account_;
    GeneratedOverride changes_;
    std::string out_;
};

}  // namespace

std::map<std::string, std::string> naive_environments(const GeneratedPlatform& platform) {
    std::map<std::string, std::string> all;
    std::map<std::string, unsigned> taken;  // environments by account
    unsigned ordinal = 0;
    for (const auto& [tenant, row] : platform.tenants) {
        Texts stages = platform.stages_of(row.stages);
        std::ranges::sort(stages);
        for (const std::string& stage : stages) {
            const std::string name = fmt::format("{}/{}", tenant, stage);
            std::string account;
            for (const auto& [id, of] : platform.accounts)
                if (std::ranges::find(of, stage) != of.end() && (account.empty() || taken[id] < taken[account]))
                    account = id;
            ++taken[account];
            all[name] = Naive(platform, tenant, stage, ordinal++, account).text();
        }
    }
    return all;
}

}  // namespace tenantry::laws
