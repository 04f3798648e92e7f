#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/blueprint/state.hpp>
#include <tenantry/support/lending_edits.hpp>

#include "built_for_test.hpp"

namespace tenantry::blueprint {
namespace {

std::optional<State> read(const std::string& text, std::string* said = nullptr) {
    Sources sources;
    const SourceId id = sources.add("blueprint.state", text);
    Diagnostics diagnostics;
    auto state = read_state(sources, id, diagnostics);
    EXPECT_EQ(state.has_value(), diagnostics.empty());
    if (said != nullptr && !diagnostics.empty()) *said = diagnostics.all()[0].detail;
    return state;
}

TEST(State, OfTheSmallPlatformIsThisText) {
    const std::string text = to_text(state_of(blueprint_of(support::smallPlatform)));
    support::expect_golden("blueprint/small.state", text);
}

RC_GTEST_PROP(State, IsReadBackAsItWasWritten, (const std::vector<std::size_t>& edits)) {
    const std::string text = to_text(state_of(blueprint_of(support::lending_with(edits))));
    const auto state = read(text);
    RC_ASSERT(state.has_value());
    RC_ASSERT(to_text(*state) == text);
}

TEST(State, FilledInIsTheEnvironmentsOwnText) {
    const Blueprint blueprint = blueprint_of(support::lending_text());
    const State state = state_of(blueprint);
    ASSERT_EQ(state.environments.size(), blueprint.environments.size());
    for (std::size_t i = 0; i < state.environments.size(); ++i) {
        std::string text;
        for (const State::Line& line : state.shapes[state.environments[i].shape])
            text += filled(line, state.environments[i]) + "\n";
        std::string wanted = to_text(blueprint, blueprint.environments[i]);
        for (std::size_t at = wanted.find("\n "); at != std::string::npos; at = wanted.find("\n "))
            wanted.erase(at + 1, wanted.find_first_not_of(' ', at + 1) - at - 1);
        EXPECT_EQ(text, wanted);
    }
}

TEST(State, ThatIsNotWholeIsRefused) {
    const std::string text = to_text(state_of(blueprint_of(support::smallPlatform)));
    for (std::size_t length = 0; length < text.size(); ++length)
        EXPECT_FALSE(read(text.substr(0, length))) << "cut after " << length;
}

TEST(State, ThatContradictsItselfIsRefusedWithItsLine) {
    const std::string text = to_text(state_of(blueprint_of(support::smallPlatform)));
    const auto said_with = [&](std::string_view from, std::string_view to) {
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        std::string said;
        EXPECT_FALSE(read(changed, &said)) << from << " -> " << to;
        return said;
    };
    EXPECT_EQ(said_with("tenantry-state 1", "tenantry-state 2"), "This version reads states of version 1.");
    EXPECT_EQ(said_with("tenantry-state 1", "tenantry-lock 1"), "This is no state that Tenantry wrote.");
    EXPECT_EQ(said_with("platform lend", "platform Lend"), "The platform's name is none.");
    EXPECT_EQ(said_with("environment acme/demo 0", "environment acme/demo 7"),
              "An environment has a tenant, a stage and a shape that stands above.");
    EXPECT_EQ(said_with("environment acme/demo 0", "environment zzz/demo 0"), "Environments stand sorted, each once.");
    EXPECT_EQ(said_with("environment acme/demo 0\t", "environment acme/demo 0\tx\t"),
              "An environment has a value for each parameter of its shape.");
    EXPECT_EQ(said_with("\t0\t", "\t0"), "A path, a TAB and a text with its values belong here.");
    EXPECT_EQ(said_with("\t0\t", "\t00\t"), "A path, a TAB and a text with its values belong here.");
    EXPECT_EQ(said_with("\t0\t", "\t4000000000\t"), "A path, a TAB and a text with its values belong here.");
    EXPECT_EQ(said_with("\nend\n", "\nend\nend\n"), "The file ends with the line `end`.");
    EXPECT_EQ(said_with("\nend\n", "\nshape\nend\n"), "No such line belongs here.");
}

}  // namespace
}  // namespace tenantry::blueprint
