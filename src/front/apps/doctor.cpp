// `tenantry doctor`: can this machine run environments?

#include <algorithm>

#include <tenantry/host/doctor.hpp>

#include "live_commands.hpp"

namespace tenantry::apps {
namespace {

host::Finding daemon(const std::string& socket) {
    auto client = client::Client::connect(socket);
    if (client)
        if (const auto status = client->status()) return {"daemon", true, fmt::format("answers at {}", socket), {}};
    return {"daemon", false, fmt::format("nobody answers at {}", socket), "start it as root: `tenantryd`"};
}

}  // namespace

Exit doctor(const Options& options, const LiveOptions& own) {
    std::vector<host::Finding> findings = host::examine_machine();
    findings.push_back(daemon(own.socket));
    JsonText json;
    json.object().member("version", jsonVersion).member("command", "doctor").key("findings").array();
    std::string text;
    for (const host::Finding& one : findings) {
        text += fmt::format("{:<10} {:<4} {}\n", one.what, one.good ? "ok" : "BAD", view::printable(one.detail));
        if (!one.help.empty()) text += fmt::format("           = help: {}\n", one.help);
        json.object(Layout::line).member("what", one.what).member("good", one.good).member("detail", one.detail);
        json.member("help", one.help).end();
    }
    const auto bad = std::ranges::count(findings, false, &host::Finding::good);
    text += bad == 0 ? "This machine can run environments.\n" : fmt::format("{} to mend.\n", bad);
    json.end().end();
    if (options.json) text = std::move(json).take();
    std::fwrite(text.data(), 1, text.size(), stdout);
    return bad == 0 ? Exit::done : Exit::failed;
}

}  // namespace tenantry::apps
