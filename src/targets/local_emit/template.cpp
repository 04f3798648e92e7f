#include "template.hpp"

namespace tenantry::local_emit {

TemplateText::TemplateText() = default;
TemplateText::TemplateText(const TemplateText&) = default;
TemplateText::TemplateText(TemplateText&&) noexcept = default;
TemplateText& TemplateText::operator=(const TemplateText&) = default;
TemplateText& TemplateText::operator=(TemplateText&&) noexcept = default;
TemplateText::~TemplateText() = default;

void TemplateText::put(const TemplateText& nested) {
    for (const PlacedBlank& placed : nested.blanks_) blanks_.push_back({literals_.size() + placed.at, placed.blank});
    literals_ += nested.literals_;
}

}  // namespace tenantry::local_emit
