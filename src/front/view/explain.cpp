#include <algorithm>

#include <tenantry/view/explain.hpp>

#include "paint.hpp"
#include "source_line.hpp"

namespace tenantry::view {
namespace {

using compile::Explanation;
using model::Layer;
using model::TaskView;

std::string port_of(const model::Peer& peer) { return fmt::format("{} on port {}", peer.name, peer.port.number); }
std::string text_of(const model::HostPort& name) { return fmt::format("{}:{}", name.host.str(), name.port.number); }
std::string text_of(const model::StoreUse& use) {
    return fmt::format("{} ({})", use.store.str(), model::to_string(use.access));
}

template <class Rows, class Text>
void append_list(std::string& out, std::string_view what, const Rows& rows, std::string_view none, Text text) {
    std::string all;
    for (const auto& row : rows) all += fmt::format("{}{}", all.empty() ? "" : ", ", text(row));
    out += fmt::format("  {}: {}\n", what, all.empty() ? none : std::string_view(all));
}

std::size_t longest_name(const TaskView& task) {
    std::size_t longest = 0;
    for (const model::Variable& variable : task.given) longest = std::max(longest, variable.name.size());
    for (const auto& [key, value] : task.own) longest = std::max(longest, key.str().size());
    return longest;
}

void append_task(std::string& out, const TaskView& task, bool isService) {
    out += "\nA task sees\n";
    const std::size_t width = longest_name(task);
    for (const auto& [key, value] : task.own)
        out += fmt::format("  {:<{}}  {} (by `env`)\n", key.str(), width, printable(value.str()));
    for (const model::Variable& variable : task.given)
        out += fmt::format("  {:<{}}  by {}\n", variable.name, width, variable.by);
    out += "It may use\n";
    const auto shown = [](const auto& row) { return text_of(row); };
    append_list(out, "stores", task.stores, "none", shown);
    append_list(out, "secrets", task.secrets, "none", [](const model::SecretUse& use) { return use.secret.str(); });
    if (isService) append_list(out, "calls", task.calls, "nobody", port_of);
    append_list(out, "outside", task.egress, "nothing", shown);
    if (isService) append_list(out, "is called by", task.callers, "nobody", port_of);
}

void append_overridden(std::string& out, const Sources& sources, const Explanation& said) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (std::size_t i = 1; i < said.layers.size(); ++i)
        rows.emplace_back(printable(said.layers[i].value),
                          printable(place(sources, said.layers[i].at)) + "  " + printable(said.layers[i].what));
    if (!said.builtIn.empty() && !said.addsUp) rows.emplace_back(said.builtIn, "built-in default");
    if (rows.empty()) return;
    std::size_t width = 0;
    for (const auto& row : rows) width = std::max(width, code_points(row.first));
    out += said.addsUp ? "Together with\n" : "It overrode\n";
    for (const auto& [value, from] : rows)
        out += fmt::format("  {}{}  {}\n", value, std::string(width - code_points(value), ' '), from);
}

void append_decision(std::string& out, const Sources& sources, const Explanation& said, const Paint& paint) {
    if (said.layers.empty()) {
        if (!said.builtIn.empty()) out += "  by built-in default; no key says it\n";
        return;
    }
    const Layer& first = said.layers.front();
    const std::string gutter(source_gutter(sources, first.at), ' ');
    out += fmt::format("{}{} {}  {}\n", gutter, paint(Color::blue, "-->"), printable(place(sources, first.at)),
                       printable(first.what));
    append_source_line(out, sources, first.at, Color::green, paint);
    append_overridden(out, sources, said);
}

void append_group(std::string& out, const Sources& sources, const Explanation& said) {
    out += '\n';
    for (const Explanation::Child& child : said.children)
        out += fmt::format("  {} = {}\n", child.name, printable(child.value));
    if (said.layers.empty()) return;
    out += "Written at\n";
    for (const Layer& layer : said.layers)
        out += fmt::format("  {}  {}\n", printable(place(sources, layer.at)), printable(layer.what));
}

void write_layer(const Sources& sources, const Layer& layer, JsonText& json) {
    const Position at = sources.position(layer.at.source, layer.at.begin);
    json.object(Layout::line).member("value", layer.value).member("file", sources.name(layer.at.source));
    json.member("line", at.line).member("column", at.column).member("key", layer.what);
    json.member("text", sources.line(layer.at.source, layer.at.begin)).end();
}

template <class Rows, class Text>
void write_list(JsonText& json, std::string_view key, const Rows& rows, Text text) {
    json.key(key).array(Layout::line);
    for (const auto& row : rows) json.value(text(row));
    json.end();
}

void write_peers(JsonText& json, std::string_view key, const std::vector<model::Peer>& peers) {
    json.key(key).array();
    for (const model::Peer& peer : peers)
        json.object(Layout::line).member("name", peer.name).member("port", peer.port.number).end();
    json.end();
}

void write_task(const TaskView& task, JsonText& json) {
    json.key("task").object().key("variables").array();
    for (const auto& [name, value] : task.own)
        json.object(Layout::line).member("name", name.str()).member("by", "`env`").member("value", value.str()).end();
    for (const model::Variable& variable : task.given)
        json.object(Layout::line).member("name", variable.name).member("by", variable.by).end();
    json.end().key("stores").array();
    for (const model::StoreUse& use : task.stores)
        json.object(Layout::line).member("name", use.store.str()).member("access", model::to_string(use.access)).end();
    json.end();
    write_list(json, "secrets", task.secrets, [](const model::SecretUse& use) { return use.secret.str(); });
    write_peers(json, "calls", task.calls);
    write_peers(json, "calledBy", task.callers);
    write_list(json, "egress", task.egress, [](const model::HostPort& name) { return text_of(name); });
    json.end();
}

}  // namespace

std::string explain_text(const Sources& sources, const Explanation& said, const Style& style) {
    const Paint paint(style.color);
    std::string out = said.environment;
    if (!said.path.empty()) out += " " + said.path;
    out = paint(Color::bold, out);
    if (said.value) {
        out += fmt::format(" = {}\n", printable(*said.value));
        append_decision(out, sources, said, paint);
    } else {
        append_group(out, sources, said);
    }
    if (!said.note.empty()) out += said.note + "\n";
    if (said.task) append_task(out, *said.task, said.path.starts_with("services."));
    return out;
}

void explain_json(const Sources& sources, const Explanation& said, JsonText& json) {
    json.member("environment", said.environment).member("path", said.path);
    if (said.value) {
        json.member("value", *said.value);
        json.key("decidedBy");
        said.layers.empty() ? void(json.null()) : write_layer(sources, said.layers.front(), json);
        json.key("overridden").array();
        for (std::size_t i = 1; i < said.layers.size(); ++i) write_layer(sources, said.layers[i], json);
        json.end().member("addsUp", said.addsUp).key("builtIn");
        said.builtIn.empty() ? json.null() : json.value(said.builtIn);
    } else {
        json.key("children").array();
        for (const Explanation::Child& child : said.children)
            json.object(Layout::line).member("name", child.name).member("value", child.value).end();
        json.end().key("writtenAt").array();
        for (const Layer& layer : said.layers) write_layer(sources, layer, json);
        json.end();
    }
    json.member("note", said.note);
    if (said.task) write_task(*said.task, json);
}

}  // namespace tenantry::view
