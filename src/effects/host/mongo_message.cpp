#include "mongo_message.hpp"

#include <bit>
#include <cstring>
#include <optional>

#include "files.hpp"

namespace tenantry::host {
namespace {

constexpr std::int32_t opMsg = 2013;
// Four numbers of a header, flags, the kind of the one section.
constexpr std::size_t beforeDocument = 4 * sizeof(std::int32_t) + sizeof(std::uint32_t) + 1;
constexpr std::size_t leastMessage = beforeDocument + 5;

enum Kind : char {
    real = 1,
    string = 2,
    document = 3,
    array = 4,
    binary = 5,
    objectId = 7,
    boolean = 8,
    instant = 9,
    null = 10,
    integer = 16,
    stamp = 17,
    longInteger = 18
};

template <class Number>
void put(std::string& to, Number number) {
    static_assert(std::endian::native == std::endian::little, "BSON's numbers are little-endian");
    char bytes[sizeof(Number)];
    std::memcpy(bytes, &number, sizeof(Number));
    to.append(bytes, sizeof(Number));
}

std::unexpected<Error> broken() { return fail("its answer is no message of MongoDB's protocol"); }

// Reads from the front of what is left.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    template <class Number>
    Result<Number> number() {
        const std::string_view bytes = TRY(this->bytes(sizeof(Number)));
        Number value;
        std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }
    Result<std::string_view> bytes(std::size_t count) {
        if (count > left_.size()) return broken();
        const std::string_view taken = left_.substr(0, count);
        left_.remove_prefix(count);
        return taken;
    }
    Result<std::string_view> name() {
        const std::size_t end = left_.find('\0');
        if (end == std::string_view::npos) return broken();
        const std::string_view taken = left_.substr(0, end);
        left_.remove_prefix(end + 1);
        return taken;
    }
    /// A length that counts itself and `more` bytes behind it, and what it counts.
    Result<std::string_view> counted(std::size_t more) {
        const auto length = TRY(number<std::int32_t>());
        if (length < 0) return broken();
        return bytes(static_cast<std::size_t>(length) + more);
    }
    [[nodiscard]] bool at_end() const { return left_.empty(); }

  private:
    std::string_view left_;
};

struct Answer {
    bool ok = false;
    std::string error;
};

Result<void> read_element(Reader& reader, Answer& answer) {
    const char kind = TRY(reader.bytes(1)).front();
    const std::string_view name = TRY(reader.name());
    switch (kind) {
        case real: {
            const auto value = TRY(reader.number<double>());
            if (name == "ok") answer.ok = value == 1;
            return {};
        }
        case integer: {
            const auto value = TRY(reader.number<std::int32_t>());
            if (name == "ok") answer.ok = value == 1;
            return {};
        }
        case string: {
            const std::string_view value = TRY(reader.counted(0));
            if (value.empty()) return broken();
            if (name == "errmsg") answer.error = one_line(value.substr(0, value.size() - 1));
            return {};
        }
        case document:
        case array: {
            const auto length = TRY(reader.number<std::int32_t>());
            if (length < static_cast<std::int32_t>(sizeof(length))) return broken();
            TRY(reader.bytes(static_cast<std::size_t>(length) - sizeof(length)));
            return {};
        }
        case binary:
            TRY(reader.counted(1));
            return {};
        case objectId:
            TRY(reader.bytes(12));
            return {};
        case boolean:
            TRY(reader.bytes(1));
            return {};
        case null:
            return {};
        case instant:
        case stamp:
        case longInteger:
            TRY(reader.bytes(8));
            return {};
        default:
            return broken();
    }
}

}  // namespace

void BsonWriter::begin(char kind, std::string_view name) {
    elements_ += kind;
    elements_ += name;
    elements_ += '\0';
}

BsonWriter& BsonWriter::text(std::string_view name, std::string_view value) {
    begin(string, name);
    put(elements_, static_cast<std::int32_t>(value.size() + 1));
    elements_ += value;
    elements_ += '\0';
    return *this;
}

BsonWriter& BsonWriter::number(std::string_view name, std::int32_t value) {
    begin(integer, name);
    put(elements_, value);
    return *this;
}

BsonWriter& BsonWriter::bytes(std::string_view name, std::string_view value) {
    begin(binary, name);
    put(elements_, static_cast<std::int32_t>(value.size()));
    elements_ += '\0';  // of no kind in particular
    elements_ += value;
    return *this;
}

std::string BsonWriter::document() const {
    std::string whole;
    put(whole, static_cast<std::int32_t>(sizeof(std::int32_t) + elements_.size() + 1));
    whole += elements_;
    whole += '\0';
    return whole;
}

std::string mongo_question(std::int32_t number, std::string_view document) {
    std::string message;
    put(message, static_cast<std::int32_t>(beforeDocument + document.size()));
    put(message, number);
    put(message, std::int32_t{0});
    put(message, opMsg);
    put(message, std::uint32_t{0});
    message += '\0';
    message += document;
    return message;
}

Result<std::size_t> mongo_length(std::string_view beginning) {
    const auto length = TRY(Reader(beginning).number<std::int32_t>());
    if (length < static_cast<std::int32_t>(leastMessage) || length > static_cast<std::int32_t>(longestMongoAnswer))
        return broken();
    return static_cast<std::size_t>(length);
}

Result<void> mongo_answer(std::string_view message) {
    Reader reader(message);
    TRY(reader.bytes(3 * sizeof(std::int32_t)));
    if (TRY(reader.number<std::int32_t>()) != opMsg) return broken();
    TRY(reader.bytes(beforeDocument - 4 * sizeof(std::int32_t)));
    const auto length = TRY(reader.number<std::int32_t>());
    constexpr auto around = static_cast<std::int32_t>(sizeof(std::int32_t)) + 1;
    if (length < around) return broken();
    Reader elements(TRY(reader.bytes(static_cast<std::size_t>(length - around))));
    Answer answer;
    TRY(reader.bytes(1));
    while (!elements.at_end()) TRY_VOID(read_element(elements, answer));
    if (answer.ok) return {};
    return fail("{}", answer.error.empty() ? "it says no more than that it failed" : answer.error);
}

}  // namespace tenantry::host
