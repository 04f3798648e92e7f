#include <algorithm>
#include <vector>

#include <tenantry/world/selector.hpp>

namespace tenantry::world {
namespace {

// Each `*` first takes nothing, and one byte more whenever what follows it does not match.
bool matches_part(std::string_view pattern, std::string_view text) {
    std::size_t at = 0, in = 0, star = std::string_view::npos, from = 0;
    while (in < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            from = in;
        } else if (at < pattern.size() && pattern[at] == text[in]) {
            ++at, ++in;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in = ++from;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

bool is_written_right(std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '*';
    });
}

}  // namespace

Result<Selector> Selector::parse(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::string_view rest = text;;) {
        const std::size_t slash = rest.find('/');
        parts.push_back(rest.substr(0, slash));
        if (slash == std::string_view::npos) break;
        rest.remove_prefix(slash + 1);
    }
    if (parts.size() > 3 || !std::ranges::all_of(parts, is_written_right))
        return fail("`{}` selects nothing: write TENANT, TENANT/STAGE or TENANT/STAGE/SERVICE, `*` for any", text);
    Selector selector;
    selector.tenant_ = parts[0];
    if (parts.size() > 1) selector.stage_ = parts[1];
    if (parts.size() > 2) selector.service_ = parts[2];
    return selector;
}

bool Selector::matches(std::string_view environment) const {
    const std::size_t slash = environment.find('/');
    return slash != std::string_view::npos && matches_part(tenant_, environment.substr(0, slash)) &&
           matches_part(stage_, environment.substr(slash + 1));
}

bool Selector::matches_task(std::string_view service, std::string_view task) const {
    return service_.empty() || matches_part(service_, service) || matches_part(service_, task);
}

}  // namespace tenantry::world
