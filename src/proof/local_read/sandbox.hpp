#pragma once

// What a task may do and sees: as its config.json wants it, or as observed.json says that the kernel has it.

#include <map>
#include <string_view>

#include "json_fields.hpp"

namespace tenantry::local_read {

class Sandboxes {
  public:
    explicit Sandboxes(Reading& reading) : reading_(reading) {}

    /// Of an OCI runtime configuration (1.0.2).
    verify::Sandbox read_wanted(const Scope& scope, const Object& root);
    /// Of an observed.json (docs/local-files.md); nothing, with a diagnostic, where it is none.
    std::optional<verify::Sandbox> read_observed(const Scope& scope, SourceId source);

  private:
    using ProfileIndex = Index<verify::Profile>;
    /// Tasks have their profiles word by word from one text: what was read once is not read again.
    template <class Lines>
    ProfileIndex profile_of(std::string_view bytes, const Lines& lines);
    ProfileIndex add(std::vector<std::string> lines);

    Reading& reading_;
    std::map<std::string_view, ProfileIndex> known_;  ///< by the bytes that it was read from
};

/// A mount's options in the words of mount(8); those that are not known are not understood.
void read_mount_options(const Scope& scope, const Node& options, verify::Mount& mount);
/// The lines of a seccomp profile, sorted (verify::Profile): `read allow`, `clone3 errno 38`, `socket allow if 0 == 1`.
std::vector<std::string> seccomp_lines(const Node& seccomp);

}  // namespace tenantry::local_read
