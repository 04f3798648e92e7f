#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/support/lending.hpp>
#include <tenantry/view/explain.hpp>

namespace tenantry::view {
namespace {

class Explained : public testing::Test {
  protected:
    support::PlatformText text{support::lending_text() + "--- platform.lock\ntenantry-lock 1\nplatform lend "
                                                         "7f3c0e5a91d2ab03\nblock 10.0.0.0/20 acme/production "
                                                         "aws=222222222222 layout=1 uid=1048576 gen=1\n"};
    Diagnostics diagnostics;
    std::optional<compile::Compiled> compiled =
        compile::compile(text.sources, {text.inputs, text.lock}, Pool(1), diagnostics);

    std::string said(const char* environment, const char* path) {
        const auto answer = compile::explain(*compiled, environment, path);
        return answer ? explain_text(text.sources, *answer, Style{}) : "error: " + answer.error() + "\n";
    }
};

TEST_F(Explained, SettingsGroupsAndTasksReadLikeThis) {
    ASSERT_TRUE(compiled) << diagnostics.all()[0].detail;
    std::string all;
    for (const char* path : {"",
                             "services.api.tasks",
                             "services.api.cpu",
                             "services.api.env.LOG_LEVEL",
                             "services.api",
                             "services.web",
                             "services.web.routes",
                             "services.web.routes./api",
                             "services.scoring.egress",
                             "stores.books.size",
                             "stores.books",
                             "zones",
                             "protect",
                             "logs",
                             "backups.pitr",
                             "hosts",
                             "jobs.accrue",
                             "jobs.accrue.timeout",
                             "secrets.jwt_key.rotate",
                             "access.reporting.stores",
                             "delivery.waves",
                             "network.pool",
                             "block",
                             "account",
                             "services.api.taks",
                             "service",
                             "services.api.tasks.production",
                             "jobs.seed"})
        all += fmt::format("$ explain acme/production {}\n{}\n", path, said("acme/production", path));
    all += "$ explain norte/production block\n" + said("norte/production", "block") + "\n";
    all += "$ explain sur/demo services.api.env.CURRENCY\n" + said("sur/demo", "services.api.env.CURRENCY") + "\n";
    all += "$ explain acme/prodution block\n" + said("acme/prodution", "block");
    support::expect_golden("view/explain.txt", all);
}

TEST_F(Explained, AsJson) {
    ASSERT_TRUE(compiled);
    JsonText json;
    json.array();
    for (const char* path : {"services.api.tasks", "services.api", "logs"}) {
        json.object();
        explain_json(text.sources, *compile::explain(*compiled, "acme/production", path), json);
        json.end();
    }
    json.end();
    support::expect_golden("view/explain.json", std::move(json).take());
}

}  // namespace
}  // namespace tenantry::view
