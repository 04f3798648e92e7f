#include "monitor.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

std::string trouble(std::string_view text) {
    const auto pid = read_monitor_message(text);
    return pid ? "pid " + std::to_string(*pid) : pid.error().text();
}

TEST(MonitorMessage, IsAPidOrTheRuntimesWords) {
    EXPECT_EQ(trouble("{\"data\": 4711}\n"), "pid 4711");
    EXPECT_EQ(trouble(R"({"data": -1, "message": "executable file `/app/api` not found\nin $PATH: No such file\n"})"),
              "executable file `/app/api` not found in $PATH: No such file");
    EXPECT_EQ(trouble(R"({"data": -1})"), "the container runtime failed without a word");
}

TEST(MonitorMessage, ThatIsNoneSaysSo) {
    EXPECT_EQ(trouble(""), "the container's monitor ended without an answer: ``");
    EXPECT_EQ(trouble("{\"data\": \"1\"}"), "the container's monitor ended without an answer: `{\"data\": \"1\"}`");
    EXPECT_EQ(trouble("[1]"), "the container's monitor ended without an answer: `[1]`");
}

}  // namespace
}  // namespace tenantry::host
