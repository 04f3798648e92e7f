#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/wire/messages.hpp>

namespace tenantry::wire {

/// `T` is one of the messages. Every member must be there, and no other.
template <class T>
std::string encode(const T& message);
template <class T>
Result<T> decode(std::string_view text);

/// Files one behind the other: for each the length of its path, `x` or `-`, the length of its bytes, path, bytes.
std::string encode(const std::vector<ImageFile>& files);
/// At most 10,000 files; paths are relative, without `.`, `..` and empty parts, each once.
Result<std::vector<ImageFile>> decode_image(std::string_view bytes);

}  // namespace tenantry::wire
