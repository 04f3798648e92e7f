#include <tenantry/ports/ports.hpp>
