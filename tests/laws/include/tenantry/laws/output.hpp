#pragma once

// Emitted files as tokens, by a lexer for each language that shares nothing with the writers.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/local_emit/local_emit.hpp>

namespace tenantry::laws {

/// Tokens of every file by its path. What depends on bytes and not on words stands as a word for itself: digests, and
/// the short names of interfaces, which are their tasks'. The rows of the manifest are in no order.
using Output = std::map<std::string, std::vector<std::string>>;

/// Ends with std::runtime_error where a file is none of its language, or a name passes the limit of the program that
/// takes it.
Output lex(std::span<const local_emit::LocalFile> files);

/// `output` with `to` for `from` in every form that a word takes: as it is, in the name of a variable, in the folder of
/// an image, as the program of a path.
Output replaced(const Output& output, std::string_view from, std::string_view to);

/// The first difference, for people; empty where there is none.
std::string difference(const Output& expected, const Output& actual);

}  // namespace tenantry::laws
