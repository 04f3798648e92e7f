#pragma once

#include <concepts>
#include <string_view>

#include <tenantry/base/json_text.hpp>
#include <tenantry/base/text.hpp>

#include "template.hpp"

namespace tenantry::local_emit {

/// Writes one JSON text with blanks. Every string is quoted here, so free text may go in.
class JsonTemplate {
  public:
    JsonTemplate& object(Layout layout = Layout::block);
    JsonTemplate& array(Layout layout = Layout::block);
    JsonTemplate& end();
    JsonTemplate& key(Literal name);
    JsonTemplate& value(Literal text);
    JsonTemplate& value(const FreeText& text);
    JsonTemplate& value(const ServiceName& text);
    /// A string. What fills its blanks needs no escaping: names, numbers, addresses, or an EscapedText.
    JsonTemplate& value(const TemplateText& text);
    template <std::same_as<bool> Bool>
    JsonTemplate& value(Bool truth) {
        json_.value(truth);
        return *this;
    }
    JsonTemplate& value(std::integral auto number)
        requires(!std::same_as<decltype(number), bool>)
    {
        json_.value(number);
        return *this;
    }
    JsonTemplate& null();
    /// Puts blanks or literals as they are: a number, or values with commas between.
    JsonTemplate& bare(const TemplateText& json);

    template <class Value>
    JsonTemplate& member(Literal name, const Value& v) {
        return key(name).value(v);
    }
    template <std::size_t N>
    JsonTemplate& member(Literal name, const char (&text)[N]) {
        return key(name).string(std::string_view(text, N - 1));
    }

    /// The text; `lineEnd`: with a newline at its end.
    [[nodiscard]] TemplateText take(bool lineEnd) &&;

  private:
    JsonTemplate& string(std::string_view text);

    JsonText json_;
    std::vector<PlacedBlank> blanks_;
};

}  // namespace tenantry::local_emit
