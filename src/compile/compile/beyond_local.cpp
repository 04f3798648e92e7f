#include <fmt/format.h>

#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/model/variables.hpp>

namespace tenantry::compile {

Diagnostics beyond_local(const model::Platform& platform) {
    Diagnostics diagnostics;
    const auto warn = [&](Span at, std::string what) { diagnostics.add(code::notOnLocal, at, std::move(what)); };
    for (const model::Store& store : platform.stores)
        if (store.asVariable)
            warn(store.at, fmt::format("`{0}` gives {1}_URL_FILE on target local, and no {1}_URL yet.",
                                       store.name.str(), model::variable_stem(store.name.str())));
    for (const model::Secret& secret : platform.secrets) {
        if (!secret.makeBytes)
            warn(secret.at,
                 fmt::format("`{}` cannot be given a value on target local yet; one with `make` gets it by itself.",
                             secret.name.str()));
        if (secret.asVariable)
            warn(secret.at, fmt::format("`{0}` gives {1}_FILE on target local, and no {1} yet.", secret.name.str(),
                                        model::variable_stem(secret.name.str())));
        if (secret.rotate)
            warn(secret.at, fmt::format("`{}` is not rotated by itself on target local yet.", secret.name.str()));
    }
    for (const model::AccessEntry& access : platform.access)
        warn(access.at, fmt::format("The access `{}` is not opened on target local yet.", access.name.str()));
    for (const model::Service& service : platform.services)
        if (!service.egress.empty())
            warn(service.at, fmt::format("The egress of `{}` is not opened on target local yet.", service.name.str()));
    return diagnostics;
}

}  // namespace tenantry::compile
