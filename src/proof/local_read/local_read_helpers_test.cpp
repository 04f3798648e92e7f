#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/local_read/local_read.hpp>
#include <tenantry/support/golden.hpp>
#include <tenantry/support/packed.hpp>

#include "local_read_test.hpp"

namespace tenantry::local_read {

Files::Files() : files_(support::unpack(support::read_test_file("data/local/two-environments.txt"))) {}

std::string& Files::text_of(std::string_view path) {
    const auto file = std::ranges::find_if(files_, [&](const auto& row) { return row.first == path; });
    if (file == files_.end()) throw std::invalid_argument(fmt::format("no file {}", path));
    return file->second;
}

Files& Files::replace(std::string_view path, std::string_view before, std::string_view after) {
    std::string& text = text_of(path);
    const std::size_t at = text.find(before);
    if (at == std::string::npos || text.find(before, at + 1) != std::string::npos)
        throw std::invalid_argument(fmt::format("not once in {}: {}", path, before));
    text.replace(at, before.size(), after);
    return *this;
}

Files& Files::set(std::string_view path, std::string text) {
    remove(path);
    files_.emplace_back(path, std::move(text));
    return *this;
}

Files& Files::remove(std::string_view path) {
    std::erase_if(files_, [&](const auto& row) { return row.first == path; });
    return *this;
}

verify::Facts Files::read() {
    sources_ = {};
    found = {};
    std::vector<LocalText> texts;
    for (const auto& [path, text] : files_) texts.push_back({path, sources_.add(path, text)});
    verify::Facts facts = read_local(sources_, texts, found);
    verify::check_invariants(facts);
    return facts;
}

std::vector<std::string> Files::unclear() {
    const verify::Facts facts = read();
    for (const Diagnostic& diagnostic : found.all()) ADD_FAILURE() << diagnostic.code->code << ' ' << diagnostic.detail;
    std::vector<std::string> result;
    for (const verify::NotUnderstood& row : facts.notUnderstood)
        result.push_back(
            fmt::format("{}: {}", row.owner ? facts.environments[row.owner->at].name : "everybody", row.what));
    return result;
}

std::vector<std::string> Files::diagnostics() {
    read();
    found.sort();
    std::vector<std::string> result;
    for (const Diagnostic& diagnostic : found.all())
        result.push_back(fmt::format("{} {}: {}", diagnostic.code->code, bytes(diagnostic.at), diagnostic.detail));
    return result;
}

std::string rule_command(std::string_view statements, std::string_view chain) {
    return fmt::format(
        R"({{"add": {{"rule": {{"family": "inet", "table": "tenantry", "chain": "{}", "expr": [{}]}}}}}})", chain,
        statements);
}

Chained with_commands(std::string_view commands) {
    constexpr std::string_view chains =
        R"({"add": {"chain": {"family": "inet", "table": "tenantry", "name": "other"}}},)"
        R"({"add": {"chain": {"family": "inet", "table": "tenantry", "name": "test", "type": "filter", "hook": "forward",)"
        R"("prio": 10, "policy": "drop"}}})";
    Files files;
    files.replace("environments/acme/production/nftables.json", "\n]}\n", fmt::format(",{},{}]}}", chains, commands));
    Chained result;
    result.unclear = files.unclear();
    const verify::Facts facts = files.read();
    const std::string text = verify::to_text(facts);
    constexpr std::string_view head = "  chain test forward 10 policy drop\n";
    const std::size_t begin = text.find(head) + head.size();
    for (std::size_t at = begin; text.compare(at, 4, "    ") == 0;) {
        const std::size_t end = text.find('\n', at) + 1;
        result.rules += text.substr(at + 4, end - at - 4);
        at = end;
    }
    for (const verify::Chain& chain : facts.devices[0].chains)
        if (chain.name == "test")
            for (const verify::Rule& rule : chain.rules) result.places.emplace_back(files.bytes(rule.at));
    return result;
}

Chained with_rule(std::string_view statements) { return with_commands(rule_command(statements)); }

}  // namespace tenantry::local_read
