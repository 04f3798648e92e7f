#include "interface_name.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace tenantry::local_emit {
namespace {

TEST(InterfaceName, ShortTaskNamesStay) {
    const std::vector<std::string> tasks{"load-balancer-1", "api-1", "api-1000"};
    EXPECT_EQ(interface_names(tasks), tasks);
}

TEST(InterfaceName, LongTaskNamesKeepBeginningAndNumber) {
    const auto names = interface_names(std::vector<std::string>{"document-signing-1", "document-signing-1000"});
    EXPECT_TRUE(names[0].starts_with("documen-") && names[0].ends_with("-1")) << names[0];
    EXPECT_TRUE(names[1].starts_with("docu-") && names[1].ends_with("-1000")) << names[1];
    EXPECT_EQ(names[0].size(), maxInterfaceName);
    EXPECT_EQ(names[1].size(), maxInterfaceName);
}

TEST(InterfaceName, TasksOfOneServiceShareTheDigits) {
    const auto names = interface_names(std::vector<std::string>{"credit-scoring-eu-1", "credit-scoring-eu-2"});
    EXPECT_EQ(names[0].substr(0, names[0].size() - 1), names[1].substr(0, names[1].size() - 1));
    EXPECT_TRUE(names[0].starts_with("credit-") && names[0].size() == 14) << names[0];
}

TEST(InterfaceName, AreAllDifferentForTasksThatBeginAlike) {
    std::vector<std::string> tasks;
    for (int service = 0; service < 20; ++service)
        for (int number = 1; number <= 200; ++number)
            tasks.push_back("document-signing-" + std::to_string(service) + "-" + std::to_string(number));
    const auto names = interface_names(tasks);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), tasks.size());
    EXPECT_TRUE(std::ranges::all_of(names, [](const auto& name) { return name.size() <= maxInterfaceName; }));
}

TEST(InterfaceName, GivesWayToATaskThatHasTheNameAsItsOwn) {
    const std::string clash = interface_names(std::vector<std::string>{"document-signing-1"})[0];
    const auto names = interface_names(std::vector<std::string>{"document-signing-1", clash});
    EXPECT_EQ(names[1], clash);
    EXPECT_NE(names[0], clash);
    EXPECT_LE(names[0].size(), maxInterfaceName);
}

TEST(InterfaceName, DoesNotDependOnTheOrderOfTasks) {
    std::vector<std::string> tasks{"document-signing-1", "api-1", "document-signing-2", "credit-scoring-eu-1"};
    auto forward = interface_names(tasks);
    std::ranges::reverse(tasks);
    auto backward = interface_names(tasks);
    std::ranges::reverse(backward);
    EXPECT_EQ(forward, backward);
}

}  // namespace
}  // namespace tenantry::local_emit
