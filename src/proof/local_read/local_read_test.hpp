#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/source.hpp>
#include <tenantry/verify/facts.hpp>

namespace tenantry::local_read {

/// The files of tests/data/local/two-environments.txt, to be changed and then read. Environments 0 and 1 are
/// `acme/production` and `globex/demo`.
class Files {
  public:
    Files();

    /// Replaces the one place in the file where `before` stands; the test fails where there is none or a second.
    Files& replace(std::string_view path, std::string_view before, std::string_view after);
    Files& set(std::string_view path, std::string text);
    Files& remove(std::string_view path);
    [[nodiscard]] const std::string& text(std::string_view path) { return text_of(path); }

    /// Reads them; `check_invariants` is part of it.
    verify::Facts read();
    /// What was not understood, each as `OWNER: sentence` (`everybody` without an owner). Diagnostics fail the test.
    std::vector<std::string> unclear();
    /// The diagnostics, each as `CODE PLACE: detail` with the bytes that it points at.
    std::vector<std::string> diagnostics();

    [[nodiscard]] std::string_view bytes(Span at) const { return sources_.text(at); }

    Diagnostics found;  ///< by the last `read`

  private:
    std::string& text_of(std::string_view path);

    std::vector<std::pair<std::string, std::string>> files_;
    Sources sources_;
};

/// What an extra base chain `test` of acme/production's router became.
struct Chained {
    std::string rules;                 ///< as `to_text` has them, a line each
    std::vector<std::string> unclear;  ///< as Files::unclear
    std::vector<std::string> places;   ///< the bytes of each rule's span
};
/// Appends nft commands to the text's own: `commands` are JSON objects with commas between them. The chains `test` (at
/// forward) and `other` are there already.
Chained with_commands(std::string_view commands);
/// The same for one rule of `test` with these statements.
Chained with_rule(std::string_view statements);
/// The command that adds such a rule.
std::string rule_command(std::string_view statements, std::string_view chain = "test");

}  // namespace tenantry::local_read
