#pragma once

// What the readers of one call share: the texts by path, the facts so far, and where to report.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/source.hpp>
#include <tenantry/syntax/tree.hpp>
#include <tenantry/verify/facts.hpp>

namespace tenantry::local_read {

/// Below it lies the output folder of PLATFORM on the machine, as `platforms/PLATFORM` (docs/local-files.md).
inline constexpr std::string_view machineRoot = "/run/tenantry/";
/// Below it, as `PLATFORM/ENVIRONMENT`, lies what outlives an environment.
inline constexpr std::string_view keptRoot = "/var/lib/tenantry/placements/";

struct Reading {
    const Sources& sources;
    Diagnostics& diagnostics;
    std::map<std::string, SourceId, std::less<>> texts;
    std::map<std::string, std::string, std::less<>> platforms;  ///< by environment, as network.json says
    verify::Facts facts;

    [[nodiscard]] std::optional<SourceId> text(std::string_view path) const;
};

/// Reports on behalf of one environment, or (no owner) of what all share. As cheap as a pointer.
struct Scope {
    Reading& reading;
    verify::Owner owner;

    /// The text is readable, but what it means is not known; `what` is a full sentence.
    void unclear(Span at, std::string what) const;
    /// `/run/tenantry/platforms/PLATFORM/`, where the files of the environment's platform lie on the machine.
    [[nodiscard]] std::string folder() const;
    /// `/var/lib/tenantry/placements/PLATFORM/`; for a scope with an owner.
    [[nodiscard]] std::string kept() const;
    /// The text cannot be read.
    void wrong(const CodeInfo& code, Span at, std::string detail) const {
        reading.diagnostics.add(code, at, std::move(detail));
    }
    [[nodiscard]] Scope everybody() const { return {reading, std::nullopt}; }
};

/// The place of a whole text, for what is missing in it.
Span start_of(SourceId source);

}  // namespace tenantry::local_read
