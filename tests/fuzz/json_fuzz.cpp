#include <cstddef>
#include <cstdint>

#include <tenantry/syntax/json.hpp>

#include "laws.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenantry;
    Sources sources;
    const SourceId id = sources.add("template.json", std::string(data, data + size));
    Diagnostics diagnostics;
    const auto tree = syntax::parse_json(sources, id, {}, diagnostics);
    fuzz::require_answer(sources, tree, diagnostics);
    if (tree) fuzz::require_spans(sources, syntax::Node::root(*tree));
    return 0;
}
