#include <gtest/gtest.h>

#include <tenantry/wire/codec.hpp>

namespace tenantry::wire {
namespace {

TEST(Codec, MessagesAreReadBackEqual) {
    const UpRequest request{
        {.files = {{"platform.yaml", "a: \"\u00e9\x01\"\n"}}, .lock = "l", .images = {{"lend/api", "d"}}},
        {"acme/production"}};
    const auto back = decode<UpRequest>(encode(request));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(back->bundle.files, request.bundle.files);
    EXPECT_EQ(back->bundle.images, request.bundle.images);
    EXPECT_EQ(back->environments, request.environments);
    EXPECT_EQ(back->bundle.version, version);
}

TEST(Codec, WhatTasksWroteTookAndDidIsReadBackEqual) {
    const Logs logs{.lines = {{"2026-11-28T10:00:00Z", "stderr", "a\x1b\n\"\xc3\xa9"}}, .place = "1:2", .error = {}};
    EXPECT_EQ(decode<Logs>(encode(logs)).value().lines, logs.lines);
    const world::Placement acme{"lend", "acme/demo"};
    const Usage usage{.usage = {.atNs = 7, .tasks = {{acme, "api-1", 10, 1'000'000'000'000, 1ULL << 40, 0, 3, 512}}},
                      .error = {}};
    EXPECT_EQ(decode<Usage>(encode(usage)).value().usage.tasks, usage.usage.tasks);
    const Events events{
        .events = {{7, "2026-11-28T10:00:00.000Z", acme, "api-1", "task ended", "out of memory", "", false}},
        .last = 7,
        .error = {}};
    EXPECT_EQ(decode<Events>(encode(events)).value().events, events.events);
}

TEST(Codec, RefusesWhatIsNotTheMessage) {
    EXPECT_FALSE(decode<DownRequest>(""));
    EXPECT_FALSE(decode<DownRequest>("{}"));
    EXPECT_FALSE(decode<DownRequest>(R"({"version": 1, "placements": [{"platform": "lend"}]})"));
    EXPECT_FALSE(decode<DownRequest>(R"({"version": 1, "placements": [], "path": "/etc/shadow"})"));
}

TEST(Image, FilesAreReadBackEqual) {
    const std::vector<ImageFile> files{{"api", true, std::string("\x7f\0ELF", 5)}, {"a/b.html", false, ""}};
    EXPECT_EQ(decode_image(encode(files)).value(), files);
    EXPECT_TRUE(decode_image("")->empty());
}

TEST(Image, RefusesPathsThatLeaveTheImageAndCutOnes) {
    for (const char* path : {"../x", "/etc/passwd", "a/../b", "a//b", ".", ""})
        EXPECT_FALSE(decode_image(encode({{path, false, ""}}))) << path;
    EXPECT_FALSE(decode_image(encode({{"a", false, ""}, {"a", false, ""}})));
    const std::string whole = encode({{"api", true, "12345"}});
    for (std::size_t size = 1; size < whole.size(); ++size) EXPECT_FALSE(decode_image(whole.substr(0, size))) << size;
    EXPECT_FALSE(decode_image("18446744073709551615 x 18446744073709551615\na"));
}

}  // namespace
}  // namespace tenantry::wire
