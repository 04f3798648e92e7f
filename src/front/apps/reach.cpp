// `tenantry reach FROM TO`: would a connection arrive, and by which way?

#include <tenantry/compile/reach.hpp>
#include <tenantry/view/verdicts.hpp>

#include "live_commands.hpp"

namespace tenantry::apps {

Exit reach(const Options& options, const ReachOptions& own) {
    return with_platform(options, "reach", [&](Session& session) {
        const blueprint::Blueprint& blueprint = session.compiled()->blueprint;
        auto texts = own.live ? live_texts(own.socket, blueprint.commons.platform.str())
                              : local_emit::emit_all(blueprint, session.pool());
        if (!texts) return report(texts.error());
        const auto facts = compile::read_facts(*texts, session.sources(), session.diagnostics());
        if (!facts) return refuse(session, "reach");
        const auto found = compile::reach(blueprint, *facts, own.from, own.to);
        if (!found) return report(found.error(), Exit::usage);
        if (options.json) {
            JsonText json = session.begin_json("reach");
            json.member("source", own.live ? "live" : "text");
            view::reach_json(session.sources(), *found, json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::reach_text(session.sources(), *found, session.style()));
        }
        return found->reaches ? Exit::done : Exit::failed;
    });
}

}  // namespace tenantry::apps
