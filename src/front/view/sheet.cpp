#include "sheet.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

void TextSheet::line(const std::string& text) {
    for (; written_ < open_.size(); ++written_) out_ += std::string(2 * written_, ' ') + open_[written_] + "\n";
    out_ += std::string(2 * open_.size(), ' ') + text + "\n";
}

void TextSheet::begin(std::string_view key) { open_.emplace_back(key); }

void TextSheet::end() {
    open_.pop_back();
    written_ = std::min(written_, open_.size());
}

void TextSheet::value(std::string_view key, std::string_view text) {
    line(fmt::format("{}: {}", key, printable(text)));
}

void TextSheet::number(std::string_view key, std::uint64_t number) { value(key, fmt::format("{}", number)); }

void TextSheet::truth(std::string_view key, bool truth) { value(key, truth ? "true" : "false"); }

void TextSheet::list(std::string_view key, std::span<const std::string> texts) {
    begin(key);
    for (const std::string& text : texts) line(printable(text));
    end();
}

void JsonSheet::list(std::string_view key, std::span<const std::string> texts) {
    json_.key(key).array();
    for (const std::string& text : texts) json_.value(text);
    json_.end();
}

}  // namespace tenantry::view
