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
    world::TaskStatus accrue{.name = "accrue-1", .service = "accrue", .phase = "scheduled"};
    accrue.times = {.schedule = "02:00 Europe/Madrid",
                    .resets = false,
                    .next = "2026-11-30T01:00:00Z",
                    .passedOver = "2026-11-29T01:00:00Z: the run before goes on",
                    .runs = {{1, "2026-11-27T09:30:00Z", "", true, 2'100, true, "exit code 0"},
                             {2, "2026-11-28T01:00:00Z", "2026-11-28T01:00:00Z", true, 61'000, false, "exit code 1"}}};
    world::TaskStatus seed{.name = "seed-1", .service = "seed", .phase = "running", .forMs = 40, .pid = 4712};
    seed.times = {.schedule = "Sun 03:00 Europe/Madrid",
                  .resets = true,
                  .next = {},
                  .passedOver = {},
                  .runs = {{7, "2026-11-29T02:00:00Z"}}};
    acme.tasks = {accrue, ready, seed};
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
