#include <gtest/gtest.h>

#include <tenantry/model/tenant_edit.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::model {
namespace {

using support::PlatformText;

constexpr std::string_view head = "platform: lend  # ours\ndomain: lend.example\nstages: { demo: {}, production: {} }\n"
                                  "services: { api: { tier: middleware, image: lend/api } }\n";

NewTenant norte(bool ownFile = false) {
    return {*TenantName::parse("norte"), *FreeText::parse("Norte: 1"), {*StageName::parse("demo")}, ownFile};
}

struct Changed {
    std::vector<FileChange> changes;
    std::string problem;  ///< what is wrong with the result
};

template <class Change>
void apply(PlatformText& text, Changed& result, Change change) {
    Diagnostics diagnostics;
    const auto model = read_model(text.sources, text.inputs, diagnostics);
    ASSERT_TRUE(model) << diagnostics.all()[0].detail;
    result.changes = change(text.sources, text.inputs, *model);
    text.inputs = changed_inputs(text.sources, text.inputs, result.changes);
    if (!read_model(text.sources, text.inputs, diagnostics)) result.problem = diagnostics.all()[0].detail;
}

std::string files_of(const PlatformText& text) {
    std::string all(text.sources.text(text.inputs.platform));
    for (const SourceId id : text.inputs.tenants)
        all += "--- " + std::string(text.sources.name(id)) + "\n" + std::string(text.sources.text(id));
    return all;
}

std::string added(const std::string& tenants, bool ownFile = false) {
    PlatformText text(std::string(head) + tenants);
    Changed result;
    apply(text, result, [&](const Sources& sources, const Inputs& inputs, const Model& model) {
        return add_tenant(sources, inputs, model, norte(ownFile));
    });
    const std::string files = files_of(text);
    EXPECT_TRUE(files.starts_with(head)) << "what was not changed stays";
    return result.problem.empty() ? files.substr(head.size()) : result.problem;
}

std::string removed(const std::string& tenants, const char* name) {
    PlatformText text(std::string(head) + tenants);
    Changed result;
    apply(text, result, [&](const Sources& sources, const Inputs& inputs, const Model& model) {
        return remove_tenant(sources, inputs, model, *TenantName::parse(name));
    });
    return result.problem.empty() ? files_of(text).substr(head.size()) : result.problem;
}

TEST(AddTenant, GoesWhereTheOthersAre) {
    EXPECT_EQ(added("tenants:\n  acme:\n    name: Acme  # c\n# end\n"),
              "tenants:\n  acme:\n    name: Acme  # c\n  norte:\n    name: \"Norte: 1\"\n    stages: [demo]\n# end\n");
    EXPECT_EQ(added("tenants: {}\n"), "tenants: { norte: { name: \"Norte: 1\", stages: [demo] } }\n");
    EXPECT_EQ(added("tenants:\n  include: tenants/t-*.yaml\n--- tenants/t-acme.yaml\nacme: { name: Acme }\n"),
              "tenants:\n  include: tenants/t-*.yaml\n--- tenants/t-acme.yaml\nacme: { name: Acme }\n"
              "--- tenants/t-norte.yaml\nnorte:\n  name: \"Norte: 1\"\n  stages: [demo]\n");
    EXPECT_EQ(added("tenants: { include: tenants/all.yaml }\n--- tenants/all.yaml\nacme: { name: Acme }\n"),
              "tenants: { include: tenants/all.yaml }\n--- tenants/all.yaml\nacme: { name: Acme }\n"
              "norte: { name: \"Norte: 1\", stages: [demo] }\n");
}

TEST(AddTenant, WithAFileOfItsOwnMakesTheInclude) {
    EXPECT_EQ(added("tenants:\n  acme: { name: Acme }\n", true),
              "tenants:\n  acme: { name: Acme }\n  include: tenants/*.yaml\n"
              "--- tenants/norte.yaml\nnorte:\n  name: \"Norte: 1\"\n  stages: [demo]\n");
}

TEST(AddTenant, ANewFileNamesItsSchemaWhereThePlatformDoes) {
    PlatformText text(std::string(platformModeline) + std::string(head) + "tenants: { include: tenants/*.yaml }\n");
    Changed result;
    apply(text, result, [&](const Sources& sources, const Inputs& inputs, const Model& model) {
        return add_tenant(sources, inputs, model, norte());
    });
    ASSERT_EQ(result.changes.size(), 1u);
    EXPECT_TRUE(result.changes[0].text->starts_with(tenantModeline));
}

TEST(RemoveTenant, TakesItsEntryOrItsFile) {
    EXPECT_EQ(removed("tenants:\n  acme: { name: Acme }\n  norte: { name: Norte }  # c\n", "acme"),
              "tenants:\n  norte: { name: Norte }  # c\n");
    EXPECT_EQ(removed("tenants:  # who\n  acme: { name: Acme }\n", "acme"), "tenants: {}  # who\n");
    const std::string include = "tenants: { include: tenants/*.yaml }\n";
    EXPECT_EQ(removed(include + "--- tenants/a.yaml\nacme: { name: A }\n--- tenants/b.yaml\nb: { name: B }\n", "acme"),
              include + "--- tenants/b.yaml\nb: { name: B }\n");
    EXPECT_EQ(removed(include + "--- tenants/a.yaml\n# both\nacme: { name: A }\nb: { name: B }\n", "acme"),
              include + "--- tenants/a.yaml\n# both\nb: { name: B }\n");
}

TEST(RemoveTenant, UndoesAdding) {
    for (const char* tenants :
         {"tenants:\n  acme: { name: Acme }  # c\n\n# after\n", "tenants: { acme: { name: Acme } }\n",
          "tenants:\r\n    acme:\r\n      name: Acme\r\n",
          "tenants: { include: t/*.yaml }\n--- t/acme.yaml\nacme: { name: A }\n",
          "targets: { local: {} }\ntenants:\n  acme:\n    name: Acme\n    # deeper\nnetwork: { block: /20 }\n"})
        EXPECT_EQ(removed(added(tenants), "norte"), tenants);
}

}  // namespace
}  // namespace tenantry::model
