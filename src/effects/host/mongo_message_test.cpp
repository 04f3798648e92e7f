#include "mongo_message.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

using namespace std::string_literals;

// As bsonspec.org's own example has it.
TEST(MongoMessage, ADocumentIsBson) {
    EXPECT_EQ(BsonWriter().text("hello", "world").document(), "\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0"s);
    EXPECT_EQ(BsonWriter().number("a", 1).bytes("b", "xy").document(), "\x16\0\0\0\x10"
                                                                       "a\0\x01\0\0\0\x05"
                                                                       "b\0\x02\0\0\0\0xy\0"s);
}

TEST(MongoMessage, AQuestionIsOneMessage) {
    const std::string message = mongo_question(7, BsonWriter().number("ping", 1).document());
    EXPECT_EQ(message, "\x24\0\0\0\x07\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x0f\0\0\0\x10ping\0\x01\0\0\0\0"s);
    EXPECT_EQ(mongo_length(message).value(), message.size());
}

std::string answer(std::string_view elements) {
    std::string document = "\0\0\0\0"s + std::string(elements) + "\0"s;
    document[0] = static_cast<char>(document.size());
    return mongo_question(1, document);
}

TEST(MongoMessage, OfAnAnswerCountsWhetherItIsOk) {
    EXPECT_TRUE(mongo_answer(answer("\x01ok\0\0\0\0\0\0\0\xf0\x3f"s)));
    EXPECT_TRUE(mongo_answer(answer("\x10ok\0\x01\0\0\0"s)));
    const auto refused = mongo_answer(answer("\x01ok\0\0\0\0\0\0\0\0\0\x02"
                                             "errmsg\0\x04\0\0\0no\n\0\x10"
                                             "code\0\x01\0\0\0"s));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text(), "no");
    EXPECT_FALSE(mongo_answer(answer("")));
}

TEST(MongoMessage, WhatStandsAroundItIsPassedOver) {
    EXPECT_TRUE(mongo_answer(answer("\x08"
                                    "done\0\x01\x05payload\0\x01\0\0\0\0x\x03 d\0\x05\0\0\0\0\x04 a\0\x05\0\0\0\0"
                                    "\x12n\0\0\0\0\0\0\0\0\0\x09t\0\0\0\0\0\0\0\0\0\x0az\0\x10ok\0\x01\0\0\0"s)));
}

TEST(MongoMessage, AnythingElseIsAnError) {
    const std::string good = answer("\x02"
                                    "errmsg\0\x02\0\0\0x\0\x03 d\0\x05\0\0\0\0\x10ok\0\x01\0\0\0"s);
    ASSERT_TRUE(mongo_answer(good));
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(mongo_answer(good.substr(0, size))) << size;
    for (const std::string& elements : {"\x02"
                                        "errmsg\0\xff\xff\xff\xff"s,
                                        "\x02"
                                        "errmsg\0\0\0\0\0"s,
                                        "\x03"
                                        "d\0\x03\0\0\0"s,
                                        "\x04"
                                        "d\0\0\0\0\x80"s,
                                        "\x05"
                                        "b\0\xff\xff\xff\x7f"s,
                                        "\x77x\0"s, "\x01ok"s})
        EXPECT_FALSE(mongo_answer(answer(elements)));
    EXPECT_FALSE(mongo_length("\xff\xff\xff\x7f"));
    EXPECT_FALSE(mongo_length("\0\0\0\x80"s));
    EXPECT_FALSE(mongo_length("\x01"));
}

}  // namespace
}  // namespace tenantry::host
