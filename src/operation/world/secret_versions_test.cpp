#include <gtest/gtest.h>

#include <tenantry/world/json.hpp>
#include <tenantry/world/secret_versions.hpp>

namespace tenantry::world {
namespace {

TaskSpec task(const char* name, const char* service, TaskKind kind = TaskKind::service) {
    TaskSpec made{.name = name, .service = service, .address = {}, .health = {}};
    made.digest = std::string("digest of ") + service;
    made.kind = kind;
    return made;
}

/// `api` reads a key and a store, `worker` the store alone, the job `migrate` both.
EnvironmentSpec environment() {
    EnvironmentSpec spec{.placement = {"lend", "acme/demo"}, .network = {}, .tasks = {}, .texts = {}, .images = {}};
    spec.tasks = {task("web-1", "web"), task("api-1", "api"), task("api-2", "api"), task("worker-1", "worker"),
                  task("migrate-1", "migrate", TaskKind::job)};
    spec.tasks[2].spare = true;
    spec.readers = {
        {"api", 7, {{"bureau_key", 0}, {"jwt_key", 32}}}, {"migrate", 8, {{"jwt_key", 32}}}, {"worker", 9, {}}};
    spec.stores = {{.name = "books",
                    .engine = "postgresql",
                    .task = "books-1",
                    .uid = 10,
                    .port = 5432,
                    .users = {{"api", "readWrite"}, {"migrate", "owner"}, {"worker", "read"}}}};
    return spec;
}

std::vector<std::string> changed(const SecretVersions& versions) {
    EnvironmentSpec before = environment(), after = environment();
    use_versions(before, {});
    use_versions(after, versions);
    std::vector<std::string> names;
    for (std::size_t at = 0; at < before.tasks.size(); ++at)
        if (before.tasks[at].digest != after.tasks[at].digest) names.push_back(after.tasks[at].name);
    return names;
}

TEST(SecretVersions, ANewOneMakesOtherTasksOfThoseWhoReadItAlone) {
    EXPECT_EQ(changed({{"jwt_key", 2}}), (std::vector<std::string>{"api-1", "api-2"}));
    EXPECT_EQ(changed({{"bureau_key", 3}}), (std::vector<std::string>{"api-1", "api-2"}));
    EXPECT_EQ(changed({{"store.books.worker", 2}}), (std::vector<std::string>{"worker-1"}));
    EXPECT_EQ(changed({{"store.books.migrate", 2}, {"store.cache.api", 2}, {"other", 9}}), (std::vector<std::string>{}))
        << "a job does not run again for it";
}

TEST(SecretVersions, TheFirstOnesChangeNothing) {
    EnvironmentSpec spec = environment();
    use_versions(spec, {{"jwt_key", 1}, {"store.books.api", 1}});
    for (const TaskSpec& one : spec.tasks) EXPECT_EQ(one.digest, "digest of " + one.service);
}

TEST(SecretVersions, FollowTheVaultHoweverOftenTheyArePutIn) {
    EnvironmentSpec spec = environment(), once = environment();
    for (const std::uint32_t version : {2U, 3U, 4U}) use_versions(spec, {{"jwt_key", version}});
    use_versions(once, {{"jwt_key", 4}});
    EXPECT_EQ(spec, once);
    EXPECT_EQ(spec.readers[0].secrets[1].version, 4U);
    EXPECT_EQ(from_json<EnvironmentSpec>(to_json(spec)).value(), spec);
}

TEST(SecretVersions, NoTwoPairsOfVersionsAreOneDigest) {
    EnvironmentSpec one = environment(), two = environment();
    use_versions(one, {{"bureau_key", 2}});
    use_versions(two, {{"jwt_key", 2}});
    EXPECT_NE(one.tasks[1].digest, two.tasks[1].digest);
    use_versions(one, {{"bureau_key", 2}, {"store.books.api", 12}});
    use_versions(two, {{"bureau_key", 21}, {"store.books.api", 2}});
    EXPECT_NE(one.tasks[1].digest, two.tasks[1].digest);
}

}  // namespace
}  // namespace tenantry::world
