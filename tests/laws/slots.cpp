#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/laws/slots.hpp>
#include <tenantry/support/packed.hpp>
#include <tenantry/syntax/yaml.hpp>

namespace tenantry::laws {
namespace {

// Marked words hold `qz`, which nothing else in the output does.
constexpr std::string_view platform = R"(--- platform.yaml
platform: qzplatform
domain: qzdomain.example
network: { pool: 10.0.0.0/8, block: /20, avoid: [10.96.0.0/12] }
stages:
  aqzstage: { zones: 1, protect: false }
  production: { like: aqzstage, zones: 2 }
services:
  cqz-front:
    tier: frontend
    image: qzlend/web:1.0
    static: /srv/qzwww
    routes: { /qzinner: hh }
    health: { path: /qzhealth, every: 2500ms, grace: 31s }
  hh: { tier: middleware, image: qzlend/hh, port: 9001, command: [qzword, --flag] }
  eqz-name:
    tier: middleware
    image: qzlend/api:2.0
    port: 9000
    calls: [hh]
    cpu: 0.25
    memory: 256MiB
    drain: 21s
    env: { AQZ_KEY: qzvalue, LOG_LEVEL: info }
    tasks: { aqzstage: 1, production: 2..3 }
  pp: { tier: frontend, port: 8081, routes: { /qz: eqz-name, /mm/mm: hh } }
  ss: { tier: middleware, image: qzlend/ss, health: { command: [qzhealthy] } }
tenants:
  include: tenants/qz*.yaml
  aqz-tenant:
    name: qztitle
    hosts: { production: [qzhost.example.org, second.example.org] }
    aqzstage: { zones: 2, env: { AQZ_KEY: qzother }, services: { hh: { image: qzlend/own, cpu: 0.5, env: { NEW: qznew } } } }
targets:
  local: { domain: qzlocal.localhost, images: { "qzlend/api:2.0": { host: qzbuild/qzprogram } } }
--- tenants/qzm.yaml
mm: { name: qzsecond, stages: [production] }
)";

// Other words for those that are sorted: between their neighbours, before and behind them.
struct Alternatives {
    std::string_view text;
    std::array<std::string_view, 4> others;
};
constexpr std::array alternatives{
    Alternatives{"eqz-name", {"aqz-name", "kqz-name", "qqz-name", "zqz-name"}},
    Alternatives{"cqz-front", {"gqz-front", "kqz-front", "qqz-front", "zqz-front"}},
    Alternatives{"aqz-tenant", {"zqz-tenant"}},
    Alternatives{"aqzstage", {"zqzstage"}},
    Alternatives{"AQZ_KEY", {"ZQZ_KEY"}},
    // The load balancer takes the longest prefix first, then by bytes; nginx's are sorted by bytes.
    Alternatives{"/qz", {"/Aqz", "/Aqzz/z", "/qzz/zz", "/aqzqzqzqz"}},
    Alternatives{"/qz", {"/zqzqzqzqz", "/qzqz"}},
};

std::vector<std::string> benign_words(std::string_view text) {
    std::vector<std::string> all;
    if (text.find("qz") == std::string_view::npos && text.find("QZ") == std::string_view::npos) return all;
    all.emplace_back(text);
    for (const Alternatives& row : alternatives)
        for (const std::string_view other : row.others)
            if (row.text == text && !other.empty()) all.emplace_back(other);
    return all;
}

void add(std::vector<Slot>& all, std::string_view text, std::size_t begin) {
    auto slot = std::ranges::find(all, text, &Slot::text);
    if (slot == all.end()) slot = all.insert(all.end(), {std::string(text), benign_words(text), {}});
    slot->begins.push_back(begin);
}

void add_words(std::vector<Slot>& all, const syntax::Node& node, std::size_t fileBegin) {
    const auto begin = [&](Span at, bool isQuoted) { return fileBegin + at.begin + (isQuoted ? 1 : 0); };
    if (node.is_scalar()) return add(all, node.text(), begin(node.at(), node.quoted()));
    for (std::size_t i = 0; i < node.size(); ++i) {
        if (!node.is_map()) {
            add_words(all, node.item(i), fileBegin);
            continue;
        }
        const syntax::Entry entry = node.entry(i);
        add(all, entry.key, begin(entry.keyAt, entry.keyAt.end - entry.keyAt.begin != entry.key.size()));
        add_words(all, entry.value, fileBegin);
    }
}

std::vector<Slot> all_slots() {
    std::vector<Slot> all;
    for (const auto& [name, text] : support::unpack(platform)) {
        Sources sources;
        Diagnostics diagnostics;
        const auto tree = syntax::parse_yaml(sources, sources.add(name, text), {}, diagnostics);
        TENANTRY_CHECK(tree, "the platform of the laws is good YAML");
        add_words(all, syntax::Node::root(*tree), platform.find(text));
    }
    return all;
}

}  // namespace

std::span<const Slot> slots() {
    static const std::vector<Slot> all = all_slots();
    return all;
}

std::string platform_with(const Slot& slot, std::string_view yaml) {
    std::string text;
    std::size_t from = 0;
    std::vector<std::size_t> begins = slot.begins;
    std::ranges::sort(begins);
    for (std::size_t begin : begins) {
        std::size_t end = begin + slot.text.size();
        // The quotes around the text go with it.
        if (platform[begin - 1] == '"') --begin, ++end;
        text.append(platform, from, begin - from) += yaml;
        from = end;
    }
    return text.append(platform.substr(from));
}

std::string yaml_quoted(std::string_view bytes) {
    std::string text = "\"";
    while (!bytes.empty()) {
        const std::size_t length = std::max<std::size_t>(1, utf8_length(bytes));
        const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
        std::uint32_t point = at(0);
        if (length > 1) point &= 0xFFU >> (length + 1);
        for (std::size_t i = 1; i < length; ++i) point = point << 6 | (at(i) & 0x3FU);
        const bool plain = (point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z') ||
                           (point >= 'a' && point <= 'z') || (length == 1 && point >= 0x80);
        if (plain)
            text += bytes[0];
        else
            text += fmt::format("\\U{:08X}", point);
        bytes.remove_prefix(length);
    }
    return text + '"';
}

bool is_other_word(const Slot& slot, std::string_view bytes) {
    return bytes != slot.text && std::ranges::find(slots(), bytes, &Slot::text) != slots().end();
}

}  // namespace tenantry::laws
