#pragma once

// Turns a room's `codes.def` into constants. In the room's public `codes.hpp`:
//
//     namespace tenantry::syntax::code {
//     #define TENANTRY_CODE TENANTRY_CODE_CONSTANT
//     #include "codes.def"
//     #undef TENANTRY_CODE
//     std::span<const CodeInfo* const> all();   // in the order of the file
//     }
//
// A line of `codes.def`: TENANTRY_CODE(duplicateKey, "TN0104", error, "duplicate key", "Why and what to do.",
// "example")

#include <span>

#include <tenantry/base/diagnostic.hpp>

#define TENANTRY_CODE_CONSTANT(name, number, severity, summary, explanation, example) \
    inline constexpr ::tenantry::CodeInfo name{number, ::tenantry::Severity::severity, summary, explanation, example};
#define TENANTRY_CODE_ADDRESS(name, number, severity, summary, explanation, example) &name,
