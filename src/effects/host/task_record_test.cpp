#include "task_record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace tenantry::host {
namespace {

TEST(TaskRecord, IsReadBackEqual) {
    rc::check([](const std::string& digest, int pid, std::uint64_t start, int monitor, std::uint64_t monitorStart) {
        // A digest is hex; any ASCII must do.
        std::string ascii;
        for (const char c : digest)
            if (static_cast<unsigned char>(c) < 0x80) ascii += c;
        const TaskRecord record{ascii, {pid, start}, {monitor, monitorStart}};
        RC_ASSERT(decode_task_record(encode(record)) == record);
    });
}

TEST(TaskRecord, OfAnotherVersionOrHalfWrittenIsNone) {
    const std::string text = encode({"d", {1, 2}, {3, 4}});
    EXPECT_EQ(text, R"({ "version": 1, "digest": "d", "pid": 1, "start": 2, "monitor": 3, "monitorStart": 4 })"
                    "\n");
    std::string other = text;
    other.replace(other.find("1, "), 1, "2");
    EXPECT_FALSE(decode_task_record(other));
    for (std::size_t size = 0; size + 2 < text.size(); ++size) EXPECT_FALSE(decode_task_record(text.substr(0, size)));
    EXPECT_FALSE(decode_task_record(R"({"version": 1, "digest": "d"})"));
}

}  // namespace
}  // namespace tenantry::host
