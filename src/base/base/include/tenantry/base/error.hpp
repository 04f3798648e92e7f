#pragma once

#include <expected>
#include <string>
#include <utility>

#include <fmt/core.h>

namespace tenantry {

/// Trouble of the machine (a file, a socket, a program): what was being done, to which object, and the cause.
/// A user's mistake in an input is a Diagnostic instead.
class Error {
  public:
    explicit Error(std::string cause) : text_(std::move(cause)) {}

    /// The whole story, outermost layer first: `writing out/x: creating the folder: permission denied`.
    [[nodiscard]] const std::string& text() const { return text_; }

    /// Puts what the caller was doing before what went wrong.
    [[nodiscard]] Error wrapped(std::string doing) && { return Error(std::move(doing) + ": " + text_); }

  private:
    std::string text_;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail("no space in {}", pool);`
template <class... Args>
std::unexpected<Error> fail(fmt::format_string<Args...> text, Args&&... args) {
    return std::unexpected(Error(fmt::format(text, std::forward<Args>(args)...)));
}

/// Adds a layer's own knowledge to an error: `TRY(wrap(read_all(file), "reading {}", path))`.
template <class T, class... Args>
Result<T> wrap(Result<T> result, fmt::format_string<Args...> doing, Args&&... args) {
    if (!result)
        return std::unexpected(std::move(result.error()).wrapped(fmt::format(doing, std::forward<Args>(args)...)));
    return result;
}

}  // namespace tenantry

/// The value of an expected, or returns its error from the function around it (std::expected of g++ 12 has no
/// `and_then`). Works for any std::expected whose error type converts.
#define TRY(...)                                                              \
    __extension__({                                                           \
        auto tryResult = (__VA_ARGS__);                                       \
        if (!tryResult) return std::unexpected(std::move(tryResult).error()); \
        std::move(*tryResult);                                                \
    })
/// The same where there is no value.
#define TRY_VOID(...)                                                         \
    do {                                                                      \
        auto tryResult = (__VA_ARGS__);                                       \
        if (!tryResult) return std::unexpected(std::move(tryResult).error()); \
    } while (false)
