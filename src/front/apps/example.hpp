#pragma once

#include <span>
#include <string_view>

namespace tenantry::apps {

struct ExampleFile {
    std::string_view path;
    std::string_view text;
};

/// What `init` writes beside the schemas: a small platform that is valid as it stands, for two customers.
std::span<const ExampleFile> example_files();

}  // namespace tenantry::apps
