#include <gtest/gtest.h>

#include "blueprint_sample.hpp"
#include "fill.hpp"
#include "json_template.hpp"

namespace tenantry::local_emit {
namespace {

constexpr Index<blueprint::Workload> api{1}, worker{4};

std::string filled(const TemplateText& text) {
    const blueprint::Blueprint blueprint = sample_blueprint();
    return fill(text, Filling{blueprint, blueprint.environments[1]});  // acme/production
}

TEST(Template, WithoutBlanksIsItsLiterals) { EXPECT_EQ(filled(TemplateText().add("a ", Port{80})), "a 80"); }

TEST(Template, FillsBlanksInOrderAlsoSideBySide) {
    EXPECT_EQ(filled(TemplateText().add("<", tenant, stage, "/", tenant, ">")), "<acmeproduction/acme>");
}

TEST(Template, NestedTextKeepsThePlacesOfItsBlanks) {
    TemplateText inner;
    inner.add("[", tenant, "]");
    EXPECT_EQ(filled(TemplateText().add("x", inner, inner, stage)), "x[acme][acme]production");
}

TEST(Template, RepeatsABodyForEachTaskWithSomethingBetween) {
    const EachTask each{api, TemplateText().add(taskName, "=", FromTask{TaskPart::index}), ", ", Which::first};
    EXPECT_EQ(filled(TemplateText().add(each, ".")), "api-1=0, api-2=1.");
}

TEST(Template, SpareTasksStandBehindTheOthersOrAlone) {
    const TemplateText body = TemplateText().add(taskName, " ");
    EXPECT_EQ(filled(TemplateText().add(EachTask{api, body})), "api-1 api-2 api-3 ");
    EXPECT_EQ(filled(TemplateText().add(EachTask{api, body, "", Which::resting})), "api-3 ");
}

TEST(Template, OuterTaskIsThatOfTheLoopAround) {
    TemplateText inner;
    inner.add(EachTask{api, TemplateText().add(FromTask{TaskPart::name, true}, ">", taskName, " "), "", Which::first});
    EXPECT_EQ(filled(TemplateText().add(EachTask{worker, inner}, EachTask{worker, TemplateText().add(taskName)})),
              "worker-1>api-1 worker-1>api-2 worker-1");
}

TEST(Template, CountsHostsFromTheFirstDescriptor) {
    TemplateText body;
    body.add(FromHost{HostPart::descriptor}, ":", FromHost{HostPart::name}, " ");
    EXPECT_EQ(filled(TemplateText().add(EachHost{body})), "3:acme.lend.localhost 4:prestamos.acme.example ");
}

TEST(JsonTemplate, KeepsThePlacesOfBlanks) {
    JsonTemplate json;
    json.object()
        .member("name", TemplateText().add(tenant, "/", stage))
        .key("n")
        .bare(TemplateText().add(TaskTotal{api, Which::first}));
    json.end();
    EXPECT_EQ(filled(std::move(json).take(true)), "{\n  \"name\": \"acme/production\",\n  \"n\": 2\n}\n");
}

// `"hola" \ ñ` of the sample.
TEST(JsonTemplate, FreeTextOfAnEnvironmentIsEscaped) {
    const blueprint::Blueprint blueprint = sample_blueprint();
    const auto hole = blueprint.shapes[0].workloads[api.at].env[0].value;
    JsonTemplate json;
    json.array(Layout::line).value(TemplateText().add("GREETING=", EscapedText{hole})).end();
    EXPECT_EQ(filled(std::move(json).take(false)), R"(["GREETING=\"hola\" \\ ñ"])");
}

}  // namespace
}  // namespace tenantry::local_emit
