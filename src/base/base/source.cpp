#include <algorithm>
#include <limits>

#include <tenantry/base/check.hpp>
#include <tenantry/base/source.hpp>

namespace tenantry {

SourceId Sources::add(std::string name, std::string text) {
    TENANTRY_CHECK(text.size() < std::numeric_limits<std::uint32_t>::max(), "a source is under 4 GiB");
    sources_.push_back({std::move(name), std::move(text)});
    return SourceId{static_cast<std::uint32_t>(sources_.size() - 1)};
}

std::string_view Sources::name(SourceId id) const {
    TENANTRY_CHECK(id.at < sources_.size(), "the source exists");
    return sources_[id.at].name;
}

std::string_view Sources::text(SourceId id) const {
    TENANTRY_CHECK(id.at < sources_.size(), "the source exists");
    return sources_[id.at].text;
}

std::string_view Sources::text(Span span) const {
    const std::string_view all = text(span.source);
    const std::size_t begin = std::min<std::size_t>(span.begin, all.size());
    const std::size_t end = std::clamp<std::size_t>(span.end, begin, all.size());
    return all.substr(begin, end - begin);
}

Position Sources::position(SourceId id, std::uint32_t offset) const {
    const std::string_view all = text(id);
    const std::string_view before = all.substr(0, std::min<std::size_t>(offset, all.size()));
    const std::size_t lineStart = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    Position position;
    position.line = 1 + static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
    position.column = 1 + static_cast<std::uint32_t>(code_points(before.substr(lineStart)));
    return position;
}

std::string_view Sources::line(SourceId id, std::uint32_t offset) const {
    const std::string_view all = text(id);
    const std::size_t at = std::min<std::size_t>(offset, all.size());
    const std::size_t before = at == 0 ? std::string_view::npos : all.rfind('\n', at - 1);
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    std::string_view line = all.substr(start, all.find('\n', start) - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace tenantry
