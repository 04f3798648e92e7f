#include "nginx_upstreams.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace tenantry::local_read {
namespace {

constexpr std::string_view plainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

// `api:9000`; without a port it is 80.
std::optional<verify::Upstream> read_place(std::string_view text, Span at) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view host = text.substr(0, colon);
    const std::string_view digits = colon == text.size() ? "80" : text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    const bool plain = !host.empty() && host.find_first_not_of(plainCharacters) == std::string_view::npos;
    if (!plain || error != std::errc() || stop != digits.data() + digits.size() || port == 0) return std::nullopt;
    return verify::Upstream{std::string(host), Port{port}, at};
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// Small letters, as nginx does not look at their case where it looks for an upstream's name.
bool is_label(std::string_view text) {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_variable(std::string_view text) {
    return text.starts_with('$') && text.size() > 1 &&
           text.substr(1).find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

// How long connections are kept that do not serve a request.
bool is_keeping(const NginxDirective& directive) {
    static constexpr std::array names{"keepalive", "keepalive_time", "keepalive_timeout"};
    return !directive.hasBlock && directive.words.size() == 2 &&
           std::ranges::find(names, name_of(directive)) != names.end();
}

}  // namespace

void NginxUpstreams::read_upstream(const NginxDirective& upstream) {
    const std::string_view name = word_of(upstream, 1);
    const std::size_t dot = std::min(name.find('.'), name.size());
    const bool named = upstream.words.size() == 2 && is_label(name.substr(0, dot)) && dot < name.size() &&
                       is_label(name.substr(dot + 1));
    // Any other name could be a service's, whose requests it would take.
    if (!named) return not_known(scope_, upstream, "the http context");
    std::optional<verify::Upstream> to;
    bool keeps = false, known = true;
    for (const NginxDirective& directive : upstream.block) {
        const std::size_t count = directive.words.size();
        const bool isServer = name_of(directive) == "server" && !to && !directive.hasBlock &&
                              (count == 2 || (count == 3 && word_of(directive, 2) == "max_fails=0"));
        if (isServer) to = read_place(word_of(directive, 1), directive.words[1].at);
        keeps = keeps || is_keeping(directive);
        if (isServer ? to.has_value() : is_keeping(directive)) continue;
        not_known(scope_, directive, "an upstream");
        known = false;
    }
    if (!known) return;
    if (!to || !upstreams_.try_emplace(std::string(name), Upstream{*to, keeps}).second)
        scope_.unclear(span_of(upstream), "Where this upstream leads is not known.");
}

// map $request_method $connections { GET kept; HEAD kept; default new; }
void NginxUpstreams::read_map(const NginxDirective& map) {
    const bool first = variable_.empty() && map.words.size() == 3 && is_variable(word_of(map, 2));
    if (!first || word_of(map, 1) != "$request_method") return not_known(scope_, map, "the http context");
    variable_ = map.words[2].text;
    std::string get, head;
    for (const NginxDirective& row : map.block) {
        std::string* value = name_of(row) == "GET"       ? &get
                             : name_of(row) == "HEAD"    ? &head
                             : name_of(row) == "default" ? &others_
                                                         : nullptr;
        if (value == nullptr || !value->empty() || row.hasBlock || row.words.size() != 2 || !is_label(word_of(row, 1)))
            return scope_.unclear(span_of(row), "Which requests this row of a map means is not known.");
        *value = row.words[1].text;
    }
    if (get != head || get.empty() || others_.empty())
        return scope_.unclear(span_of(map), "What this map says of every method is not known.");
    repeated_ = get;
}

std::optional<verify::Upstream> NginxUpstreams::find(const syntax::Word& url) const {
    std::string_view text = url.text;
    if (!text.starts_with("http://")) return std::nullopt;
    text.remove_prefix(7);
    if (!text.starts_with('$')) {
        auto plain = read_place(text, url.at);
        // An upstream's name, with any port: nginx would send there, or not start.
        return plain && !upstreams_.contains(lower(plain->host)) ? plain : std::nullopt;
    }
    const std::size_t dot = std::min(text.find('.'), text.size());
    if (repeated_.empty() || dot == text.size() || text.substr(0, dot) != variable_) return std::nullopt;
    return chosen(text.substr(dot));
}

// Both lead to one place; and only what nginx repeats goes over connections that the other end may be closing.
std::optional<verify::Upstream> NginxUpstreams::chosen(std::string_view name) const {
    const auto repeated = upstreams_.find(repeated_ + std::string(name));
    const auto others = upstreams_.find(others_ + std::string(name));
    if (repeated == upstreams_.end() || others == upstreams_.end() || others->second.keeps) return std::nullopt;
    const verify::Upstream& to = repeated->second.to;
    if (to.host != others->second.to.host || to.port != others->second.to.port) return std::nullopt;
    return to;
}

}  // namespace tenantry::local_read
