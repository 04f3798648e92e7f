#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenantry {

/// How a JSON object or array is laid out: a line a member, or all on one line (so that a diff shows one thing a line).
enum class Layout : std::uint8_t { block, line };

/// Appends `text` as a JSON string with its quotes (RFC 8259 section 7). Control characters, C1 among them (a terminal
/// obeys U+009B), are escaped; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Writes one JSON text in the order of the calls, two-space indent. A sink that quotes: any text may go in.
class JsonText {
  public:
    JsonText& object(Layout layout = Layout::block) { return open('{', '}', layout); }
    JsonText& array(Layout layout = Layout::block) { return open('[', ']', layout); }
    /// Ends the innermost object or array.
    JsonText& end();
    JsonText& key(std::string_view name);
    JsonText& value(std::string_view text);
    JsonText& value(const char* text) { return value(std::string_view(text)); }
    template <std::same_as<bool> Bool>
    JsonText& value(Bool truth) {
        return raw(truth ? "true" : "false");
    }
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    JsonText& value(Number number) {
        return raw(std::to_string(number));
    }
    JsonText& null() { return raw("null"); }
    /// `"name": value`
    template <class Value>
    JsonText& member(std::string_view name, const Value& v) {
        return key(name).value(v);
    }
    /// Puts an already complete JSON value.
    JsonText& raw(std::string_view json);

    /// Bytes written so far.
    [[nodiscard]] std::size_t size() const { return out_.size(); }

    /// The text, with a newline at its end. Everything opened must be ended.
    [[nodiscard]] std::string take() &&;

  private:
    struct Level {
        char close;
        Layout layout;
        bool empty = true;
    };
    JsonText& open(char begin, char close, Layout layout);
    void before_value();
    void new_line();

    std::string out_;
    std::vector<Level> levels_;
    bool afterKey_ = false;
};

}  // namespace tenantry
