#pragma once

// What may stand behind each key, as data: the tables of keys.hpp lead here, and the JSON Schema is made from it. A
// test holds every pattern against the parser that reads the value.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenantry::model {

struct Key;

/// A single value with a grammar.
struct Scalar {
    struct Range {
        std::int64_t low;
        std::int64_t high;
    };
    std::string_view name;     ///< of its definition in the schema
    std::string_view meaning;  ///< one phrase with an example
    bool (*accepts)(std::string_view text);
    /// An ECMA-262 regular expression of the whole text; nothing where `words` are all there are.
    std::string (*pattern)() = nullptr;
    std::vector<std::string_view> (*words)() = nullptr;
    /// Why the pattern takes more than the parser; empty: it takes the same.
    std::string_view wider = {};
    /// What YAML may read a good text as, beside a text.
    bool number = false;
    bool truth = false;
    std::optional<Range> range = std::nullopt;  ///< of numbers
};

/// A value and what may stand in it.
struct Type {
    enum class Form : std::uint8_t {
        scalar,
        either,  ///< a scalar, or what `of` says
        list,    ///< of `of`
        named,   ///< a map: keys of the grammar `scalar`, values `of`
        table,   ///< a map with the keys of a table, and beside them keys of the grammar `scalar` with values `of`
    };
    Form form = Form::scalar;
    const Scalar* scalar = nullptr;
    const Type* of = nullptr;
    std::span<const Key> (*keys)() = nullptr;
    std::string_view name = {};  ///< of a table's definition in the schema
    std::size_t least = 0;       ///< entries of a map
    std::size_t most = 0;        ///< 0: any number
};

namespace scalars {
extern const Scalar platformName, stageName, tenantName, serviceName, storeName, jobName, secretName, accessName,
    hostName, pathPrefix, imageRef, envKey, freeText, staticFolder, relativePath, include;
extern const Scalar pool, range, block, zones, idle, duration, cpu, bytes, tasks, port, truth;
extern const Scalar tier, access, engine, cache, asVariable, make, given, when, overlap, schedule, hostPort;
extern const Scalar claim, where, date, share, count, freeze, region, account;
/// Each of them.
std::span<const Scalar* const> all();
}  // namespace scalars

namespace types {
// The whole of a file.
extern const Type platformFile, tenantFile;
}  // namespace types

}  // namespace tenantry::model
