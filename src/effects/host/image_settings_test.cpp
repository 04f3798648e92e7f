#include "image_settings.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

const ImageSettings api{
    {"/api", "-v"}, {"serve"}, {"PATH=/opt/bin", "LEVEL=info", "TENANTRY_TENANT=other"}, "srv/./x/.."};

TEST(ImageSettings, AreKeptAsText) {
    EXPECT_EQ(settings_of(to_text(api)), api);
    EXPECT_EQ(settings_of(to_text({})), ImageSettings{});
    for (const char* wrong : {"", "[]", "{}", R"({"entryPoint": [1], "command": [], "variables": [], "folder": ""})"})
        EXPECT_FALSE(settings_of(wrong)) << wrong;
}

TEST(ImageProcess, HasTheEntryPointAndTheServicesWordsOrTheImagesOwn) {
    EXPECT_EQ(process_of(api, {"migrate"}, {}).args, (std::vector<std::string>{"/api", "-v", "migrate"}));
    EXPECT_EQ(process_of(api, {}, {}).args, (std::vector<std::string>{"/api", "-v", "serve"}));
    EXPECT_EQ(process_of({}, {"/bin/x"}, {}).args, std::vector<std::string>{"/bin/x"});
    EXPECT_TRUE(process_of({}, {}, {}).args.empty());
}

TEST(ImageProcess, TheServicesVariablesAreStrongerButForPath) {
    const ImageProcess process = process_of(api, {}, {"PATH=/usr/bin", "TENANTRY_TENANT=acme", "PORT=1"});
    EXPECT_EQ(process.env, (std::vector<std::string>{"PATH=/opt/bin", "LEVEL=info", "TENANTRY_TENANT=acme", "PORT=1"}));
    EXPECT_EQ(process.variable("TENANTRY_TENANT"), "acme");
    EXPECT_EQ(process.variable("TENANTRY"), "");
    EXPECT_EQ(process_of({}, {}, {"PATH=/usr/bin"}).variable("PATH"), "/usr/bin");
}

TEST(ImageProcess, BeginsInAFolderBelowTheRoot) {
    EXPECT_EQ(process_of(api, {}, {}).folder, "/srv");
    for (const auto& [said, is] : {std::pair{"", "/"}, {"/", "/"}, {"/a//b/", "/a/b"}, {"../../x", "/x"}, {"/..", "/"}})
        EXPECT_EQ(process_of({{}, {}, {}, said}, {}, {}).folder, is) << said;
}

}  // namespace
}  // namespace tenantry::host
