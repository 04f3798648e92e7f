#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/base/json_text.hpp>
#include <tenantry/base/text.hpp>

namespace tenantry {

void append_json_string(std::string& out, std::string_view text) {
    const bool valid = is_utf8(text);
    out += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7F) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else if (valid && byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(text[++i]));
        } else if (!valid && byte >= 0x80) {
            out += "\xEF\xBF\xBD";
        } else {
            out += c;
        }
    }
    out += '"';
}

JsonText& JsonText::open(char begin, char close, Layout layout) {
    before_value();
    out_ += begin;
    if (!levels_.empty() && levels_.back().layout == Layout::line) layout = Layout::line;
    levels_.push_back({close, layout});
    return *this;
}

JsonText& JsonText::end() {
    TENANTRY_CHECK(!levels_.empty() && !afterKey_, "JSON ends what was opened");
    const Level level = levels_.back();
    levels_.pop_back();
    if (!level.empty && level.layout == Layout::block) new_line();
    if (!level.empty && level.layout == Layout::line && level.close == '}') out_ += ' ';
    out_ += level.close;
    return *this;
}

JsonText& JsonText::key(std::string_view name) {
    TENANTRY_CHECK(!levels_.empty() && levels_.back().close == '}' && !afterKey_, "a key stands in an object");
    before_value();
    append_json_string(out_, name);
    out_ += ": ";
    afterKey_ = true;
    return *this;
}

JsonText& JsonText::value(std::string_view text) {
    before_value();
    append_json_string(out_, text);
    return *this;
}

JsonText& JsonText::raw(std::string_view json) {
    before_value();
    out_ += json;
    return *this;
}

std::string JsonText::take() && {
    TENANTRY_CHECK(levels_.empty(), "JSON is complete when it is taken");
    out_ += '\n';
    return std::move(out_);
}

void JsonText::before_value() {
    if (afterKey_) {
        afterKey_ = false;
        return;
    }
    if (levels_.empty()) return;
    Level& level = levels_.back();
    if (!level.empty) out_ += ',';
    if (level.layout == Layout::block) {
        new_line();
    } else if (!level.empty || level.close == '}') {
        out_ += ' ';
    }
    level.empty = false;
}

void JsonText::new_line() {
    out_ += '\n';
    out_.append(2 * levels_.size(), ' ');
}

}  // namespace tenantry
