#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/view/status.hpp>

namespace tenantry::view {
namespace {

world::Status two_environments() {
    world::TaskStatus ready{
        .name = "api-1", .service = "api", .phase = "ready", .forMs = 61'000, .pid = 4711, .starts = 1};
    world::TaskStatus waiting{.name = "web-1", .service = "web", .phase = "waiting", .forMs = 999, .starts = 3};
    waiting.why = "exit code 3: no such \x1b[31mfile";
    world::EnvironmentStatus acme{
        .placement = {"lend", "acme/production"}, .phase = "up", .forMs = 7'200'000, .tookMs = 193};
    acme.block = "10.0.0.0/20";
    acme.hosts = {"acme.lend.localhost", "loans.acme.example"};
    acme.tasks = {ready};
    acme.ranges = {{"api", 3, 2, 6}};
    world::EnvironmentStatus norte{.placement = {"lend", "norte/demo"}, .phase = "failed", .forMs = 90'000'000};
    norte.why = "NET-5: api is reached by web";
    norte.tasks = {ready, waiting};
    return {7, {acme, norte}};
}

TEST(Status, IsATableWithTroubleUnderWhatHasIt) {
    support::expect_golden("view/status.txt", status_text(two_environments(), true, {}));
    EXPECT_EQ(status_text({}, true, {}), "Nothing runs on this machine.\n");
}

TEST(Status, IsOneObjectForPrograms) {
    JsonText json;
    json.object();
    status_json(two_environments(), json);
    json.end();
    support::expect_golden("view/status.json", std::move(json).take());
}

TEST(Status, ProgressIsALineAnEnvironment) {
    const world::Status status = two_environments();
    EXPECT_EQ(progress_line(status.environments[0], {}),
              "acme/production          up           after 193 ms  https://acme.lend.localhost:8443\n");
    EXPECT_EQ(progress_line(status.environments[1], {}),
              "norte/demo               failed       1 of 2 tasks ready\n  NET-5: api is reached by web\n");
}

TEST(Status, TimesAreRoundedDownToOneUnit) {
    EXPECT_EQ(time_text(999), "999 ms");
    EXPECT_EQ(time_text(59'999), "59 s");
    EXPECT_EQ(time_text(3'599'999), "59 min");
    EXPECT_EQ(time_text(86'399'999), "23 h");
    EXPECT_EQ(time_text(86'400'000), "1 d");
}

}  // namespace
}  // namespace tenantry::view
