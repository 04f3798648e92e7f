#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include <tenantry/world/observed.hpp>

namespace tenantry::world {

std::string TaskEnd::str() const {
    if (outOfMemory) return "out of memory";
    if (code <= 128) return fmt::format("exit code {}", code);
    const int signal = code - 128;
    const char* name = ::sigabbrev_np(signal);
    return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("signal {} (SIG{})", signal, name);
}

}  // namespace tenantry::world
