#pragma once

// What an image says of the process that runs in it, and how a service's own words go with it. Pure.

#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// Of an image's configuration; its user, ports, volumes and labels are not taken.
struct ImageSettings {
    std::vector<std::string> entryPoint;
    std::vector<std::string> command;
    std::vector<std::string> variables;  ///< `KEY=value`
    std::string folder;                  ///< where the process begins; empty: `/`
    bool operator==(const ImageSettings&) const = default;
};

/// As kept beside an image's files.
std::string to_text(const ImageSettings& settings);
Result<ImageSettings> settings_of(std::string_view text);

/// A process as it is started.
struct ImageProcess {
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::string folder;  ///< absolute, without `.`, `..` and empty parts
    bool operator==(const ImageProcess&) const = default;

    /// The value of a variable; empty where there is none.
    [[nodiscard]] std::string_view variable(std::string_view key) const;
};
/// The image's entry point, then the service's own words or, without any, the image's command. The image's variables
/// first, without those that the service has: the service's are stronger, but for PATH, which says where programs of
/// the image lie.
ImageProcess process_of(const ImageSettings& settings, const std::vector<std::string>& args,
                        std::vector<std::string> env);

}  // namespace tenantry::host
