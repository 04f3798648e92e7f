#include <cstddef>
#include <cstdint>
#include <string_view>

#include <mongo_message.hpp>

#include "laws.hpp"

// Whatever a store answers: it is well, or an error of one line; and of a length no more is read than may be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenantry;
    const std::string_view message(reinterpret_cast<const char*>(data), size);
    const auto answer = host::mongo_answer(message);
    fuzz::require(answer || answer.error().text().find('\n') == std::string::npos);
    const auto length = host::mongo_length(message);
    fuzz::require(!length || (*length > host::mongoLengthSize && *length <= host::longestMongoAnswer));
    return 0;
}
