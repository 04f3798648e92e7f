#include "job_times.hpp"

#include <gtest/gtest.h>

#include <tenantry/model/platform.hpp>

namespace tenantry::local_emit {
namespace {

using blueprint::Grant;
using blueprint::Shape;
using model::Access;
using When = model::Job::When;
using Names = std::vector<std::string>;

constexpr Index<blueprint::Store> books{0}, cache{1}, documents{2};

blueprint::Workload workload(const char* name, std::vector<Grant> stores,
                             std::vector<Index<blueprint::Workload>> calls) {
    return {.name = ServiceName::parse(name).value(),
            .port = {},
            .health = {},
            .image = {},
            .staticFolder = {},
            .command = {},
            .cpu = {{0}},
            .memory = {{0}},
            .scaling = blueprint::FixedTasks{{{0}}},
            .env = {},
            .routes = {},
            .calls = std::move(calls),
            .virtualAddress = {},
            .stores = std::move(stores),
            .secrets = {},
            .egress = {}};
}

blueprint::Job job(const char* name, When when, std::vector<Grant> stores) {
    return {.name = JobName::parse(name).value(),
            .when = when,
            .schedule = {},
            .reset = {},
            .command = {},
            .image = {{0}},
            .cpu = {{0}},
            .memory = {{0}},
            .env = {},
            .stores = std::move(stores),
            .secrets = {},
            .egress = {}};
}

// `web` calls `api`, which uses books and calls `scoring`; `quotes` uses the cache alone.
Shape lending() {
    Shape shape;
    for (const char* name : {"books", "cache", "documents"})
        shape.stores.push_back({.name = StoreName::parse(name).value(), .size = {{0}}});
    shape.workloads = {workload("api", {{books, Access::readWrite}}, {{2}}),
                       workload("quotes", {{cache, Access::readWrite}}, {}), workload("scoring", {}, {}),
                       workload("web", {}, {{0}})};
    shape.jobs = {job("accrue", When::scheduled, {{books, Access::readWrite}}),
                  job("both", When::afterCreate, {{books, Access::owner}, {documents, Access::owner}}),
                  job("index", When::beforeRelease, {{documents, Access::owner}}),
                  job("migrate", When::beforeRelease, {{books, Access::owner}, {documents, Access::owner}}),
                  job("report", When::beforeRelease, {{books, Access::read}}),
                  job("seed", When::afterCreate, {{books, Access::owner}, {cache, Access::read}})};
    return shape;
}

TEST(JobTimes, AResetStopsWhoUsesWhatItEmptiesAndWhoCallsThem) {
    Shape shape = lending();
    EXPECT_FALSE(reset_of(shape, {5}));
    shape.jobs[5].reset = model::parse_schedule("Sun 03:00 Europe/Madrid").value();
    const auto reset = reset_of(shape, {5});
    ASSERT_TRUE(reset);
    EXPECT_EQ(reset->stores, Names{"books"}) << "those that it owns";
    EXPECT_EQ(reset->services, (Names{"api", "web"}));
    EXPECT_EQ(reset->jobs, (Names{"migrate-1", "seed-1"})) << "`both` has made documents too, which stay";
    shape.jobs[5].stores.push_back({documents, Access::owner});
    EXPECT_EQ(reset_of(shape, {5})->jobs, (Names{"both-1", "index-1", "migrate-1", "seed-1"}));
}

TEST(JobTimes, AreThoseOfTheFile) {
    Shape shape = lending();
    EXPECT_FALSE(schedule_of(shape.jobs[0]));
    shape.jobs[0].schedule = model::parse_schedule("02:30 Europe/Madrid").value();
    EXPECT_EQ(schedule_of(shape.jobs[0]), (world::ScheduleSpec{"02:30 Europe/Madrid", {}, 150, "Europe/Madrid"}));
    shape.jobs[5].reset = model::parse_schedule("Sun 03:00 UTC").value();
    EXPECT_EQ(schedule_of(shape.jobs[5]), (world::ScheduleSpec{"Sun 03:00 UTC", 6, 180, "UTC"}));
}

}  // namespace
}  // namespace tenantry::local_emit
