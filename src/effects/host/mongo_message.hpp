#pragma once

// Messages of MongoDB's protocol, as far as one question needs them: OP_MSG with one document (MongoDB's manual,
// "MongoDB Wire Protocol"; bsonspec.org).

#include <cstdint>
#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// A document that is being written. Names are literals.
class BsonWriter {
  public:
    BsonWriter& text(std::string_view name, std::string_view value);
    BsonWriter& number(std::string_view name, std::int32_t value);
    BsonWriter& bytes(std::string_view name, std::string_view value);
    /// The whole document.
    [[nodiscard]] std::string document() const;

  private:
    void begin(char kind, std::string_view name);
    std::string elements_;
};

/// A message that asks with a document.
std::string mongo_question(std::int32_t number, std::string_view document);

/// How many bytes a message begins with that say how many it has, and the most that an answer may have.
inline constexpr std::size_t mongoLengthSize = 4;
inline constexpr std::size_t longestMongoAnswer = 65536;

/// The length of a message, from its first bytes. An error where it is none of an answer.
Result<std::size_t> mongo_length(std::string_view beginning);
/// Success where the answer says `ok`; its own words where it does not; an error where it cannot be understood.
/// `message` is whole.
Result<void> mongo_answer(std::string_view message);

}  // namespace tenantry::host
