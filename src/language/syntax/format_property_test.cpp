// The laws of the formatter, on texts that are written in every way that the grammar allows.

#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <tenantry/syntax/format.hpp>
#include <tenantry/syntax/yaml.hpp>

#include "syntax_test.hpp"
#include "yaml_layout.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;

template <class Law>
void check(int times, Law law) {
    rc::detail::TestParams params;
    params.maxSuccess = times;
    rc::detail::TestMetadata metadata;
    const auto result = rc::detail::checkTestable(std::move(law), metadata, params);
    std::ostringstream words;
    rc::detail::printResultMessage(result, words);
    EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << words.str();
}

/// Writes a YAML text; every decision is one number of a list, so that rapidcheck can shrink it.
class Writer {
  public:
    explicit Writer(std::vector<std::uint8_t> choices) : choices_(std::move(choices)) {}

    std::string text() {
        std::string out = comment(0);
        out += pick(6) == 1 ? "---\n" : "";
        out += comment(0) + block(4, 0, 0);
        return out + comment(pick(3)) + (pick(8) == 1 ? "...\n" : "");
    }

    std::vector<std::string> comments;  ///< in the order of the text

  private:
    // 0, the simplest, once the list is used up.
    std::size_t pick(std::size_t among) { return at_ < choices_.size() ? choices_[at_++] % among : 0; }
    std::string of(std::initializer_list<const char*> all) { return *(all.begin() + pick(all.size())); }
    std::string gap() { return std::string(1 + pick(3), ' '); }
    static std::string spaces(std::size_t count) { return std::string(count, ' '); }

    std::string new_comment() {
        comments.push_back("#" + of({"", " why", "x: [1", " - 'a", "# &", " c\xC3\xA9"}) +
                           std::to_string(comments.size()));
        return comments.back();
    }
    // Lines of comments and empty lines.
    std::string comment(std::size_t column) {
        std::string out;
        for (std::size_t i = pick(4); i > 0; --i)
            out += pick(2) == 0 ? spaces(column + pick(4)) + new_comment() + gap() + "\n" : of({"", "  "}) + "\n";
        return out;
    }
    std::string end_of_line() {
        return (pick(4) == 1 ? gap() + new_comment() : of({"", " "})) + of({"\n", "\n", "\r\n"});
    }

    // No two are equal.
    std::string key() {
        const std::string number = std::to_string(++keys_);
        switch (pick(4)) {
            case 1:
                return "\"q: k" + number + "\"";
            case 2:
                return "'s''q" + number + "'";
            case 3:
                return of({"k-", "/api/v", "x y ", "~z", "a#b", "012", "-- "}) + number;
            default:
                return "a" + number;
        }
    }

    std::string scalar(bool flow, std::size_t indent) {
        const std::string plain = of({"v", "1.5", "yes", "null", "a b", "x:y", "a#b", "-1", "http://h/p?q", "...x"});
        const std::string next = "\n" + spaces(indent + pick(3));
        switch (pick(flow ? 4 : 5)) {
            case 1:
                return of({"\"d q\"", "\"\\u2028\\x01\"", "\"\"", "\"a \\\" # b\"", "\"[x\""});
            case 2:
                return of({"'s q'", "'it''s'", "''", "'a\\b'", "' pad '", "'# no'"});
            case 3:
                return of({"\"one", "\"a \\", "\"e\\ ", "\"t  "}) + next +
                       of({"two\"", "\\ t\"",
                           "\n"
                           "x\""});
            case 4:
                return plain + next + of({"- more", "more", "\n      m"});
            default:
                return plain;
        }
    }

    std::string between(std::size_t indent) {
        return pick(5) == 1 ? end_of_line() + spaces(indent) : of({"", " ", "  "});
    }

    std::string flow(std::size_t depth, std::size_t indent) {
        const std::size_t kind = depth == 0 ? 0 : pick(3);
        if (kind == 0) return scalar(true, indent);
        std::string out = (kind == 1 ? "{" : "[") + between(indent);
        const std::size_t count = pick(4);
        for (std::size_t i = 0; i < count; ++i) {
            const bool pair = kind == 1 || pick(8) == 1;
            out += pair ? key() : "";
            if (!pair || pick(6) != 1) out += (pair ? ": " : "") + flow(depth - 1, indent);
            out += between(indent) + (i + 1 < count || pick(3) == 1 ? "," + between(indent) : "");
        }
        return out + (kind == 1 ? "}" : "]");
    }

    std::string block_scalar(std::size_t indent) {
        const bool digit = pick(4) == 1;
        std::string out = of({"|", ">"}) + (digit ? "1" : "") + of({"", "-", "+"}) +
                          (pick(4) == 1 ? gap() + new_comment() : "") + "\n";
        const std::string front = spaces(indent + 1 + (digit ? 0 : pick(3)));
        for (std::size_t i = pick(5), n = 0; n < i; ++n)
            out += pick(3) == 1 ? of({"", "  ", "          "}) + "\n"
                                : front + (pick(3) == 1 ? " " : "") + of({"text", "# no", "- x: y", "a b "}) + "\n";
        return out + (pick(3) == 1 ? "\n\n" : "");
    }

    // What stands behind `key:` or `-`, up to the end of its line or block. `indent`: of the block around it.
    std::string value(std::size_t depth, std::size_t indent, bool mayBeCompact) {
        switch (pick(depth == 0 ? 5 : 8)) {
            case 0:
                return gap() + scalar(false, indent + 1) + end_of_line();
            case 1:
                return gap() + flow(3, indent + 1) + end_of_line();
            case 2:
                return gap() + block_scalar(indent);
            case 3:
                return end_of_line();
            case 4:
                return end_of_line() + comment(indent + 1) + spaces(indent + 1) + flow(1, indent + 1) + end_of_line();
            default:
                break;
        }
        const std::size_t deeper = indent + 1 + pick(4);
        if (mayBeCompact && pick(2) == 0) return spaces(deeper - indent) + block(depth - 1, deeper + 1, deeper + 1);
        return end_of_line() + comment(deeper) + block(depth - 1, deeper, 0);
    }

    // `begun`: columns of the first line that are written already.
    std::string block(std::size_t depth, std::size_t indent, std::size_t begun) {
        std::string out;
        const bool map = pick(3) != 1;
        for (std::size_t i = 0, count = 1 + pick(3); i < count; ++i) {
            out += i == 0 && begun != 0 ? "" : spaces(indent);
            if (!map)
                out += "-" + value(depth, indent, true);
            else if (pick(12) == 1)
                out += "? " + key() + end_of_line() + spaces(indent) + ":" + value(depth, indent, false);
            else
                out += key() + ":" + value(depth, indent, false);
            if (i + 1 < count) out += comment(indent);
        }
        return out;
    }

    std::vector<std::uint8_t> choices_;
    std::size_t at_ = 0;
    std::size_t keys_ = 0;
};

std::vector<std::string> lines_with(const std::string& text, const std::vector<std::string>& comments) {
    std::vector<std::string> missing;
    for (const std::string& comment : comments)
        // One that stands deeper than a text in lines is a part of it, with the spaces behind it.
        if (text.find(comment + "\n") == std::string::npos && text.find(comment + " ") == std::string::npos)
            missing.push_back(comment);
    return missing;
}

void expect_laws(const std::string& text, const std::vector<std::string>& comments) {
    const auto before = read(parse_yaml, text);
    RC_ASSERT(before->result.has_value());
    const std::string once = laid_out(text, *before->result);
    RC_LOG() << "formatted:\n" << once;
    const auto after = read(parse_yaml, once);
    RC_ASSERT(after->result.has_value());
    RC_ASSERT(same_values(Node::root(*before->result), Node::root(*after->result)));
    RC_ASSERT(lines_with(once, comments) == std::vector<std::string>{});
    RC_ASSERT(laid_out(once, *after->result) == once);
}

TEST(FormatProperties, OfWrittenTexts) {
    std::size_t readable = 0, all = 0;
    check(2000, [&] {
        Writer writer(*rc::gen::scale(8, rc::gen::arbitrary<std::vector<std::uint8_t>>()));
        const std::string text = writer.text();
        RC_LOG() << "text:\n" << text;
        ++all;
        if (!read(parse_yaml, text)->result) return;
        ++readable;
        expect_laws(text, writer.comments);
    });
    EXPECT_GT(readable * 3, all * 2) << "most of what is written is YAML: " << readable << " of " << all;
}

TEST(FormatProperties, OfPiecesOfYaml) {
    std::size_t readable = 0;
    check(10000, [&] {
        const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
            "a: ", "b: ",   "c:",    "- ", "-",    "[",      "]",      "{",        "}",         ", ",
            "x",   "'y'",   "\"z\"", "\n", "\n  ", "\n    ", " # c\n", "|\n  t\n", ">-\n  t\n", "? ",
            ": ",  "---\n", "...\n", "~",  "null", "\t",     " ",      "#d",       "&",         "é"}));
        std::string text;
        for (const std::string& piece : pieces) text += piece;
        RC_LOG() << "text:\n" << text;
        if (!read(parse_yaml, text)->result) return;
        ++readable;
        expect_laws(text, {});
    });
    EXPECT_GT(readable, 100u);
}

}  // namespace
}  // namespace tenantry::syntax
