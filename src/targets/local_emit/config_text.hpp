#pragma once

// Writers of the two configuration languages. Both take what a TemplateText takes: literals of ours, words with a
// closed grammar, blanks; so no word of the platform file can end a line or open a block.

#include "template.hpp"

namespace tenantry::local_emit {

namespace detail {
template <class First, class... Rest>
void add_words(TemplateText& text, const First& first, const Rest&... rest) {
    text.add(first);
    (text.add(" ", rest), ...);
}
}  // namespace detail

/// HAProxy configuration (its manual, chapter 2: a section's keyword at the left, a keyword and words a line).
class HaproxyText {
  public:
    template <class... Words>
    HaproxyText& section(const Words&... words) {
        if (!text_.literals().empty()) text_.add("\n");
        detail::add_words(text_, words...);
        text_.add("\n");
        return *this;
    }
    template <class... Words>
    HaproxyText& line(const Words&... words) {
        text_.add(whole_line(words...));
        return *this;
    }
    /// A line as a part of its own, for the body of an EachTask or EachHost.
    template <class... Words>
    static TemplateText whole_line(const Words&... words) {
        TemplateText text;
        text.add("    ");
        detail::add_words(text, words...);
        return std::move(text.add("\n"));
    }
    HaproxyText& block(const TemplateText& lines) {
        text_.add(lines);
        return *this;
    }
    [[nodiscard]] TemplateText take() && { return std::move(text_); }

  private:
    TemplateText text_;
};

/// nginx configuration (its beginner's guide, "Configuration File's Structure": directives and blocks).
class NginxText {
  public:
    template <class... Words>
    NginxText& directive(const Words&... words) {
        indent();
        detail::add_words(text_, words...);
        text_.add(";\n");
        return *this;
    }
    template <class... Words>
    NginxText& open(const Words&... words) {
        indent();
        detail::add_words(text_, words...);
        text_.add(" {\n");
        ++depth_;
        return *this;
    }
    NginxText& close() {
        --depth_;
        indent();
        text_.add("}\n");
        return *this;
    }
    [[nodiscard]] TemplateText take() && { return std::move(text_); }

  private:
    void indent() {
        for (int level = 0; level < depth_; ++level) text_.add("    ");
    }

    TemplateText text_;
    int depth_ = 0;
};

}  // namespace tenantry::local_emit
