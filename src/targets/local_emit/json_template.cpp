#include "json_template.hpp"

#include <tenantry/base/check.hpp>

namespace tenantry::local_emit {

JsonTemplate& JsonTemplate::object(Layout layout) {
    json_.object(layout);
    return *this;
}

JsonTemplate& JsonTemplate::array(Layout layout) {
    json_.array(layout);
    return *this;
}

JsonTemplate& JsonTemplate::end() {
    json_.end();
    return *this;
}

JsonTemplate& JsonTemplate::key(Literal name) {
    json_.key(name.str());
    return *this;
}

JsonTemplate& JsonTemplate::string(std::string_view text) {
    json_.value(text);
    return *this;
}

JsonTemplate& JsonTemplate::value(Literal text) { return string(text.str()); }
JsonTemplate& JsonTemplate::value(const FreeText& text) { return string(text.str()); }
JsonTemplate& JsonTemplate::value(const ServiceName& text) { return string(text.str()); }

JsonTemplate& JsonTemplate::null() {
    json_.null();
    return *this;
}

JsonTemplate& JsonTemplate::value(const TemplateText& text) {
    std::string quoted;
    append_json_string(quoted, text.literals());
    TENANTRY_CHECK(quoted.size() == text.literals().size() + 2, "what is put around blanks needs no escaping in JSON");
    TemplateText whole;
    return bare(whole.add("\"", text, "\""));
}

JsonTemplate& JsonTemplate::bare(const TemplateText& json) {
    json_.raw(json.literals());
    const std::size_t start = json_.size() - json.literals().size();
    for (const PlacedBlank& placed : json.blanks()) blanks_.push_back({start + placed.at, placed.blank});
    return *this;
}

TemplateText JsonTemplate::take(bool lineEnd) && {
    TemplateText text;
    text.literals_ = std::move(json_).take();
    if (!lineEnd) text.literals_.pop_back();
    text.blanks_ = std::move(blanks_);
    return text;
}

}  // namespace tenantry::local_emit
