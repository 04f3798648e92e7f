// `tenantry explain`: a code, a claim, or a setting of an environment.

#include <algorithm>
#include <cctype>

#include <tenantry/compile/explain.hpp>
#include <tenantry/host/codes.hpp>
#include <tenantry/view/explain.hpp>

#include "command.hpp"

namespace tenantry::apps {
namespace {

std::string claim_text(verify::Claim claim) {
    return fmt::format(
        "{}: {}\n{}\n", to_string(claim), sentence(claim),
        verify::decided_on_text(claim) ? "Decided on the texts of target local." : "Not decided by this version.");
}

Exit explain_code(const Options& options, const std::string& wanted) {
    std::string name = wanted;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    auto codes = compile::all_codes();
    codes.insert(codes.end(), host::code::all().begin(), host::code::all().end());
    const auto code = std::ranges::find(codes, name, &CodeInfo::code);
    const auto claim = verify::claim_from_string(name);
    const Session session(options);
    if (code == codes.end() && !claim)
        return report(Error(fmt::format("there is no code or claim `{}`; codes look like `TN0104`, claims like "
                                        "`NET-1`, settings like `acme/production services.api.tasks`",
                                        wanted)),
                      Exit::usage);
    if (options.json) {
        JsonText json = session.begin_json("explain");
        if (claim)
            json.member("claim", to_string(*claim))
                .member("sentence", sentence(*claim))
                .member("decidedOnText", verify::decided_on_text(*claim));
        else
            view::explain(**code, json);
        json.end();
        session.print(std::move(json).take());
    } else {
        session.print(claim ? claim_text(*claim) : view::explain(**code));
    }
    return Exit::done;
}

Exit explain_setting(const Options& options, const ExplainOptions& own) {
    return with_platform(options, "explain", [&](Session& session) {
        const auto said = compile::explain(*session.compiled(), own.subject, own.path);
        if (!said) return report(Error(said.error()), Exit::usage);
        if (options.json) {
            JsonText json = session.begin_json("explain");
            view::explain_json(session.sources(), *said, json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::explain_text(session.sources(), *said, session.style()));
        }
        return Exit::done;
    });
}

}  // namespace

Exit explain(const Options& options, const ExplainOptions& own) {
    if (own.subject.find('/') != std::string::npos) return explain_setting(options, own);
    if (!own.path.empty())
        return report(Error(fmt::format("`{}` is no environment; one is written `TENANT/STAGE`", own.subject)),
                      Exit::usage);
    return explain_code(options, own.subject);
}

}  // namespace tenantry::apps
