// Every file of tests/bad/ is a platform that is refused; what a person sees is its golden.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include <tenantry/compile/compile.hpp>
#include <tenantry/model/keys.hpp>
#include <tenantry/support/golden.hpp>
#include <tenantry/support/platform_text.hpp>
#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {
namespace {

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(support::tests_folder() / "bad"))
        all.push_back(entry.path().stem().string());
    std::ranges::sort(all);
    return all;
}

class BadInput : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Files, BadInput, testing::ValuesIn(names()), [](const auto& row) {
    std::string name = row.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST_P(BadInput, IsRefusedWithThisText) {
    const support::PlatformText text(support::read_test_file("bad/" + GetParam() + ".yaml"));
    Diagnostics diagnostics;
    const auto compiled = compile::compile(
        text.sources, {text.inputs, text.hasLock ? std::optional(text.lock) : std::nullopt}, Pool(1), diagnostics);
    EXPECT_FALSE(compiled) << "it was accepted";
    EXPECT_TRUE(diagnostics.has_errors());
    support::expect_golden("bad/" + GetParam() + ".txt", to_text(text.sources, diagnostics, Style{}));
}

// Every key that a type mentions, also those that come later.
void collect_keys(const model::Type& type, std::set<std::string_view>& tables, std::set<std::string>& keys) {
    if (type.of != nullptr) collect_keys(*type.of, tables, keys);
    if (type.keys == nullptr || !tables.insert(type.name).second) return;
    for (const model::Key& key : type.keys()) {
        keys.insert(std::string(key.name));
        collect_keys(key.type, tables, keys);
    }
}

TEST(BadInputs, HaveEveryKeyOfTheLanguage) {
    std::string all;
    for (const std::string& name : names()) all += support::read_test_file("bad/" + name + ".yaml");
    std::set<std::string_view> tables;
    std::set<std::string> keys;
    collect_keys(model::types::platformFile, tables, keys);
    EXPECT_GT(keys.size(), 70u);
    for (const std::string& key : keys)
        EXPECT_TRUE(all.find(" " + key + ":") != std::string::npos || all.find("\n" + key + ":") != std::string::npos)
            << "no bad input has `" << key << "`";
}

TEST(Diagnostics, AreColouredOnlyWhenAsked) {
    const support::PlatformText text(support::read_test_file("bad/unknown-key.yaml"));
    Diagnostics diagnostics;
    compile::compile(text.sources, {text.inputs, {}}, Pool(1), diagnostics);
    EXPECT_EQ(to_text(text.sources, diagnostics, Style{}).find('\x1b'), std::string::npos);
    support::expect_golden("view/coloured.txt", to_text(text.sources, diagnostics, Style{true, 20}));
}

TEST(Diagnostics, AsJsonSayPlacesAndNotes) {
    const support::PlatformText text(support::read_test_file("bad/host-twice.yaml"));
    Diagnostics diagnostics;
    compile::compile(text.sources, {text.inputs, {}}, Pool(1), diagnostics);
    JsonText json;
    write_json(text.sources, diagnostics, json);
    support::expect_golden("view/diagnostics.json", std::move(json).take());
}

TEST(Printable, LetsNoTerminalSequenceThrough) {
    EXPECT_EQ(printable("a\x1b[31mb\tc\x07"), "a\xEF\xBF\xBD[31mb c\xEF\xBF\xBD");
    EXPECT_EQ(printable("\xE2\x80\xAEgnp"), "\xEF\xBF\xBDgnp") << "right-to-left override";
    EXPECT_EQ(printable("a\xC2\x9Bm\xFF"), "a\xEF\xBF\xBDm\xEF\xBF\xBD") << "C1 and a stray byte";
    EXPECT_EQ(printable("Préstamos"), "Préstamos");
}

}  // namespace
}  // namespace tenantry::view
