#include <tenantry/world/json.hpp>

namespace tenantry::world {

template std::string to_json(const EnvironmentSpec& value);
template Result<EnvironmentSpec> from_json<EnvironmentSpec>(std::string_view text, std::size_t depth);

}  // namespace tenantry::world
