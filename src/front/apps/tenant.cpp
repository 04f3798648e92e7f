// `tenantry tenant list|show`: what the files say about tenants.

#include <tenantry/view/tenants.hpp>

#include "file_commands.hpp"

namespace tenantry::apps {

Exit tenant_list(const Options& options) {
    return with_platform(options, "tenant list", [&](Session& session) {
        if (options.json) {
            JsonText json = session.begin_json("tenant list");
            view::tenants_json(session.sources(), *session.compiled(), json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::tenants_text(session.sources(), *session.compiled()));
        }
        return Exit::done;
    });
}

Exit tenant_show(const Options& options, const TenantOptions& own) {
    return with_platform(options, "tenant show", [&](Session& session) {
        const compile::Compiled& compiled = *session.compiled();
        const model::Tenant* tenant = compiled.model.platform.tenant(own.name);
        if (tenant == nullptr) return report(no_such_tenant(compiled.model.platform, own.name), Exit::usage);
        if (options.json) {
            JsonText json = session.begin_json("tenant show");
            view::tenant_json(session.sources(), compiled, *tenant, json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::tenant_text(session.sources(), compiled, *tenant, session.style()));
        }
        return Exit::done;
    });
}

Error no_such_tenant(const model::Platform& platform, std::string_view name) {
    std::vector<std::string_view> known;
    for (const model::Tenant& tenant : platform.tenants) known.push_back(tenant.name.str());
    const auto near = did_you_mean(name, known);
    return Error(fmt::format("there is no tenant `{}`; {}", name,
                             near ? fmt::format("did you mean `{}`?", *near) : "`tenantry tenant list` names them"));
}

}  // namespace tenantry::apps
