#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/source.hpp>

namespace tenantry {

enum class Severity : std::uint8_t { error, warning };

/// What is fixed about a kind of mistake. Made only in the `codes.def` of a room; the address is the identity.
struct CodeInfo {
    std::string_view code;  ///< `TN0104`: room (01 syntax, 02 model, 03 lock, 04 blueprint, 05 verify, 06 aws, 07
                            ///< local, 08 plan, 09 host, 10 store, 11 api) and number; never used for something else.
    Severity severity = Severity::error;
    std::string_view summary;      ///< Fixed words without names: `unknown key`.
    std::string_view explanation;  ///< Why it is refused and what to do, in full sentences.
    std::string_view example;  ///< A platform.yaml that gives this code. A line `--- platform.lock` begins the lock,
                               ///< `--- FILE` another file.
};

/// Another place that belongs to the mistake, with what it has to do with it.
struct Note {
    Span at;
    std::string text;
};

/// A mistake in an input, in final form. Detail and help are full sentences and carry the names.
struct Diagnostic {
    const CodeInfo* code = nullptr;
    Span at;             ///< The key or scalar to change; never the whole file.
    std::string detail;  ///< What is wrong here.
    std::string help;    ///< What to write; empty where there is nothing useful to say.
    std::vector<Note> notes;
};

/// What one run found, in any order until `sort`. Never throws a finding away: the view cuts what is shown.
class Diagnostics {
  public:
    void add(Diagnostic diagnostic) { all_.push_back(std::move(diagnostic)); }
    void add(const CodeInfo& code, Span at, std::string detail, std::string help = {}, std::vector<Note> notes = {}) {
        all_.push_back({&code, at, std::move(detail), std::move(help), std::move(notes)});
    }
    void append(Diagnostics other);
    /// By source, place, code, detail; equal ones once.
    void sort();

    [[nodiscard]] bool has_errors() const;
    [[nodiscard]] std::size_t count(Severity severity) const;
    [[nodiscard]] std::span<const Diagnostic> all() const { return all_; }
    [[nodiscard]] bool empty() const { return all_.empty(); }

  private:
    std::vector<Diagnostic> all_;
};

}  // namespace tenantry
