#include <algorithm>

#include <gtest/gtest.h>

#include <tenantry/view/events.hpp>

namespace tenantry::view {
namespace {

const world::Placement acme{"lend", "acme/demo"};
constexpr const char* at = "2026-11-28T10:00:00.000Z";

TEST(EventText, SaysWhenWhereWhatAndWhy) {
    EXPECT_EQ(event_text({1, at, acme, "", "up asked for", "", "uid 0", true}, {}),
              "2026-11-28T10:00:00.000Z  acme/demo                        up asked for by uid 0\n");
    EXPECT_EQ(event_text({2, at, acme, "api-1", "task ended", "out of memory", "", false}, {}),
              "2026-11-28T10:00:00.000Z  acme/demo/api-1                  task ended: out of memory\n");
}

TEST(EventText, EscapesWhatAProgramWrote) {
    const std::string text = event_text({1, at, acme, "api-1", "task ended", "\x1b]0;x\a\n2026 forged", "", false}, {});
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(std::ranges::count(event_json({1, at, acme, "a", "b", "c\nd\xff", "", false}), '\n'), 1);
}

TEST(EventJson, IsAnObjectInALine) {
    EXPECT_EQ(
        event_json({7, at, acme, "api-1", "task ended", "exit code 3", "", false}),
        R"({ "time": "2026-11-28T10:00:00.000Z", "platform": "lend", "environment": "acme/demo", "task": "api-1", )"
        R"("what": "task ended", "why": "exit code 3", "by": "", "inLedger": false })"
        "\n");
}

}  // namespace
}  // namespace tenantry::view
