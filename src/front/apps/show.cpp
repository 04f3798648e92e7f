// `tenantry show`: one environment, whole.

#include <tenantry/compile/explain.hpp>
#include <tenantry/view/show.hpp>

#include "command.hpp"

namespace tenantry::apps {

Exit show(const Options& options, const ShowOptions& own) {
    return with_platform(options, "show", [&](Session& session) {
        const auto found = compile::find_environment(session.compiled()->blueprint, own.environment);
        if (!found) return report(Error(found.error()), Exit::usage);
        if (options.json) {
            JsonText json = session.begin_json("show");
            view::show_json(*session.compiled(), **found, json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::show_text(*session.compiled(), **found));
        }
        return Exit::done;
    });
}

}  // namespace tenantry::apps
