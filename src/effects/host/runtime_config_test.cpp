#include "runtime_config.hpp"

#include <csignal>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "secret_variables.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

constexpr std::string_view emitted = R"({
  "root": { "path": "rootfs", "readonly": true },
  "process": { "user": { "uid": 1048592, "gid": 1048592 }, "args": ["/app/api", "--quiet"], "env": ["PATH=/usr/bin"] },
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid"] },
    { "destination": "/app", "type": "bind", "source": "/run/images/api", "options": ["bind", "ro"] }
  ],
  "linux": { "cgroupsPath": "/tenantry/environments/lend+acme+production/api-1", "seccomp": { "defaultAction": "SCMP_ACT_ERRNO" } }
})";

const RuntimeAdditions additions{
    .release = "r7", .cgroup = "other", .shared = "/run/shared", .certificates = true, .root = "/run/task/rootfs"};

TEST(RuntimeConfig, AddsTheReleaseTheHostsFoldersTheRootAndTheCgroup) {
    const auto config = runtime_config(emitted, additions);
    ASSERT_TRUE(config) << config.error().text();
    const json::value text = json::parse(config->text);
    EXPECT_EQ(text.at_pointer("/root/path").as_string(), "/run/task/rootfs");
    EXPECT_TRUE(text.at_pointer("/root/readonly").as_bool());
    EXPECT_EQ(text.at_pointer("/process/env/1").as_string(), "TENANTRY_RELEASE=r7");
    EXPECT_EQ(text.at_pointer("/linux/cgroupsPath").as_string(), "/other/environments/lend+acme+production/api-1");
    EXPECT_EQ(config->program, "/app/api");
    EXPECT_EQ(config->uid, 1048592u);
    EXPECT_EQ(config->cgroup, "environments/lend+acme+production/api-1");
    std::vector<std::pair<std::string, std::string>> mounts;
    for (const auto& mount : config->mounts) mounts.emplace_back(mount.destination, mount.source);
    EXPECT_EQ(mounts, (std::vector<std::pair<std::string, std::string>>{{"/usr", "/run/shared/usr"},
                                                                        {"/etc/ssl/certs", "/run/shared/certs"},
                                                                        {"/proc", ""},
                                                                        {"/app", "/run/images/api"}}));
    EXPECT_EQ(json::serialize(text.at_pointer("/mounts/0/options")), R"(["bind","ro","private","nosuid","nodev"])");
}

// What the compiler wrote and the verifier read is what runs.
TEST(RuntimeConfig, ChangesNothingElse) {
    const auto config = runtime_config(emitted, additions);
    ASSERT_TRUE(config);
    json::value before = json::parse(emitted), after = json::parse(config->text);
    after.at("process").at("env").as_array().pop_back();
    json::array& mounts = after.at("mounts").as_array();
    mounts.erase(mounts.begin(), mounts.begin() + 2);
    after.at("root").at("path") = "rootfs";
    after.at("linux").at("cgroupsPath") = before.at("linux").at("cgroupsPath");
    EXPECT_EQ(before, after);
}

std::string with_variables(std::string_view words) {
    json::value config = json::parse(emitted);
    config.as_object()["annotations"] = {{"tenantry.variables", words}};
    config.at("mounts").as_array().push_back(
        {{"destination", "/run/secrets"}, {"type", "bind"}, {"source", "/run/e/secrets/api"}, {"options", {"ro"}}});
    return json::serialize(config);
}

TEST(RuntimeConfig, ASecretMayStandInAVariableAndIsTakenOutAgain) {
    EXPECT_TRUE(secret_variables(emitted)->empty());
    const std::string text = with_variables("JWT_KEY=jwt_key BOOKS_URL=books.url");
    const auto variables = secret_variables(text);
    ASSERT_TRUE(variables) << variables.error().text();
    ASSERT_EQ(variables->size(), 2U);
    EXPECT_EQ(variables->at(0).name, "JWT_KEY");
    EXPECT_EQ(variables->at(0).file, "/run/e/secrets/api/jwt_key");
    EXPECT_EQ(variables->at(1).file, "/run/e/secrets/api/books.url");

    RuntimeAdditions more = additions;
    more.variables = {{"JWT_KEY", Secret("canary\n\"=x")}, {"BOOKS_URL", Secret("")}};
    const std::string whole = runtime_config(text, more).value().text;
    EXPECT_EQ(json::parse(whole).at_pointer("/process/env/2").as_string(), "JWT_KEY=canary\n\"=x");
    const std::string without = without_variables(whole, *variables).value();
    EXPECT_EQ(without.find("canary"), std::string::npos);
    EXPECT_EQ(json::parse(without), json::parse(runtime_config(text, additions).value().text));
}

TEST(RuntimeConfig, NoVariableNamesAFileThatIsNotTheTasksOwnSecret) {
    for (const char* words : {"JWT_KEY=../web/jwt_key", "JWT_KEY=/etc/shadow", "JWT_KEY=", "JWT_KEY", "jwt=jwt_key",
                              "JWT_KEY=.tmp", "=jwt_key", "JWT_KEY=jwt_key LD-PRELOAD=x"})
        EXPECT_FALSE(secret_variables(with_variables(words))) << words;
    std::string nowhere = with_variables("JWT_KEY=jwt_key");
    nowhere.replace(nowhere.find("/run/secrets"), 12, "/run/elsewhere");
    EXPECT_FALSE(secret_variables(nowhere)) << "it has no secrets";
    const auto refused = without_variables("{ \"canary", {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text().find("canary"), std::string::npos);
}

// The machine's /dev/null before a file of /proc would be one inode for all environments.
TEST(RuntimeConfig, HidesFilesOfProcBehindOneOfTheEnvironment) {
    std::string text(emitted);
    const std::string group = R"("cgroupsPath")";
    text.insert(text.find(group), R"("maskedPaths": ["/proc/acpi", "/proc/keys", "/proc/gone"], )");
    RuntimeAdditions more = additions;
    more.procFiles = {"/proc/keys", "/proc/uptime"};
    const auto config = runtime_config(text, more);
    ASSERT_TRUE(config) << config.error().text();
    const json::value made = json::parse(config->text);
    EXPECT_EQ(json::serialize(made.at_pointer("/linux/maskedPaths")), R"(["/proc/acpi","/proc/gone"])");
    EXPECT_EQ(json::serialize(made.at("mounts").as_array().back()),
              R"({"destination":"/proc/keys","type":"bind","source":"/run/shared/empty",)"
              R"("options":["bind","ro","private","nosuid","nodev","noexec"]})");
    EXPECT_EQ(config->mounts.back().destination, "/app") << "no place for it has to be made";
}

std::string of_image() {
    json::object config = json::parse(emitted).as_object();
    config["annotations"] = {{"tenantry.entrypoint", "image"}};
    config.at("process").at("args") = json::array{"serve"};
    return json::serialize(config);
}

TEST(RuntimeConfig, OfAnImageHasNothingOfTheHosts) {
    RuntimeAdditions more = additions;
    more.image = ImageSettings{{"/api", "-v"}, {"help"}, {"LEVEL=info", "PATH=/opt/bin"}, "/srv"};
    const auto config = runtime_config(of_image(), more);
    ASSERT_TRUE(config) << config.error().text();
    const json::value text = json::parse(config->text);
    EXPECT_EQ(json::serialize(text.at_pointer("/process/args")), R"(["/api","-v","serve"])");
    EXPECT_EQ(json::serialize(text.at_pointer("/process/env")),
              R"(["LEVEL=info","PATH=/opt/bin","TENANTRY_RELEASE=r7"])");
    EXPECT_EQ(text.at_pointer("/process/cwd").as_string(), "/srv");
    EXPECT_EQ(config->folder, "/srv");
    EXPECT_EQ(config->program, "/api");
    std::vector<std::string> mounts;
    for (const auto& mount : config->mounts) mounts.push_back(mount.destination);
    EXPECT_EQ(mounts, (std::vector<std::string>{"/proc", "/app"}));
}

// Neither runs a file's words in an image that says others, nor the other way round.
TEST(RuntimeConfig, IsOfAnImageWhereTheFileSaysSo) {
    EXPECT_FALSE(runtime_config(of_image(), additions));
    RuntimeAdditions more = additions;
    more.image = ImageSettings{{"/api"}, {}, {}, {}};
    EXPECT_FALSE(runtime_config(emitted, more));
    EXPECT_FALSE(process_in_image(emitted, *more.image));
    EXPECT_EQ(process_in_image(of_image(), *more.image)->args, (std::vector<std::string>{"/api", "serve"}));
    more.image->entryPoint.clear();
    json::object nothing = json::parse(of_image()).as_object();
    nothing.at("process").at("args") = json::array{};
    EXPECT_FALSE(runtime_config(json::serialize(nothing), more));
}

TEST(RuntimeConfig, NamesItsImage) {
    const auto used = [](const std::string& reference, bool root) {
        json::object config = json::parse(emitted).as_object();
        config["annotations"] = {{"tenantry.image", reference}};
        if (root) config["annotations"].as_object()["tenantry.entrypoint"] = "image";
        return *image_used_by(json::serialize(config)).value();
    };
    EXPECT_EQ(used("registry.example:5000/lend/api:1", true).name, "registry.example:5000+lend+api:1");
    EXPECT_EQ(used("lend/api", true).reference, "lend/api");
    EXPECT_TRUE(used("lend/api", true).isRoot);
    EXPECT_FALSE(used("lend/api", false).isRoot);
    const std::string longest = used(std::string(300, 'a'), false).name;
    EXPECT_EQ(longest.size(), 65U);
    EXPECT_EQ(longest.front(), '+');
    EXPECT_FALSE(image_used_by(emitted).value()) << "it has none";
    EXPECT_FALSE(image_used_by("[]"));
}

TEST(RuntimeConfig, TellsWhatItMounts) {
    EXPECT_EQ(mounted_by(emitted), std::vector<std::string>{"/run/images/api"});
    EXPECT_FALSE(mounted_by("{}"));
}

TEST(RuntimeConfig, WithoutReleaseAndCertificatesHasNone) {
    const auto config = runtime_config(emitted, {.release = {}, .cgroup = "tenantry", .shared = "/s", .root = "/r"});
    ASSERT_TRUE(config);
    EXPECT_EQ(config->mounts.size(), 3u);
    EXPECT_EQ(config->text.find("TENANTRY_RELEASE"), std::string::npos);
}

TEST(RuntimeConfig, RefusesOtherTextsAndForeignCgroups) {
    EXPECT_FALSE(runtime_config("{", additions));
    EXPECT_FALSE(runtime_config("[]", additions));
    EXPECT_FALSE(runtime_config("{}", additions));
    std::string foreign(emitted);
    foreign.replace(foreign.find("/tenantry/"), 10, "/system/");
    const auto config = runtime_config(foreign, additions);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().text(), "reading config.json: cgroupsPath is not below /tenantry");
    EXPECT_FALSE(user_of("{}"));
    EXPECT_EQ(*user_of(emitted), 1048592u);
}

TEST(RuntimeConfig, TheSignalThatEndsATaskIsItsOwn) {
    const auto with = [](const char* word) {
        json::object config = json::parse(emitted).as_object();
        config["annotations"] = {{"org.opencontainers.image.stopSignal", word}};
        return stop_signal(json::serialize(config));
    };
    EXPECT_EQ(stop_signal(emitted).value(), SIGTERM);
    EXPECT_EQ(with("SIGINT").value(), SIGINT);
    EXPECT_EQ(with("SIGTERM").value(), SIGTERM);
    for (const char* word : {"", "9", "SIGKILL", "sigint"}) EXPECT_FALSE(with(word)) << word;
    EXPECT_FALSE(stop_signal("no JSON"));
}

}  // namespace
}  // namespace tenantry::host
