#include <algorithm>
#include <iterator>
#include <span>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/view/plan.hpp>

#include "paint.hpp"
#include "source_line.hpp"
#include "words.hpp"

namespace tenantry::view {
namespace {

using blueprint::Blueprint;
using blueprint::Environment;

// Where an environment stands; kept together with the number of its shape's members.
struct ShapeRow {
    Index<blueprint::Shape> shape;
    std::vector<const Environment*> members;
};

std::vector<ShapeRow> shape_rows(const Blueprint& blueprint) {
    std::vector<ShapeRow> rows(blueprint.shapes.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i].shape = {i};
    for (const Environment& environment : blueprint.environments)
        rows[environment.shape.at].members.push_back(&environment);
    std::ranges::stable_sort(rows, std::greater{}, [](const ShapeRow& row) { return row.members.size(); });
    return rows;
}

struct Split {
    const ShapeRow* from = nullptr;  ///< the shape that it is compared with
    std::string ours;
    std::string theirs;
    model::Origin origin;
};

using Lines = std::vector<blueprint::ShapeLine>;

// Of the list of slots at the end nothing is told: it follows from the lines before.
Lines lines_of(const Blueprint& blueprint, const ShapeRow& row) {
    Lines all = blueprint::lines(blueprint.shapes[row.shape.at]);
    std::erase_if(all, [](const blueprint::ShapeLine& line) { return line.text.starts_with("slot "); });
    return all;
}

bool has(std::span<const blueprint::ShapeLine> lines, std::string_view text) {
    return std::ranges::find(lines, text, &blueprint::ShapeLine::text) != lines.end();
}

std::vector<std::string> sorted_texts(const Lines& lines) {
    std::vector<std::string> texts;
    for (const blueprint::ShapeLine& line : lines) texts.push_back(line.text);
    std::ranges::sort(texts);
    return texts;
}

// Of sorted texts: how many one has and the other has not.
std::size_t difference(const std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
    std::vector<std::string_view> left;
    std::ranges::set_symmetric_difference(ours, theirs, std::back_inserter(left));
    return left.size();
}

// The first thing that one has and the other has not, and why the first member of `row` has it.
Split split_between(const compile::Compiled& compiled, const ShapeRow& row, const Lines& ours, const Lines& theirs) {
    std::size_t at = 0;
    while (at < ours.size() && at < theirs.size() && ours[at].text == theirs[at].text) ++at;
    TENANTRY_CHECK(at < ours.size() || at < theirs.size(), "two shapes differ in a line");
    const bool more = at == theirs.size() || (at < ours.size() && has(std::span(ours).subspan(at), theirs[at].text));
    const bool less = at == ours.size() || (at < theirs.size() && has(std::span(theirs).subspan(at), ours[at].text));
    const ModelPath path = less && !more ? theirs[at].path : ours[at].path;
    const Environment& member = *row.members.front();
    return {nullptr, less && !more ? "nothing" : ours[at].text, more ? "nothing" : theirs[at].text,
            model::locate(compiled.model, member.tenant.str(), member.stage.str(), path)};
}

// Each shape but the first beside the one before it that it is most like.
std::vector<Split> splits(const compile::Compiled& compiled, const std::vector<ShapeRow>& rows) {
    std::vector<Lines> lines;
    std::vector<std::vector<std::string>> texts;
    for (const ShapeRow& row : rows) {
        lines.push_back(lines_of(compiled.blueprint, row));
        texts.push_back(sorted_texts(lines.back()));
    }
    std::vector<Split> all(rows.size());
    for (std::size_t i = 1; i < rows.size(); ++i) {
        std::size_t nearest = 0;
        std::size_t least = difference(texts[i], texts[0]);
        for (std::size_t j = 1; j < i; ++j)
            if (const std::size_t here = difference(texts[i], texts[j]); here < least) least = here, nearest = j;
        all[i] = split_between(compiled, rows[i], lines[i], lines[nearest]);
        all[i].from = &rows[nearest];
    }
    return all;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string_view::npos ? text : text.substr(begin);
}

}  // namespace

std::string shape_summary(const Blueprint& blueprint) {
    std::size_t most = 0;
    for (const blueprint::Shape& shape : blueprint.shapes) most = std::max(most, shape.slots.size());
    return fmt::format("shapes: {} for {} (at most {})", blueprint.shapes.size(),
                       counted(blueprint.environments.size(), "environment"), counted(most, "parameter"));
}

std::string shapes_text(const Sources& sources, const compile::Compiled& compiled, const Style& style) {
    const Paint paint(style.color);
    const auto rows = shape_rows(compiled.blueprint);
    const auto all = splits(compiled, rows);
    std::string out = shape_summary(compiled.blueprint) + "\n";
    for (const ShapeRow& row : rows) {
        const blueprint::Shape& shape = compiled.blueprint.shapes[row.shape.at];
        out += fmt::format("\n{} {}, {}\n", paint(Color::bold, compiled.blueprint.shapeNames[row.shape.at]),
                           counted(row.members.size(), "environment"), counted(shape.slots.size(), "parameter"));
        if (const Split& difference = all[static_cast<std::size_t>(&row - rows.data())]; difference.from != nullptr) {
            out += fmt::format("  differs from {}: `{}` where that has `{}`\n",
                               compiled.blueprint.shapeNames[difference.from->shape.at], trimmed(difference.ours),
                               trimmed(difference.theirs));
            if (difference.origin.at) {
                out += fmt::format("  because of {} at {}\n", printable(difference.origin.what),
                                   printable(place(sources, *difference.origin.at)));
                append_source_line(out, sources, *difference.origin.at, Color::yellow, paint);
            }
        }
        constexpr std::size_t mostNames = 12;
        for (std::size_t i = 0; i < std::min(mostNames, row.members.size()); ++i)
            out += fmt::format("  {}\n", row.members[i]->name());
        if (row.members.size() > mostNames) out += fmt::format("  and {} more\n", row.members.size() - mostNames);
    }
    return out;
}

void shapes_json(const Sources& sources, const compile::Compiled& compiled, JsonText& json) {
    const auto rows = shape_rows(compiled.blueprint);
    const auto all = splits(compiled, rows);
    json.key("shapes").array();
    for (const ShapeRow& row : rows) {
        json.object().member("name", compiled.blueprint.shapeNames[row.shape.at]);
        if (const Split& difference = all[static_cast<std::size_t>(&row - rows.data())]; difference.from != nullptr) {
            json.key("differs")
                .object(Layout::line)
                .member("from", compiled.blueprint.shapeNames[difference.from->shape.at]);
            json.member("has", trimmed(difference.ours))
                .member("insteadOf", trimmed(difference.theirs))
                .member("because", difference.origin.what);
            if (difference.origin.at) json.member("place", place(sources, *difference.origin.at));
            json.end();
        }
        json.key("members").array();
        for (const Environment* member : row.members) json.value(member->name());
        json.end().key("structure").array();
        for (const blueprint::ShapeLine& line : blueprint::lines(compiled.blueprint.shapes[row.shape.at]))
            json.value(line.text);
        json.end().end();
    }
    json.end();
}

}  // namespace tenantry::view
