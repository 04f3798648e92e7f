#include <set>

#include <gtest/gtest.h>

#include <tenantry/verify/verdict.hpp>

namespace tenantry::verify {
namespace {

TEST(Claim, NamesComeBackAndAreDistinct) {
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (Claim claim : all_claims()) {
        EXPECT_EQ(claim_from_string(to_string(claim)), claim);
        EXPECT_TRUE(names.insert(to_string(claim)).second) << to_string(claim);
        EXPECT_TRUE(sentences.insert(sentence(claim)).second) << to_string(claim);
        EXPECT_TRUE(sentence(claim).ends_with('.'));
    }
    EXPECT_EQ(names.size(), 32U);
    EXPECT_EQ(to_string(Claim::net12), "NET-12");
    EXPECT_EQ(to_string(Claim::del1), "DEL-1");
    EXPECT_EQ(claim_from_string("NET-99"), std::nullopt);
}

TEST(Claim, StandsInItsListAtItsOwnNumber) {
    for (std::size_t i = 0; i < all_claims().size(); ++i) EXPECT_EQ(static_cast<std::size_t>(all_claims()[i]), i);
}

TEST(Answer, NamesComeBack) {
    for (Answer answer : {Answer::holds, Answer::violated, Answer::unknown, Answer::notApplicable})
        EXPECT_EQ(answer_from_string(to_string(answer)), answer);
    EXPECT_EQ(answer_from_string("maybe"), std::nullopt);
}

}  // namespace
}  // namespace tenantry::verify
