// `secret set`, `list`, `rotate`; `certificate list`, `renew`.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include <termios.h>
#include <unistd.h>

#include <tenantry/host/secret.hpp>
#include <tenantry/view/secrets.hpp>
#include <tenantry/world/selector.hpp>

#include "kept_secrets.hpp"
#include "live_commands.hpp"
#include "live_progress.hpp"

namespace tenantry::apps {
namespace {

using compile::SecretUse;

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// Nobody sees what is typed, as long as it lives.
class Hidden {
  public:
    Hidden() : changed_(tcgetattr(STDIN_FILENO, &before_) == 0) {
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~Hidden() {
        if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;

  private:
    termios before_{};
    bool changed_;
};

// One byte more than may be says that it is too long.
std::string read_some(std::istream& from) {
    std::string bytes(wire::longestSecret + 2, '\0');
    from.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(from.gcount()));
    return bytes;
}

std::string typed(const std::string& name) {
    std::fprintf(stderr, "The value of %s (it is not shown): ", name.c_str());
    const Hidden hidden;
    std::string line;
    std::getline(std::cin, line);
    std::fputc('\n', stderr);
    return line;
}

Result<host::Secret> value_for(const SecretOptions& own) {
    std::string bytes;
    if (own.from.empty() && isatty(STDIN_FILENO) == 1) {
        bytes = typed(own.name);
    } else if (own.from.empty() || own.from == "-") {
        bytes = read_some(std::cin);
    } else {
        std::ifstream file(own.from, std::ios::binary);
        if (!file) return fail("{} cannot be read", own.from);
        bytes = read_some(file);
        if (file.bad()) return fail("{} cannot be read", own.from);
    }
    if (!own.raw && bytes.ends_with('\n')) bytes.pop_back();
    host::Secret value(std::move(bytes));
    if (value.reveal().empty()) return fail("the value is empty");
    if (value.reveal().size() > wire::longestSecret) return fail("the value has more than 64 KiB");
    return value;
}

// The given secret that is meant; else what to do.
Result<void> check_given(const blueprint::Blueprint& blueprint, const std::string& environment,
                         const SecretOptions& own, const host::Secret& value) {
    const auto found = std::ranges::find(blueprint.environments, environment, [](const auto& e) { return e.name(); });
    const std::vector<SecretUse> uses = compile::secret_uses(blueprint.shape(*found));
    const auto use = std::ranges::find(uses, own.name, &SecretUse::name);
    if (use == uses.end()) {
        std::vector<std::string> names;
        for (const SecretUse& one : uses)
            if (one.kind == SecretUse::Kind::given) names.push_back(one.name);
        std::string text = fmt::format("nobody in {} reads a secret `{}`", environment, view::printable(own.name));
        if (const auto near = did_you_mean(own.name, names)) text += fmt::format("; did you mean `{}`?", *near);
        return fail("{}", text);
    }
    if (use->kind != SecretUse::Kind::given)
        return fail("`{0}` is made, not given: `tenantry secret rotate {1} {0}` makes another one", own.name,
                    environment);
    const bool isText = is_utf8(value.reveal()) && value.reveal().find('\0') == std::string::npos;
    if (use->asVariable && !isText)
        return fail("`{}` has `as: env`, and this value cannot stand in a variable: it is no text", own.name);
    return {};
}

LiveOptions of_environments(LiveOptions live, const SecretOptions& own) {
    live.selectors = {own.environments};
    return live;
}

Result<std::string> single_environment(const blueprint::Blueprint& blueprint, const LiveOptions& live) {
    const std::vector<std::string> chosen = TRY(chosen_environments(blueprint, live));
    if (chosen.size() == 1) return chosen.front();
    return fail("{} means {} and {}, and each environment has a value of its own: name one", live.selectors.front(),
                chosen[0], chosen[1]);
}

world::Placement placement_of(const Session& session, const std::string& environment) {
    return {session.compiled()->blueprint.commons.platform.str(), environment};
}

// Until what reads it is replaced; nothing runs: it is there for the next `up`.
Exit follow_rolls(const Options& options, const LiveOptions& live, client::Client& daemon,
                  const std::vector<world::Placement>& rolling, std::string_view command, view::Style style) {
    if (live.detach || rolling.empty()) return Exit::done;
    const auto status = follow_up(options, daemon, rolling, style);
    if (!status) return report(status.error());
    for (const world::EnvironmentStatus& one : status->environments)
        if (one.phase != "up")
            return report(
                Error(fmt::format("{} is {} after `{}`: {}", one.placement.environment, one.phase, command, one.why)));
    return Exit::done;
}

void print(Session& session, JsonText json) {
    json.end();
    session.print(std::move(json).take());
}

}  // namespace

Exit secret_set(const Options& options, const LiveOptions& words, const SecretOptions& own) {
    const LiveOptions live = of_environments(words, own);
    return with_platform(options, "secret set", [&](Session& session) {
        const blueprint::Blueprint& blueprint = session.compiled()->blueprint;
        const auto environment = single_environment(blueprint, live);
        if (!environment) return report(environment.error(), Exit::usage);
        const auto value = value_for(own);
        if (!value) return report(value.error(), Exit::badInput);
        if (const auto checked = check_given(blueprint, *environment, own, *value); !checked)
            return report(checked.error(), Exit::badInput);
        auto daemon = client::Client::connect(live.socket);
        if (!daemon) return report(daemon.error());
        const world::Placement placement = placement_of(session, *environment);
        const auto answer = daemon->set_secret(placement, own.name, value->reveal());
        if (!answer) return report(answer.error());
        std::vector<world::Placement> rolling;
        if (answer->rolls) rolling.push_back(placement);
        const Exit end = follow_rolls(options, live, *daemon, rolling, "secret set", session.style());
        if (options.json) {
            JsonText json = session.begin_json("secret set");
            json.member("environment", *environment).member("name", own.name);
            json.member("valueVersion", answer->version).member("rolls", answer->rolls);
            print(session, std::move(json));
        } else if (!options.quiet) {
            session.print(fmt::format("{} of {} has version {}{}\n", own.name, *environment, answer->version,
                                      answer->rolls ? "" : "; nothing that runs had to be replaced"));
        }
        return end;
    });
}

Exit secret_list(const Options& options, const LiveOptions& live) {
    return with_platform(options, "secret list", [&](Session& session) {
        const blueprint::Blueprint& blueprint = session.compiled()->blueprint;
        const auto environments = chosen_environments(blueprint, live);
        if (!environments) return report(environments.error(), Exit::usage);
        auto daemon = client::Client::connect(live.socket);
        if (!daemon) return report(daemon.error());
        const auto kept = kept_secrets(*daemon, blueprint.commons.platform.str());
        if (!kept) return report(kept.error());
        const std::vector<view::SecretRow> rows = view::secret_rows(blueprint, *environments, *kept);
        if (options.json) {
            JsonText json = session.begin_json("secret list");
            view::secrets_json(rows, now(), json);
            print(session, std::move(json));
        } else {
            session.print(view::secrets_text(rows, now(), session.style()));
        }
        return Exit::done;
    });
}

Exit secret_rotate(const Options& options, const LiveOptions& words, const SecretOptions& own) {
    const LiveOptions live = of_environments(words, own);
    return with_platform(options, "secret rotate", [&](Session& session) {
        const auto environments = chosen_environments(session.compiled()->blueprint, live);
        if (!environments) return report(environments.error(), Exit::usage);
        auto daemon = client::Client::connect(live.socket);
        if (!daemon) return report(daemon.error());
        std::vector<world::Placement> rolling;
        std::string text;
        JsonText json = session.begin_json("secret rotate");
        json.key("rotated").array();
        for (const std::string& environment : *environments) {
            const auto answer = daemon->rotate({.placement = placement_of(session, environment), .name = own.name});
            if (!answer) return report(answer.error());
            if (answer->rolls) rolling.push_back(placement_of(session, environment));
            for (const std::string& name : answer->names) {
                json.object(Layout::line).member("environment", environment).member("name", name).end();
                text += fmt::format("{}: {} has another value\n", environment, name);
            }
        }
        json.end();
        const Exit end = follow_rolls(options, live, *daemon, rolling, "secret rotate", session.style());
        if (options.json)
            print(session, std::move(json));
        else if (!options.quiet)
            session.print(text);
        return end;
    });
}

namespace {

Result<std::vector<view::CertificateRow>> certificate_rows(const Options& options, const LiveOptions& live,
                                                           client::Client& daemon) {
    const world::Status status = TRY(daemon.status());
    const std::string platform = TRY(platform_of(options, live, status));
    std::vector<world::Selector> selectors;
    for (const std::string& text : live.selectors) selectors.push_back(TRY(world::Selector::parse(text)));
    std::vector<view::CertificateRow> rows;
    for (wire::Certificate& one : TRY(daemon.certificates(platform)).certificates) {
        const auto is_meant = [&](const world::Selector& s) { return s.matches(one.placement.environment); };
        if (std::ranges::any_of(selectors, is_meant))
            rows.push_back({one.placement.environment, std::move(one.hosts), std::move(one.serial),
                            std::chrono::sys_seconds(std::chrono::seconds(one.until))});
    }
    return rows;
}

Exit show_certificates(const Options& options, const LiveOptions& live, client::Client& daemon,
                       std::string_view command) {
    const auto rows = certificate_rows(options, live, daemon);
    if (!rows) return report(rows.error());
    std::string text;
    if (options.json) {
        JsonText json;
        json.object().member("version", jsonVersion).member("command", command);
        view::certificates_json(*rows, now(), json);
        json.end();
        text = std::move(json).take();
    } else {
        text = view::certificates_text(*rows, now(), Session(options).style());
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    return Exit::done;
}

}  // namespace

Exit certificate_list(const Options& options, const LiveOptions& live) {
    auto daemon = client::Client::connect(live.socket);
    if (!daemon) return report(daemon.error());
    return show_certificates(options, live, *daemon, "certificate list");
}

Exit certificate_renew(const Options& options, const LiveOptions& live) {
    auto daemon = client::Client::connect(live.socket);
    if (!daemon) return report(daemon.error());
    const auto status = daemon->status();
    if (!status) return report(status.error());
    const auto chosen = choose(options, live, *status);
    if (!chosen) return report(chosen.error());
    wire::RenewRequest request;
    for (const Chosen& one : *chosen) request.placements.push_back(one.environment.placement);
    const auto answer = daemon->renew_certificates(request);
    if (!answer) return report(answer.error());
    return show_certificates(options, live, *daemon, "certificate renew");
}

}  // namespace tenantry::apps
