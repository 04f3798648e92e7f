#include <cstddef>
#include <cstdint>
#include <string_view>

#include <answer_head.hpp>

#include "laws.hpp"

// Whatever a service answers: an error of one line, or a head whose domains can stand in a text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenantry;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto head = host::parse_answer_head(text);
    if (!head) {
        fuzz::require(head.error().text().find('\n') == std::string::npos);
        return 0;
    }
    for (const std::string& domain : head->cookieDomains)
        fuzz::require(!domain.empty() && domain.find(';') == std::string::npos);
    return 0;
}
