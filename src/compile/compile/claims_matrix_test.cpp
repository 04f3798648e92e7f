// docs/claims-matrix.md is true: what it calls decided is decided, and for each such cell of text and live there is an
// edit of the texts that makes the claim violated.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/compile/compile.hpp>
#include <tenantry/compile/probe.hpp>
#include <tenantry/compile/reach.hpp>
#include <tenantry/support/golden.hpp>
#include <tenantry/support/platform_text.hpp>
#include <tenantry/world/answers.hpp>
#include <tenantry/world/observed.hpp>
#include <tenantry/world/probes.hpp>
#include <tenantry/world/store_spec.hpp>

namespace tenantry::compile {
namespace {

using support::PlatformText;
using verify::Claim;
using verify::Source;
using Files = std::vector<local_emit::LocalFile>;

struct Cells {
    std::string blueprint, text, live, probe;
};

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(' ') - begin + 1));
}

std::map<std::string, Cells> read_matrix() {
    std::ifstream page(support::tests_folder() / "../docs/claims-matrix.md");
    EXPECT_TRUE(page.is_open());
    std::map<std::string, Cells> matrix;
    for (std::string line; std::getline(page, line);) {
        std::vector<std::string> words;
        for (std::size_t at = 0; line.starts_with('|') && at + 1 < line.size();) {
            const std::size_t end = line.find('|', at + 1);
            words.push_back(trimmed(std::string_view(line).substr(at + 1, end - at - 1)));
            at = end;
        }
        if (words.size() == 5 && verify::claim_from_string(words[0]))
            matrix[words[0]] = {words[1], words[2], words[3], words[4]};
    }
    return matrix;
}

bool is_decided(std::string_view cell) { return cell == "decided"; }

TEST(ClaimsMatrix, SaysOfEachClaimAndSourceWhatIsDecided) {
    const auto matrix = read_matrix();
    EXPECT_EQ(matrix.size(), verify::all_claims().size());
    for (const Claim claim : verify::all_claims()) {
        const std::string name(to_string(claim));
        const auto row = matrix.find(name);
        ASSERT_NE(row, matrix.end()) << name;
        EXPECT_EQ(is_decided(row->second.text), decided_on(claim, Source::text)) << name;
        EXPECT_EQ(is_decided(row->second.live), decided_on(claim, Source::live)) << name;
        EXPECT_EQ(is_decided(row->second.probe), verify::decided_by_probes(claim)) << name;
        for (const std::string& cell : {row->second.blueprint, row->second.text, row->second.live, row->second.probe})
            EXPECT_TRUE(is_decided(cell) || cell.starts_with("unknown: ") || cell.starts_with("not applicable: "))
                << name << ": " << cell;
    }
}

// A platform of two tenants and its texts, to be changed and proved.
class Texts {
  public:
    /// `probed`: with answers of the machine's entry too.
    explicit Texts(Source source, bool probed = false)
        : platform_(support::storesPlatform),
          compiled_(compile(platform_.sources, {platform_.inputs, {}}, Pool(1), diagnostics_)),
          files_(local_emit::emit_all(compiled_->blueprint, Pool(1))) {
        if (source == Source::live) observe();
        if (probed) ask();
    }

    std::string& text(std::string_view path) {
        for (local_emit::LocalFile& file : files_)
            if (file.path == path) return file.text;
        ADD_FAILURE() << "no text " << path;
        static std::string none;
        return none;
    }

    /// Connections that tasks would try on a machine with one address.
    std::vector<Probe> probes() {
        Sources sources;
        const auto facts = read_facts(files_, sources, diagnostics_);
        EXPECT_TRUE(facts);
        const Ipv4 machine = *Ipv4::parse("198.51.100.7");
        return facts ? probes_of(compiled_->blueprint, *facts, std::span(&machine, 1)) : std::vector<Probe>();
    }

    std::map<Claim, verify::Verdict> prove() {
        Sources sources;
        const auto proof = prove_local(compiled_->blueprint, files_, MachineRanges{}, sources, Pool(1), diagnostics_);
        std::map<Claim, verify::Verdict> verdicts;
        if (!proof) return verdicts;
        for (const verify::Verdict& verdict : proof->verdicts) verdicts[verdict.claim] = verdict;
        return verdicts;
    }

  private:
    void observe();
    void look_into_stores();
    void ask();

    PlatformText platform_;
    Diagnostics diagnostics_;
    std::optional<Compiled> compiled_;
    Files files_;
};

// What stands in a text behind `before`, up to `after`.
std::string between(const std::string& text, std::string_view before, std::string_view after) {
    const std::size_t at = text.find(before);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + before.size();
    return text.substr(begin, text.find(after, begin) - begin);
}

// observed.json of a task that runs as its config.json says, as the kernel would have it.
std::string observed_text(const std::string& config, const std::string& folder, std::size_t number) {
    const std::string user = between(config, "\"uid\": ", ",");
    std::string mounts;
    const auto mount = [&](const std::string& point, std::string_view type, const std::string& device,
                           const std::string& root, std::string_view options) {
        mounts += fmt::format(R"({}{{ "point": "{}", "type": "{}", "device": "{}", "root": "{}", "options": [{}] }})",
                              mounts.empty() ? "" : ",\n", point, type, device, root, options);
    };
    constexpr std::string_view run = "/run/tenantry";
    constexpr std::string_view guarded = R"("ro", "nosuid", "nodev", "noexec")";
    mount("/", "tmpfs", "0:41", folder.substr(run.size()) + "/rootfs", R"("ro")");
    // A number of the environment's own.
    mount("/usr", "overlay", "2:" + folder.substr(0, folder.rfind("/tasks/")), "/", R"("ro", "nosuid", "nodev")");
    const std::string own = fmt::format("1:{}", number);
    for (const char* point : {"/proc", "/dev", "/dev/shm", "/tmp", "/run"})
        mount(point, std::string_view(point) == "/proc" ? "proc" : "tmpfs", own + point, "/",
              R"("rw", "nosuid", "nodev", "noexec", "size=64k", "nr_inodes=64")");
    for (const char* point :
         {"/proc/bus", "/proc/cmdline", "/proc/driver", "/proc/fs", "/proc/interrupts", "/proc/sys"})
        mount(point, "proc", own + "/proc", std::string(point).substr(5), guarded);
    for (std::size_t at = 0; (at = config.find("\"type\": \"bind\"", at)) != std::string::npos; ++at) {
        const std::size_t line = config.rfind('\n', at);
        const std::string entry = config.substr(line, config.find('\n', at) - line);
        mount(between(entry, "\"destination\": \"", "\""), "tmpfs", "0:41",
              between(entry, "\"source\": \"", "\"").substr(run.size()),
              entry.find("\"rw\"") != std::string::npos ? R"("rw", "nosuid", "nodev", "noexec")" : guarded);
    }
    const auto spaces = [](std::size_t id) {
        return fmt::format(
            R"({{ "network": "net:[{0}]", "pid": "pid:[{0}]", "mount": "mnt:[{0}]", "ipc": "ipc:[{0}]", )"
            R"("uts": "uts:[{0}]", "cgroup": "cgroup:[{0}]", "user": "user:[1]" }})",
            id);
    };
    return fmt::format(
        R"({{ "version": 1, "uid": {0}, "gid": {0}, "groups": [], "otherIds": [],
"capabilities": {{ "bounding": "0", "effective": "0", "inheritable": "0", "permitted": "0", "ambient": "0" }},
"noNewPrivileges": true, "seccomp": {{ "mode": 2, "filters": 1 }}, "rootReadOnly": true,
"limits": {{ "core": 0, "processes": 256, "memory": 134217728 }},
"namespaces": {1}, "pinnedNetwork": "net:[{5}]",
"machine": {{ "namespaces": {2}, "proc": "0:20" }},
"cgroup": "{3}",
"mounts": [{4}] }})",
        user, spaces(number + 10), spaces(1), between(config, "\"cgroupsPath\": \"", "\""), mounts, number + 10);
}

void Texts::observe() {
    Files seen;
    std::size_t number = 0;
    for (const local_emit::LocalFile& file : files_) {
        constexpr std::string_view name = "/config.json";
        if (!file.path.starts_with("environments/") || !file.path.ends_with(name)) continue;
        const std::string folder = file.path.substr(0, file.path.size() - name.size());
        seen.push_back(
            {folder + "/observed.json", observed_text(file.text, "/run/tenantry/platforms/lend/" + folder, ++number)});
    }
    const auto config = std::ranges::find(files_, "edge/config.json", &local_emit::LocalFile::path);
    std::string entry = observed_text(config->text, "/run/tenantry/edge", ++number);
    // It is in the machine's network.
    entry.replace(entry.find(fmt::format("net:[{}]", number + 10)), fmt::format("net:[{}]", number + 10).size(),
                  "net:[1]");
    seen.push_back({"edge/observed.json", std::move(entry)});
    seen.push_back({"edge/sockets.json", world::to_text(std::vector<world::ObservedSocket>{
                                             {"edge", "tcp", "127.0.0.1", 8080}, {"edge", "tcp", "127.0.0.1", 8443}})});
    files_.insert(files_.end(), seen.begin(), seen.end());
    look_into_stores();
}

// Every store knows who is declared, and nobody else.
void Texts::look_into_stores() {
    const std::vector<std::string> read{"connect", "read"}, write{"connect", "read", "write"},
        own{"connect", "own", "read", "write"};
    for (const char* environment : {"acme/production", "norte/production"})
        for (const world::ObservedStore& store :
             {world::ObservedStore{
                  "books",
                  "postgresql",
                  {{"*", {}}, {"api", write}, {"migrate", own}, {"reporting", read}, {"seed", own}, {"worker", write}}},
              world::ObservedStore{"cache", "redis", {{"api", write}}}})
            files_.push_back({fmt::format("environments/{}/stores/{}/observed.json", environment, store.store),
                              world::to_text(store)});
}

// As the kernel's tables say.
world::ProbeResult result_of(const Probe& probe) {
    return {probe.task, probe.source ? probe.source->str() : "", probe.address.str(), probe.port, probe.arrives};
}

// Every host answers as it should, and every connection goes as it should.
void Texts::ask() {
    std::map<std::string, std::vector<world::HostAnswers>> answers;
    for (const HostQuestion& question : host_questions(compiled_->blueprint))
        answers[question.environment].push_back(
            {.host = question.host.str(),
             .refused = {},
             .days = 60,
             .offers = {{"TLSv1.3", "TLSv1.3 TLS_AES_256_GCM_SHA384"}, {"TLSv1.1 or older", ""}},
             .transportSecurity = 63'072'000,
             .redirect = "https://" + std::string(question.host.str()) + ":8443/",
             .others = {{question.host.str(), question.foreign.at(0).str(), 421}},
             .cookieDomains = {}});
    std::map<std::string, std::vector<world::ProbeResult>> results;
    for (const Probe& one : probes()) results[one.environment].push_back(result_of(one));
    for (const auto& [environment, hosts] : answers)
        files_.push_back({"environments/" + environment + "/answers.json", world::to_text(hosts)});
    for (const auto& [environment, tried] : results)
        files_.push_back({"environments/" + environment + "/probes.json", world::to_text(tried)});
}

struct Edit {
    Claim claim;
    Source source;
    std::string path;
    std::string before, after;
    bool probed = false;
};

const std::string acme = "environments/acme/production/";
const std::string api = acme + "tasks/api-1/";
const std::string balancer = acme + "services/load-balancer/haproxy.cfg";

// The first probe of acme's that is meant goes the other way.
template <class Meant>
Edit other_way(Claim claim, const Meant& meant) {
    const std::vector<Probe> probes = Texts(Source::live).probes();
    const auto probe = std::ranges::find_if(
        probes, [&](const Probe& one) { return one.environment == "acme/production" && meant(one); });
    EXPECT_NE(probe, probes.end()) << to_string(claim);
    if (probe == probes.end()) return {};
    const auto line = [&](bool arrived) {
        return fmt::format(R"({{ "task": "{}", "source": "{}", "address": "{}", "port": {}, "arrived": {} }})",
                           probe->task, probe->source ? probe->source->str() : "", probe->address.str(), probe->port,
                           arrived);
    };
    return {claim, Source::live, acme + "probes.json", line(probe->arrives), line(!probe->arrives), true};
}

std::vector<Edit> edits() {
    std::vector<Edit> all;
    const auto leads = [](const Probe& probe, std::string_view target) {
        return !probe.source && !probe.arrives && probe.target.starts_with(target);
    };
    all.push_back(other_way(Claim::net1, [&](const Probe& one) { return leads(one, "norte/"); }));
    all.push_back(other_way(Claim::net4, [&](const Probe& one) { return leads(one, "acme/production/books"); }));
    all.push_back(other_way(Claim::net5, [&](const Probe& one) { return leads(one, "acme/production/api"); }));
    all.push_back(other_way(Claim::net6, [](const Probe& one) { return one.arrives; }));
    for (const char* target : {"the router", "metadata", "nobody", "the machine"})
        all.push_back(other_way(Claim::net9, [&](const Probe& one) { return leads(one, target); }));
    all.push_back(other_way(Claim::net12, [](const Probe& one) { return one.source.has_value(); }));
    // What is read from the network, the rules and the configuration of proxies is read so from both sources.
    for (const Source source : {Source::text, Source::live}) {
        const auto both = [&](Claim claim, std::string path, std::string before, std::string after) {
            all.push_back({claim, source, std::move(path), std::move(before), std::move(after)});
        };
        both(Claim::net1, api + "config.json", "lend/net/acme/production/api-1", "lend/net/norte/production/api-1");
        both(Claim::net4, acme + "nftables.json", R"({ "concat": ["worker-1", "books-1", "tcp", 5432] })",
             R"({ "concat": ["web-1", "books-1", "tcp", 5432] })");
        both(Claim::net5, acme + "nftables.json",
             R"("name": "relay", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop")",
             R"("name": "relay", "type": "filter", "hook": "forward", "prio": 0, "policy": "accept")");
        both(Claim::net6, balancer, "default_backend web", "default_backend nobody");
        both(Claim::net8, acme + "network.json", R"("block": ")", R"("block": "10.200.0.0/20", "was": ")");
        both(Claim::net12, acme + "nftables.json", R"("hook": "prerouting", "prio": -300, "policy": "drop")",
             R"("hook": "prerouting", "prio": -300, "policy": "accept")");
    }
    const auto text = [&](Claim claim, std::string path, std::string before, std::string after) {
        all.push_back({claim, Source::text, std::move(path), std::move(before), std::move(after)});
    };
    const auto live = [&](Claim claim, std::string before, std::string after) {
        all.push_back({claim, Source::live, api + "observed.json", std::move(before), std::move(after)});
    };
    text(Claim::net2, "edge/nginx.conf", "listen 127.0.0.1:8443", "listen 127.0.0.1:9443");
    text(Claim::run1, api + "config.json", R"("noNewPrivileges": true)", R"("noNewPrivileges": false)");
    text(Claim::run1, api + "config.json", R"("effective": [])", R"("effective": ["CAP_CHOWN"])");
    text(Claim::run1, api + "config.json", R"("accept", "accept4")", R"("ptrace", "accept", "accept4")");
    text(Claim::run1, api + "config.json", R"("/proc/kcore", )", "");
    text(Claim::run2, api + "config.json", R"("gid": )", R"("gid": 7, "was": )");
    text(Claim::tls1, balancer, "ssl-min-ver TLSv1.2", "ssl-min-ver TLSv1.0");
    text(Claim::tls2, acme + "tasks/load-balancer-1/config.json", "environments/acme/production/tls",
         "environments/norte/production/tls");
    text(Claim::tls3, balancer,
         "    http-response replace-header set-cookie "
         ".*;[[:space:]]*[Dd][Oo][Mm][Aa][Ii][Nn][[:space:]]*=.* removed=;max-age=0\n",
         "");
    text(Claim::tls3, balancer, "    http-request del-header ^(forwarded|x-forwarded-.*|x-real-ip)$ -m reg\n", "");
    live(Claim::run1, R"("mode": 2)", R"("mode": 0)");
    live(Claim::run1, R"("bounding": "0")", R"("bounding": "400")");
    live(Claim::run1, R"("pinnedNetwork": "net:[)", R"("pinnedNetwork": "net:[9)");
    all.push_back({Claim::run1, Source::live, "edge/observed.json", R"("/in")", R"("/")"});
    all.push_back({Claim::net2, Source::live, "edge/sockets.json", "127.0.0.1", "0.0.0.0"});
    const std::string books = acme + "stores/books/observed.json";
    for (const auto& [before, after] :
         {std::pair{R"("reporting", "rights": ["connect", "read"])",
                    R"("reporting", "rights": ["connect", "read", "write"])"},
          std::pair{R"("seed", "rights": ["connect", "own", "read", "write"])", R"("seed", "rights": ["connect"])"},
          std::pair{R"("name": "worker")", R"("name": "mallory")"},
          std::pair{R"("*", "rights": [])", R"("*", "rights": ["connect"])"}})
        all.push_back({Claim::db1, Source::live, books, before, after});
    const std::string answers = acme + "answers.json";
    for (const auto& [before, after] :
         {std::pair{R"("days": 60)", R"("days": 20)"},
          std::pair{R"("TLSv1.1 or older", "taken": "")", R"("TLSv1.1 or older", "taken": "TLSv1.1 AES128-SHA")"}})
        all.push_back({Claim::tls1, Source::live, answers, before, after, true});
    all.push_back({Claim::tls3, Source::live, answers, R"("status": 421)", R"("status": 200)", true});
    all.push_back(
        {Claim::tls3, Source::live, answers, R"("cookieDomains": [])", R"("cookieDomains": ["localhost"])", true});
    live(Claim::run2, R"("groups": [])", R"("groups": [0])");
    live(Claim::net9, R"("point": "/usr", "type": "overlay")", R"("point": "/usr", "type": "ext4")");
    live(Claim::net10, "/acme/production/services/api/hosts", "/norte/production/services/api/hosts");
    live(Claim::fs1, R"("rootReadOnly": true)", R"("rootReadOnly": false)");
    all.push_back({Claim::tls2, Source::live, acme + "tasks/load-balancer-1/observed.json",
                   "environments/acme/production/tls", "environments/norte/production/tls"});
    return all;
}

TEST(ClaimsMatrix, EveryDecidedCellHasAnEditThatViolatesIt) {
    std::set<std::pair<Claim, Source>> tried;
    std::set<Claim> probed;
    for (const Edit& edit : edits()) {
        Texts texts(edit.source, edit.probed);
        std::string& text = texts.text(edit.path);
        const std::size_t at = text.find(edit.before);
        ASSERT_NE(at, std::string::npos) << edit.path << ": " << edit.before;
        text.replace(at, edit.before.size(), edit.after);
        const verify::Verdict verdict = texts.prove()[edit.claim];
        EXPECT_EQ(verdict.answer, verify::Answer::violated) << to_string(edit.claim) << " on " << to_string(edit.source)
                                                            << ", " << edit.after << ": " << verdict.reason;
        if (edit.probed)
            probed.insert(edit.claim);
        else
            tried.emplace(edit.claim, edit.source);
    }
    for (const auto& [name, cells] : read_matrix()) {
        const Claim claim = *verify::claim_from_string(name);
        EXPECT_EQ(is_decided(cells.text), tried.contains({claim, Source::text})) << name << " on text";
        EXPECT_EQ(is_decided(cells.live), tried.contains({claim, Source::live})) << name << " live";
        EXPECT_EQ(is_decided(cells.probe), probed.contains(claim)) << name << " by probes";
    }
}

TEST(ClaimsMatrix, EveryDecidedClaimHoldsWithoutAnEdit) {
    for (const Source source : {Source::text, Source::live})
        for (const auto& [claim, verdict] : Texts(source).prove())
            EXPECT_EQ(verdict.answer, decided_on(claim, source) ? verify::Answer::holds : verify::Answer::unknown)
                << to_string(claim) << " on " << to_string(source) << ": " << verdict.reason
                << (verdict.findings.empty() ? "" : verdict.findings[0].summary);
    std::map<Claim, verify::Verdict> probed = Texts(Source::live, true).prove();
    for (const Claim claim : verify::all_claims())
        if (verify::decided_by_probes(claim)) {
            EXPECT_EQ(probed[claim].answer, verify::Answer::holds) << to_string(claim) << ": " << probed[claim].reason;
        }
}

}  // namespace
}  // namespace tenantry::compile
