#include <fmt/format.h>

#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/compile.hpp>

namespace tenantry::compile {

Diagnostics beyond_local(const model::Platform& platform) {
    Diagnostics diagnostics;
    const auto warn = [&](Span at, std::string what) { diagnostics.add(code::notOnLocal, at, std::move(what)); };
    for (const model::Store& store : platform.stores)
        warn(store.at, fmt::format("The store `{}` is not run on target local yet.", store.name.str()));
    for (const model::Job& job : platform.jobs)
        warn(job.at, fmt::format("The job `{}` is not run on target local yet.", job.name.str()));
    for (const model::Secret& secret : platform.secrets)
        warn(secret.at, fmt::format("The secret `{}` is not given on target local yet.", secret.name.str()));
    for (const model::AccessEntry& access : platform.access)
        warn(access.at, fmt::format("The access `{}` is not opened on target local yet.", access.name.str()));
    for (const model::Service& service : platform.services)
        if (!service.egress.empty())
            warn(service.at, fmt::format("The egress of `{}` is not opened on target local yet.", service.name.str()));
    return diagnostics;
}

}  // namespace tenantry::compile
