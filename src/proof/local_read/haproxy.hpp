#pragma once

// The parts of reading haproxy.cfg: sections, conditions, servers.

#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/syntax/config_text.hpp>

#include "reading.hpp"

namespace tenantry::local_read {

using syntax::Word;
using Words = std::span<const Word>;

/// A section of the configuration: its head line and the lines below it.
struct HaproxySection {
    Words head;
    std::vector<Words> lines;
};

/// `words` begins with these; `*` stands for any one word.
bool begins_with(Words words, std::initializer_list<std::string_view> pattern);
/// From the first word to the last.
Span span_of(Words words);

/// An `acl` of a frontend. HAProxy takes several lines of one name as alternatives.
class HaproxyAcl {
  public:
    /// `test`: the words behind the name.
    void add(Words test);

    /// Exactly the paths below one prefix or several, by whole segments (`/admin` with `/admin/...`).
    struct Paths {
        std::vector<std::string> prefixes;
        bool exact = true;  ///< false: the prefixes hold all that it matches, and more or less than that
    };
    /// Nothing where it does not look at the path alone.
    [[nodiscard]] std::optional<Paths> paths() const;
    /// Nothing where it does not compare the server name with texts.
    [[nodiscard]] std::optional<std::vector<Word>> server_names() const;
    /// The same for the variable that holds the Host header.
    [[nodiscard]] std::optional<std::vector<Word>> host_names() const;
    /// It holds where server name and that variable are equal.
    [[nodiscard]] bool compares_both() const;

  private:
    [[nodiscard]] std::optional<std::vector<Word>> words_of(std::initializer_list<std::string_view> test) const;
    std::vector<Words> tests_;
};
using HaproxyAcls = std::map<std::string, HaproxyAcl, std::less<>>;

/// `ADDRESS:PORT` or `NAME:PORT` of a server, and its settings.
std::optional<verify::Upstream> read_server(const Scope& scope, Words line);
/// A `server` or `default-server` line's settings: those that could change where requests go are not understood.
void check_server_settings(const Scope& scope, Words settings);
/// What a `bind` line listens on, into the proxy.
void read_bind(const Scope& scope, Words line, verify::Proxy& proxy);

/// True where a line of `global` is about TLS of all listening sockets; what it says goes into `tls`.
bool read_tls_default(const Scope& scope, Words line, verify::TlsFact& tls);
/// What a `bind` line makes of it, into the proxy: of several sockets the weakest.
void read_tls_bind(const Scope& scope, Words line, const verify::TlsFact& defaults, verify::Proxy& proxy);

/// One frontend with its backends; `tls` is what `global` says of TLS.
void read_frontend(const Scope& scope, const HaproxySection& frontend,
                   const std::map<std::string, std::vector<verify::Upstream>, std::less<>>& backends,
                   const verify::TlsFact& tls, verify::Proxy proxy);

/// Lines of `global`, `defaults` and backends that are not about where requests go; the others are not understood.
void check_global_line(const Scope& scope, Words line);
/// True where the line says `mode http`.
bool check_defaults_line(const Scope& scope, Words line);
void check_backend_line(const Scope& scope, Words line);
/// Waiting, logging and trying again, in whatever section.
bool is_shared_line(Words line);

}  // namespace tenantry::local_read
