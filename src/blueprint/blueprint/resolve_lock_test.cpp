#include <gtest/gtest.h>

#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/resolve_lock.hpp>

namespace tenantry::blueprint {
namespace {

const std::string head = "tenantry-lock 1\nplatform lend 7f3c0e5a91d2ab03\n";

std::string row(std::uint32_t slot, const std::string& name, std::uint32_t generation = 1, bool retired = false) {
    return (retired ? "retired 10.0." : "block 10.0.") + std::to_string(slot * 16) + ".0/20 " + name +
           (retired ? "" : " layout=1") + " uid=" + std::to_string(firstUid + slot * uidsPerEnvironment) +
           " gen=" + std::to_string(generation) + "\n";
}

std::string conflict(const std::string& ours, const std::string& theirs, const std::string& ancestor = "") {
    return "<<<<<<< HEAD\n" + ours + ancestor + "=======\n" + theirs + ">>>>>>> branch\n";
}

struct Resolved {
    std::optional<Resolution> resolution;
    Diagnostics diagnostics;

    [[nodiscard]] std::string text() const {
        return resolution ? to_text(resolution->lock) : "refused: " + diagnostics.all()[0].detail;
    }
};

Resolved resolve(const std::string& text, const std::vector<AppliedBlock>& applied = {},
                 const char* pool = "10.0.0.0/8") {
    Sources sources;
    const SourceId id = sources.add("platform.lock", text);
    Resolved resolved;
    resolved.resolution =
        resolve_lock(sources, id, applied, model::Network{*Cidr::parse(pool), 20, {}}, resolved.diagnostics);
    return resolved;
}

TEST(ResolveLock, KeepsWhatBothSidesHaveAndMovesTheLaterNameOfOneBlock) {
    const auto resolved = resolve(head + row(0, "acme/demo") + conflict(row(1, "zeta/demo"), row(1, "norte/demo")));
    EXPECT_EQ(resolved.text(), head + row(0, "acme/demo") + row(1, "norte/demo") + row(2, "zeta/demo"));
    ASSERT_EQ(resolved.resolution->moved.size(), 1u);
    const Moved& moved = resolved.resolution->moved[0];
    EXPECT_EQ(moved.environment, "zeta/demo");
    EXPECT_EQ(moved.keeper, "norte/demo");
    EXPECT_EQ(moved.because, Precedence::firstName);
    EXPECT_EQ(moved.newBlock->str(), "10.0.32.0/20");
}

TEST(ResolveLock, ReadsEveryStyleOfGit) {
    const std::string plain = conflict(row(1, "zeta/demo"), row(1, "norte/demo"));
    const std::string expected = resolve(head + plain).text();
    const std::string oldRow = row(1, "gone/demo", 1, true);
    EXPECT_EQ(resolve(head + conflict(row(1, "zeta/demo"), row(1, "norte/demo"), "||||||| 1234567\n" + oldRow)).text(),
              expected)
        << "diff3: the ancestor's lines are nobody's";
    EXPECT_EQ(
        resolve(head + conflict(row(1, "zeta/demo"), row(1, "norte/demo"),
                                "||||||| merged common ancestors\n<<<<<<<<< Temporary merge branch 1\n" + oldRow +
                                    "||||||||| 7654321\n=========\n" + oldRow + ">>>>>>>>> Temporary merge branch 2\n"))
            .text(),
        expected)
        << "an ancestor that was merged with conflicts";
    std::string longer = plain;
    for (const char kind : {'<', '=', '>'}) longer.insert(longer.find(std::string(7, kind)), 3, kind);
    EXPECT_EQ(resolve(head + longer).text(), expected) << "the attribute conflict-marker-size";
}

TEST(ResolveLock, RefusesMarkersThatDoNotBelongTogether) {
    for (const char* markers : {"<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "<<<<<<< a\n<<<<<<< a\n=======\n>>>>>>> b\n",
                                "<<<<<<< a\n>>>>>>> b\n", "<<<<<<< a\n========\n>>>>>>> b\n"}) {
        const std::string text = head + markers + row(0, "acme/demo");
        const auto resolved = resolve(text);
        EXPECT_FALSE(resolved.resolution) << text;
        ASSERT_FALSE(resolved.diagnostics.empty());
        EXPECT_EQ(resolved.diagnostics.all()[0].code, &code::lockSyntax);
    }
}

TEST(ResolveLock, AnAppliedEnvironmentStaysWhateverItsName) {
    const std::string text = head + conflict(row(0, "zeta/demo"), row(0, "acme/demo"));
    EXPECT_EQ(resolve(text, {{"zeta/demo", {}}}).text(), head + row(0, "zeta/demo") + row(1, "acme/demo"));
    EXPECT_EQ(resolve(text, {{"zeta/demo", {}}}).resolution->moved[0].because, Precedence::applied);
}

TEST(ResolveLock, OneThatBothSidesHaveStaysWhateverItsName) {
    const auto resolved = resolve(head + row(0, "zeta/demo") + conflict(row(0, "acme/demo"), row(1, "norte/demo")));
    EXPECT_EQ(resolved.text(), head + row(0, "zeta/demo") + row(1, "norte/demo") + row(2, "acme/demo"));
    EXPECT_EQ(resolved.resolution->moved[0].because, Precedence::bothSides);
    EXPECT_EQ(resolve(head + conflict(row(0, "zeta/demo"), row(0, "zeta/demo", 2) + row(0, "acme/demo"))).text(),
              head + row(0, "zeta/demo", 2) + row(1, "acme/demo"))
        << "though the sides tell different things of its life";
}

TEST(ResolveLock, SaysWhatItCannotDecide) {
    const auto code_of = [](const std::string& text, const std::vector<AppliedBlock>& applied) {
        const auto resolved = resolve(text, applied);
        return resolved.resolution ? nullptr : resolved.diagnostics.all()[0].code;
    };
    const std::string oneBlock = head + conflict(row(0, "zeta/demo"), row(0, "acme/demo"));
    EXPECT_EQ(code_of(oneBlock, {{"zeta/demo", {}}, {"acme/demo", {}}}), &code::lockUndecided);
    EXPECT_EQ(code_of(oneBlock, {{"nobody/demo", {}}}), &code::lockUndecided);
    const std::string twoPlaces = head + conflict(row(0, "acme/demo"), row(1, "acme/demo"));
    EXPECT_EQ(code_of(twoPlaces, {{"acme/demo", {}}}), &code::lockUndecided);
    EXPECT_EQ(resolve(twoPlaces, {{"acme/demo", Cidr::parse("10.0.16.0/20").value()}}).text(),
              head + row(1, "acme/demo"));
    EXPECT_EQ(code_of(twoPlaces, {{"acme/demo", Cidr::parse("10.9.0.0/20").value()}}), &code::lockUndecided);
    EXPECT_EQ(code_of(head + conflict("block 10.0.0.0/20 a/b aws=111111111111 layout=1 uid=1048576 gen=1\n",
                                      "block 10.0.0.0/20 a/b aws=222222222222 layout=1 uid=1048576 gen=1\n"),
                      {{"a/b", {}}}),
              &code::lockUndecided);
}

TEST(ResolveLock, TwoLocksOfOwnOriginAreNoConflictToMend) {
    const std::string other = "tenantry-lock 1\nplatform lend 19d2b8467f3c0e5a\n";
    for (const std::string& text :
         {conflict(head, other), "tenantry-lock 1\n" + conflict(head.substr(16), other.substr(16)) + row(0, "a/b"),
          conflict(head, "tenantry-lock 1\nplatform bank 7f3c0e5a91d2ab03\n")}) {
        const auto resolved = resolve(text);
        EXPECT_FALSE(resolved.resolution);
        EXPECT_EQ(resolved.diagnostics.all()[0].code, &code::lockOfTwo) << resolved.diagnostics.all()[0].detail;
    }
    EXPECT_EQ(resolve(conflict(head + row(0, "a/b"), head)).text(), head + row(0, "a/b"))
        << "equal headings on both sides";
}

TEST(ResolveLock, OfOneEnvironmentTheLatestInItsLifeCounts) {
    const std::string given = row(0, "acme/demo"), retired = row(0, "acme/demo", 1, true),
                      back = row(0, "acme/demo", 2);
    EXPECT_EQ(resolve(head + conflict(given, retired)).text(), head + retired);
    EXPECT_EQ(resolve(head + conflict(back, retired)).text(), head + back);
    EXPECT_EQ(resolve(head + conflict("block 10.0.0.0/20 acme/demo aws=222222222222 layout=1 uid=1048576 gen=1\n",
                                      "block 10.0.0.0/20 acme/demo aws=111111111111 layout=1 uid=1048576 gen=1\n"))
                  .text(),
              head + "block 10.0.0.0/20 acme/demo aws=111111111111 layout=1 uid=1048576 gen=1\n");
}

TEST(ResolveLock, ARetiredEnvironmentWhoseBlockWasGivenAwayIsForgotten) {
    const auto resolved = resolve(head + conflict(row(0, "acme/demo", 1, true), row(0, "zeta/demo")));
    EXPECT_EQ(resolved.text(), head + row(0, "zeta/demo"));
    EXPECT_FALSE(resolved.resolution->moved[0].newBlock);
    EXPECT_EQ(resolved.resolution->moved[0].because, Precedence::active);
    const std::string apart = head + conflict(row(0, "acme/demo", 1, true), row(1, "zeta/demo"));
    EXPECT_EQ(resolve(apart).text(), head + row(0, "acme/demo", 1, true) + row(1, "zeta/demo"))
        << "one side alone may have reclaimed it, or both: it stays retired";
}

TEST(ResolveLock, MendsWhatGitMergedCleanlyIntoAContradiction) {
    const std::string twoPlaces = head + row(0, "acme/demo") + row(1, "norte/demo") + row(5, "acme/demo");
    EXPECT_EQ(resolve(twoPlaces).text(), head + row(0, "acme/demo") + row(1, "norte/demo"));
    const auto both = resolve(head + row(0, "acme/demo") + row(0, "zeta/demo") + row(1, "zeta/demo"));
    EXPECT_EQ(both.text(), head + row(0, "acme/demo") + row(1, "zeta/demo"));
    EXPECT_TRUE(both.resolution->chosen.empty()) << "it was moved, and is not told to stay";
    const std::string ids = "block 10.0.80.0/20 zeta/demo layout=1 uid=1048576 gen=1\n";
    EXPECT_EQ(resolve(head + row(0, "acme/demo") + ids).text(), head + row(0, "acme/demo") + row(1, "zeta/demo"));
    const std::string good = head + row(0, "acme/demo") + row(1, "norte/demo", 3);
    EXPECT_EQ(resolve(good).text(), good) << "nothing to mend";
}

TEST(ResolveLock, SaysWhenThePoolHasNoRoomForAMovedOne) {
    const auto resolved = resolve(head + conflict(row(0, "zeta/demo"), row(0, "acme/demo")), {}, "10.0.0.0/20");
    ASSERT_FALSE(resolved.resolution);
    EXPECT_EQ(resolved.diagnostics.all()[0].code, &code::poolFull);
    EXPECT_NE(resolved.diagnostics.all()[0].detail.find("zeta/demo"), std::string::npos);
}

TEST(ResolveLock, TellsLinesThatAreNoLock) {
    const auto resolved = resolve(head + conflict("block nonsense\n", row(0, "acme/demo")));
    ASSERT_FALSE(resolved.resolution);
    EXPECT_EQ(resolved.diagnostics.all()[0].code, &code::lockSyntax);
    EXPECT_EQ(resolved.diagnostics.all()[0].at.begin, head.size() + std::string("<<<<<<< HEAD\n").size());
}

TEST(ResolveLock, PrecedencesHaveNamesThatComeBack) {
    for (const Precedence one : {Precedence::applied, Precedence::bothSides, Precedence::active, Precedence::firstName})
        EXPECT_EQ(precedence_from_string(to_string(one)), one);
}

}  // namespace
}  // namespace tenantry::blueprint
