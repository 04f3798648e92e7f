#include <fmt/format.h>

#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/compile.hpp>

namespace tenantry::compile {

Diagnostics beyond_local(const model::Platform& platform) {
    Diagnostics diagnostics;
    const auto warn = [&](Span at, std::string what) { diagnostics.add(code::notOnLocal, at, std::move(what)); };
    for (const model::Secret& secret : platform.secrets) {
        if (secret.rotate)
            warn(secret.at, fmt::format("`{}` is not rotated by itself on target local: `tenantry secret list` says "
                                        "when it is due, `tenantry secret rotate` does it.",
                                        secret.name.str()));
    }
    for (const model::AccessEntry& access : platform.access)
        warn(access.at, fmt::format("The access `{}` is not opened on target local yet.", access.name.str()));
    for (const model::Service& service : platform.services)
        if (!service.egress.empty())
            warn(service.at, fmt::format("The egress of `{}` is not opened on target local yet.", service.name.str()));
    return diagnostics;
}

}  // namespace tenantry::compile
