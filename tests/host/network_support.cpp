#include "network_support.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tenantry/compile/compile.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::host {
namespace {

constexpr std::string_view platform = R"(platform: lend
domain: lend.example
stages: { demo: { zones: 2 } }
services:
  web: { tier: frontend, image: lend/web, static: /srv/www, routes: { /api: api }, tasks: WEBS }
  api: { tier: middleware, image: lend/api, port: 9000, calls: [scoring], tasks: 2 }
  scoring: { tier: middleware, image: lend/scoring, port: 9100, tasks: 2 }
tenants:
  acme: { name: Préstamos Acme }
  norte: { name: Crédito del Norte, demo: { services: { web: { tasks: 1 }, api: { tasks: 1 }, scoring: { tasks: 2 } } } }
)";

blueprint::Blueprint blueprint_of(int webs) {
    std::string text(platform);
    text.replace(text.find("WEBS"), 4, std::to_string(webs));
    support::PlatformText read(text);
    Diagnostics diagnostics;
    auto compiled = compile::compile(read.sources, {read.inputs, std::nullopt}, Pool(1), diagnostics);
    EXPECT_TRUE(compiled && diagnostics.empty());
    return std::move(compiled->blueprint);
}

// Each line behind the one that it is indented under, sorted: the kernel lists in an order of its own.
std::string sorted_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::string above;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with(' ')) above = line;
        lines.push_back(fmt::format("{} / {}\n", above, line));
    }
    std::ranges::sort(lines);
    return fmt::format("{}", fmt::join(lines, ""));
}

}  // namespace

Emitted emitted(std::string_view environment, int webs) {
    const blueprint::Blueprint blueprint = blueprint_of(webs);
    const local_emit::LocalTemplates templates(blueprint);
    for (const blueprint::Environment& one : blueprint.environments) {
        if (one.name() != environment) continue;
        auto made = templates.emit(blueprint, one);
        for (const local_emit::LocalFile& file : made.files)
            if (file.path.ends_with("nftables.json")) return {std::move(made.network), file.text};
    }
    ADD_FAILURE() << "no environment " << environment;
    return {};
}

Reading read(const std::map<std::string, world::ObservedNetwork, std::less<>>& observed) {
    const blueprint::Blueprint blueprint = blueprint_of(3);
    std::vector<local_emit::LocalFile> files = local_emit::emit_all(blueprint, Pool(1));
    for (const auto& [environment, seen] : observed)
        for (local_emit::LocalFile& file : files) {
            if (file.path == "environments/" + environment + "/network.json") file.text = seen.network;
            if (file.path == "environments/" + environment + "/nftables.json") file.text = seen.rules;
        }
    Sources sources;
    Diagnostics diagnostics;
    std::vector<local_read::LocalText> texts;
    for (const local_emit::LocalFile& file : files) texts.push_back({file.path, sources.add(file.path, file.text)});
    Reading reading{sorted_lines(verify::to_text(local_read::read_local(sources, texts, diagnostics))), {}, {}};
    for (const Diagnostic& diagnostic : diagnostics.all()) reading.unclear.push_back(diagnostic.detail);
    const auto proof = compile::prove_local(blueprint, files, MachineRanges{}, sources, Pool(1), diagnostics);
    if (!proof) return reading;
    for (const verify::NotUnderstood& one : proof->notUnderstood) reading.unclear.push_back(one.what);
    for (const verify::Verdict& verdict : proof->verdicts)
        if (verify::decided_on_text(verdict.claim) && verdict.answer != verify::Answer::holds)
            reading.broken.emplace_back(to_string(verdict.claim));
    return reading;
}

std::string run(const std::vector<std::string>& argv) {
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) return {};
    std::vector<char*> arguments;
    for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 1);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 2);
    pid_t child = 0;
    EXPECT_EQ(posix_spawnp(&child, argv[0].c_str(), &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe[1]);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    close(pipe[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0) << fmt::format("{}", fmt::join(argv, " ")) << ": " << text;
    return text;
}

std::string run_in(const std::string& space, std::vector<std::string> argv) {
    argv.insert(argv.begin(), {"nsenter", "--net=" + space});
    return run(argv);
}

std::vector<std::string> words(std::string_view line) {
    std::istringstream stream{std::string(line)};
    std::vector<std::string> result;
    for (std::string word; stream >> word;) result.push_back(word);
    return result;
}

KernelNetwork network() {
    static const std::map<std::string, std::vector<world::SocketSpec>, std::less<>> sockets{
        {std::string(acme), emitted(acme).network.sockets}, {std::string(norte), emitted(norte).network.sockets}};
    return KernelNetwork([](const world::Placement& placement) { return sockets.at(placement.environment); });
}

std::string traces() {
    std::string found = run({"ip", "-oneline", "link"});
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) found += line + "\n";
    for (const auto& entry : std::filesystem::recursive_directory_iterator("/run/tenantry"))
        found += entry.path().string() + "\n";
    return found;
}

}  // namespace tenantry::host
