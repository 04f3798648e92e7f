#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include <tenantry/local_emit/local_emit.hpp>
#include <tenantry/support/golden.hpp>

#include "blueprint_sample.hpp"

namespace tenantry::local_emit {
namespace {

using blueprint::Blueprint;

std::string text_of(const std::vector<LocalFile>& files, std::string_view path) {
    const auto found = std::ranges::find(files, path, &LocalFile::path);
    if (found == files.end()) ADD_FAILURE() << "no file " << path;
    return found == files.end() ? "" : found->text;
}

const std::vector<LocalFile>& sample_files() {
    static const std::vector<LocalFile> files = emit_all(sample_blueprint(), Pool{1});
    return files;
}

std::vector<std::string> paths_below(std::string_view folder) {
    std::vector<std::string> paths;
    for (const LocalFile& file : sample_files())
        if (file.path.starts_with(folder)) paths.push_back(file.path);
    return paths;
}

class LocalEmitGolden : public testing::TestWithParam<std::string> {};

TEST_P(LocalEmitGolden, IsTheReviewedText) {
    support::expect_golden("local_emit/" + GetParam(), text_of(sample_files(), GetParam()));
}

// Every file of one environment, and what all share.
std::vector<std::string> reviewed() {
    std::vector<std::string> paths = paths_below("environments/acme/production/");
    paths.insert(paths.end(), {"edge/config.json", "edge/nginx.conf", "manifest.json"});
    return paths;
}

INSTANTIATE_TEST_SUITE_P(Files, LocalEmitGolden, testing::ValuesIn(reviewed()), [](const auto& file) {
    std::string name = file.param;
    std::ranges::replace_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
    return name;
});

TEST(LocalEmit, FilesAreSortedByPathAndDifferent) {
    const auto& files = sample_files();
    EXPECT_TRUE(std::ranges::is_sorted(files, {}, &LocalFile::path));
    std::set<std::string> paths;
    for (const LocalFile& file : files) paths.insert(file.path);
    EXPECT_EQ(paths.size(), files.size());
    EXPECT_EQ(files.back().path, "manifest.json");
}

TEST(LocalEmit, IsTheSameOnOneAndTwoThreads) {
    EXPECT_EQ(emit_all(sample_blueprint(), Pool{1}), emit_all(sample_blueprint(), Pool{2}));
}

TEST(LocalEmit, OfNoEnvironmentIsTheEdgeAndAManifest) {
    Blueprint blueprint = sample_blueprint();
    blueprint.environments.clear();
    blueprint.shapes.clear();
    blueprint.shapeNames.clear();
    blueprint.values.clear();
    const auto files = emit_all(blueprint, Pool{1});
    ASSERT_EQ(files.size(), 3u);
    EXPECT_EQ(files[0], edge_config());
    EXPECT_EQ(files[1], edge());
    EXPECT_NE(files[2].text.find("\"environments\": []"), std::string::npos);
}

TEST(LocalEmit, RemovingATenantChangesNoFileOfTheOthers) {
    Blueprint blueprint = sample_blueprint();
    blueprint.environments.pop_back();
    for (const LocalFile& file : emit_all(blueprint, Pool{1})) {
        if (file.path == "manifest.json") continue;
        EXPECT_EQ(file.text, text_of(sample_files(), file.path)) << file.path;
    }
}

// No name, address or id of an environment stands in another one's files.
TEST(LocalEmit, FilesNameNoOtherEnvironment) {
    for (const LocalFile& file : sample_files()) {
        if (!file.path.starts_with("environments/norte/")) continue;
        for (const std::string_view foreign : {"acme", "10.0.16.", "11141"})
            EXPECT_EQ(file.text.find(foreign), std::string::npos) << file.path << " holds " << foreign;
    }
}

// What stands before the first element and rule of an environment.
std::string shape_part(const std::string& ruleSet) {
    return ruleSet.substr(0, ruleSet.find("{ \"add\": { \"element\""));
}

TEST(RuleSet, BeginsWithTheSameBytesInEveryEnvironmentOfAShape) {
    const std::string acme = text_of(sample_files(), "environments/acme/production/nftables.json");
    const std::string norte = text_of(sample_files(), "environments/norte/production/nftables.json");
    EXPECT_EQ(shape_part(acme), shape_part(norte));
    EXPECT_NE(acme, norte);
    EXPECT_NE(shape_part(acme).find("@calls"), std::string::npos);
    EXPECT_EQ(shape_part(acme).find("10.0."), std::string::npos);
}

TEST(RuleSet, AServiceWithoutTasksGetsNoRuleThatSpreads) {
    Blueprint blueprint = sample_blueprint();
    for (blueprint::Value& value : blueprint.values)
        if (auto* count = std::get_if<blueprint::Count>(&value)) count->value = 0;
    const auto files = emit_all(blueprint, Pool{1});
    const std::string rules = text_of(files, "environments/acme/production/nftables.json");
    EXPECT_NE(rules.find("\"to-api\""), std::string::npos);
    EXPECT_EQ(rules.find("numgen"), std::string::npos);
    EXPECT_EQ(rules.find("\"calls\", \"elem\""), std::string::npos);
}

TEST(Balancer, WithoutAFrontendForTheRestAnswers404) {
    Blueprint blueprint = sample_blueprint();
    for (blueprint::Shape& shape : blueprint.shapes) {
        shape.entries.pop_back();
        shape.entries.push_back({PathPrefix::parse("/app").value(), {3}});
    }
    const std::string text =
        text_of(emit_all(blueprint, Pool{1}), "environments/acme/production/services/load-balancer/haproxy.cfg");
    EXPECT_EQ(text.find("default_backend"), std::string::npos);
    EXPECT_NE(text.find("    acl route-2 path_beg /app/\n"
                        "    http-request return status 404 unless route-1 or route-2\n"
                        "    use_backend admin if route-1\n"
                        "    use_backend web if route-2\n"),
              std::string::npos)
        << text;
}

TEST(Balancer, WithoutFrontendsAnswers404Always) {
    Blueprint blueprint = sample_blueprint();
    for (blueprint::Shape& shape : blueprint.shapes) shape.entries.clear();
    const std::string text =
        text_of(emit_all(blueprint, Pool{1}), "environments/acme/production/services/load-balancer/haproxy.cfg");
    EXPECT_TRUE(text.ends_with("    http-request return status 404\n")) << text;
}

TEST(Frontend, WithoutStaticFilesAnswers404ForTheRest) {
    const std::string text = text_of(sample_files(), "environments/acme/production/services/admin/nginx.conf");
    EXPECT_NE(text.find("        location / {\n            return 404;\n        }\n"), std::string::npos) << text;
}

TEST(Frontend, OnlyWhatIsRepeatedGoesOverKeptConnections) {
    const std::string text = text_of(sample_files(), "environments/acme/production/services/web/nginx.conf");
    EXPECT_NE(text.find("        GET kept;\n        HEAD kept;\n        default new;\n"), std::string::npos) << text;
    const std::size_t others = text.find("upstream new.api {");
    ASSERT_NE(others, std::string::npos) << text;
    EXPECT_EQ(text.substr(others, text.find('}', others) - others).find("keepalive"), std::string::npos) << text;
}

TEST(Frontend, ARouteForEverythingStandsInTheLastLocation) {
    Blueprint blueprint = sample_blueprint();
    for (blueprint::Shape& shape : blueprint.shapes)
        shape.workloads[3].routes[0].prefix = PathPrefix::parse("/").value();
    const std::string text =
        text_of(emit_all(blueprint, Pool{1}), "environments/acme/production/services/web/nginx.conf");
    EXPECT_NE(text.find("        location / {\n            proxy_pass http://$connections.api;\n        }\n    }\n}\n"),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("location ^~"), std::string::npos);
}

TEST(TaskConfig, AnImageThatIsNoneOfTheHostRunsItsOwnEntryPoint) {
    const std::string text = text_of(sample_files(), "environments/acme/production/tasks/worker-1/config.json");
    EXPECT_NE(text.find("\"args\": [\"worker\", \"--queue=\\\"all\\\"\"]"), std::string::npos) << text;
    EXPECT_NE(text.find("\"tenantry.entrypoint\": \"image\""), std::string::npos);
    EXPECT_EQ(text.find("\"/app\""), std::string::npos);
}

TEST(TaskConfig, AHostImageRunsItsProgram) {
    const std::string text = text_of(sample_files(), "environments/acme/production/tasks/api-1/config.json");
    EXPECT_NE(text.find("\"args\": [\"/app/api\"]"), std::string::npos) << text;
    EXPECT_NE(text.find("\"source\": \"/run/tenantry/platforms/lend/environments/acme/production/images/lend+api\""),
              std::string::npos);
    EXPECT_EQ(text.find("tenantry.entrypoint"), std::string::npos);
}

// The kernel refuses quotas below a millisecond and fewer than two shares.
TEST(TaskConfig, TheLeastCpuIsWhatTheKernelTakes) {
    const std::string text = text_of(sample_files(), "environments/acme/production/tasks/worker-1/config.json");
    EXPECT_NE(text.find("\"cpu\": { \"shares\": 2, \"quota\": 1000, \"period\": 100000 }"), std::string::npos) << text;
}

TEST(TaskConfig, AHostImageMayBeNamedByAnyReference) {
    Blueprint blueprint = sample_blueprint();
    const std::string longRef = std::string(240, 'a') + "/" + std::string(100, 'b');
    for (blueprint::Value& value : blueprint.values)
        if (auto* image = std::get_if<ImageRef>(&value); image != nullptr && image->str() == "lend/api")
            *image = ImageRef::parse(longRef).value();
    blueprint.commons.hostImages = {{longRef, RelativePath::parse("api").value()}};
    const std::string text =
        text_of(emit_all(blueprint, Pool{1}), "environments/acme/production/tasks/api-1/config.json");
    const std::size_t at = text.find("/run/tenantry/platforms/lend/environments/acme/production/images/+");
    ASSERT_NE(at, std::string::npos) << text;
    EXPECT_EQ(text.find('"', at) - at,
              std::string("/run/tenantry/platforms/lend/environments/acme/production/images/+").size() + 64);
    EXPECT_NE(text.find("\"args\": [\"/app/api\"]"), std::string::npos);
}

}  // namespace
}  // namespace tenantry::local_emit
