#include <cstddef>
#include <cstdint>

#include <tenantry/syntax/config_text.hpp>

#include "laws.hpp"

namespace {

using namespace tenantry;

// Words lie in the order of the text.
void require_words(const Sources& sources, const std::vector<syntax::Word>& words, std::uint32_t& from) {
    fuzz::require(!words.empty());
    for (const syntax::Word& word : words) {
        fuzz::require_inside(sources, word.at);
        fuzz::require(from <= word.at.begin && word.at.begin < word.at.end);
        from = word.at.end;
    }
}

void require_directives(const Sources& sources, const std::vector<syntax::NginxDirective>& directives,
                        std::uint32_t& from) {
    for (const syntax::NginxDirective& directive : directives) {
        require_words(sources, directive.words, from);
        fuzz::require(directive.hasBlock || directive.block.empty());
        require_directives(sources, directive.block, from);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Sources sources;
    const SourceId id = sources.add("edge.cfg", std::string(data, data + size));
    Diagnostics ofNginx;
    const auto directives = syntax::parse_nginx(sources, id, {}, ofNginx);
    fuzz::require_answer(sources, directives, ofNginx);
    std::uint32_t from = 0;
    if (directives) require_directives(sources, *directives, from);

    Diagnostics ofHaproxy;
    const auto lines = syntax::parse_haproxy(sources, id, {}, ofHaproxy);
    fuzz::require_answer(sources, lines, ofHaproxy);
    from = 0;
    if (lines)
        for (const syntax::HaproxyLine& line : *lines) require_words(sources, line.words, from);
    return 0;
}
