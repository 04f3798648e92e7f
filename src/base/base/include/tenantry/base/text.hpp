#pragma once

// Strings with a closed grammar. A value of these types was accepted by its grammar; no other constructor exists, so a
// writer that takes them needs no quoting question. The grammars are those of the platform file's page.

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace tenantry {

/// Why a text is not of a grammar, as the end of a sentence: `may hold only a-z, 0-9 and hyphens`.
using Refusal = std::string;

namespace grammar {
/// DNS label (RFC 1123 2.1, RFC 1035 2.3.4): a-z, 0-9, hyphen inside, 1 to 63 bytes; lower case only.
std::optional<Refusal> label(std::string_view text);
/// A label that programs look up and connect to by `http://NAME:PORT`: none that inet_aton(3), and so getaddrinfo(3),
/// reads as an address (`2130706433`, `0x7f000001`), and not `unix`, behind which nginx expects a socket's path.
std::optional<Refusal> service_name(std::string_view text);
/// DNS name of two labels or more, lower case, 253 bytes at most (RFC 1035 2.3.4); the last label is no number (RFC
/// 1123 2.1; hexadecimal ones too: WHATWG URL, "ends in a number").
std::optional<Refusal> host_name(std::string_view text);
/// `/[A-Za-z0-9._~/-]{0,200}` without `..`, `//` and the segment `.`, which nginx takes out of a request before it
/// looks for a location; no slash at the end but for `/` itself.
std::optional<Refusal> path_prefix(std::string_view text);
/// `[registry[:port]/]path[:tag][@sha256:digest]`, path in lower case (OCI distribution spec, "Pulling manifests").
std::optional<Refusal> image_ref(std::string_view text);
/// `[a-z][a-z0-9_]*`, 63 bytes at most: a secret's name, whose upper case is a part of a variable's name.
std::optional<Refusal> secret_name(std::string_view text);
/// `[A-Z][A-Z0-9_]*`, 100 bytes at most: POSIX's portable environment names.
std::optional<Refusal> env_key(std::string_view text);
/// Valid UTF-8 without control characters (C0, DEL, C1) and without `{{resolve:`, 4096 bytes at most: for quoted sinks
/// only.
std::optional<Refusal> free_text(std::string_view text);
/// Absolute path of a file or folder: `/` and segments of `[A-Za-z0-9._~@+-]`, no `.` or `..`, 255 bytes at most.
std::optional<Refusal> file_path(std::string_view text);
/// The same without the leading slash: a path beneath the platform's folder.
std::optional<Refusal> relative_path(std::string_view text);
}  // namespace grammar

/// `Tag` tells types of one grammar apart (a tenant is no stage).
template <std::optional<Refusal> (*Grammar)(std::string_view), class Tag = void>
class Checked {
  public:
    static std::expected<Checked, Refusal> parse(std::string_view text) {
        if (auto refusal = Grammar(text)) return std::unexpected(std::move(*refusal));
        return Checked(std::string(text));
    }

    [[nodiscard]] const std::string& str() const { return text_; }
    auto operator<=>(const Checked&) const = default;

  private:
    explicit Checked(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

using Label = Checked<grammar::label>;
using PlatformName = Checked<grammar::label, struct PlatformTag>;
using TenantName = Checked<grammar::label, struct TenantTag>;
using StageName = Checked<grammar::label, struct StageTag>;
using ServiceName = Checked<grammar::service_name, struct ServiceTag>;
using StoreName = Checked<grammar::service_name, struct StoreTag>;
using JobName = Checked<grammar::label, struct JobTag>;
using AccessName = Checked<grammar::label, struct AccessTag>;
using SecretName = Checked<grammar::secret_name>;
using HostName = Checked<grammar::host_name>;
using PathPrefix = Checked<grammar::path_prefix>;
using ImageRef = Checked<grammar::image_ref>;
using EnvKey = Checked<grammar::env_key>;
using FreeText = Checked<grammar::free_text>;
using FilePath = Checked<grammar::file_path>;
using RelativePath = Checked<grammar::relative_path>;

/// TCP port, 1 to 65535.
struct Port {
    std::uint16_t number = 0;
    auto operator<=>(const Port&) const = default;
};

/// Nearest of `known` to a misspelt word, where one is near enough to be meant (at most one edit in three letters).
template <class Range>
std::optional<std::string_view> did_you_mean(std::string_view word, const Range& known);

/// Levenshtein distance with swaps of neighbours counted as one edit, in bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Bytes of the UTF-8 sequence (RFC 3629) that `bytes`, which is not empty, begins with; 0 where it begins with none.
std::size_t utf8_length(std::string_view bytes);

/// True where the bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view bytes);

template <class Range>
std::optional<std::string_view> did_you_mean(std::string_view word, const Range& known) {
    std::optional<std::string_view> best;
    std::size_t within = (word.size() < 3 ? 1 : word.size() / 3) + 1;
    for (std::string_view candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance >= within) continue;
        best = candidate;
        within = distance;
    }
    return best;
}

}  // namespace tenantry
