#include <tenantry/view/plan.hpp>

#include "command.hpp"

namespace tenantry::apps {

Exit validate(const Options& options) {
    return with_platform(options, "validate", [](Session& session) {
        const auto& blueprint = session.compiled()->blueprint;
        const std::size_t tenants = session.compiled()->model.platform.tenants.size();
        std::string answer;
        if (session.options().json) {
            JsonText json = session.begin_json("validate");
            json.member("valid", true)
                .member("tenants", tenants)
                .member("environments", blueprint.environments.size())
                .end();
            answer = std::move(json).take();
        } else if (!session.options().quiet) {
            answer = fmt::format("valid: {} tenant{}, {} environment{}\n", tenants, tenants == 1 ? "" : "s",
                                 blueprint.environments.size(), blueprint.environments.size() == 1 ? "" : "s");
        }
        session.print(answer);
        return Exit::done;
    });
}

Exit shapes(const Options& options) {
    return with_platform(options, "shapes", [&](Session& session) {
        if (options.json) {
            JsonText json = session.begin_json("shapes");
            view::shapes_json(session.sources(), *session.compiled(), json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::shapes_text(session.sources(), *session.compiled(), session.style()));
        }
        return Exit::done;
    });
}

}  // namespace tenantry::apps
