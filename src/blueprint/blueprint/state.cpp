#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/state.hpp>

#include "text_form.hpp"

namespace tenantry::blueprint {
namespace {

constexpr std::string_view firstLine = "tenantry-state ";
constexpr std::uint32_t mostValues = 100'000;

State::Shape commons_of(const Commons& commons) {
    State::Shape lines;
    lines.push_back({"network.pool", "pool " + commons.pool.str()});
    for (const Cidr& range : commons.avoid) lines.push_back({"network.avoid", "avoid " + range.str()});
    lines.push_back({"targets.local.domain", "domain " + commons.localDomain.str()});
    for (const auto& [image, path] : commons.hostImages)
        lines.push_back({"targets.local.images", fmt::format("image {} from {}", image, path.str())});
    for (const auto& [image, path] : commons.ociImages)
        lines.push_back({"targets.local.images", fmt::format("image {} from oci {}", image, path.str())});
    return lines;
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || (text.size() > 1 && text.front() == '0') || error != std::errc{} ||
        end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// Cuts off what stands before `mark`, or everything.
std::string_view next(std::string_view& text, char mark) {
    const std::size_t at = text.find(mark);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

/// One past the largest value that a line speaks of; nothing where its marks are wrong.
std::optional<std::uint32_t> values_of(std::string_view text) {
    std::uint32_t most = 0;
    while (true) {
        next(text, '\t');
        if (text.empty()) return most;
        const auto value = number(text.substr(0, text.find('\t')));
        if (!value || *value >= mostValues || text.find('\t') == std::string_view::npos) return std::nullopt;
        next(text, '\t');
        most = std::max(most, *value + 1);
        if (text.empty()) return most;
    }
}

class StateReader {
  public:
    StateReader(const Sources& sources, SourceId id, Diagnostics& diagnostics)
        : text_(sources.text(id)), id_(id), diagnostics_(diagnostics) {}

    std::optional<State> read() {
        if (!header()) return std::nullopt;
        while (take_line()) {
            if (line_ == "end") {
                if (rest().empty() && text_.ends_with('\n')) return std::move(state_);
                take_line();
                refuse("The file ends with the line `end`.");
                return std::nullopt;
            }
            if (!row()) return std::nullopt;
        }
        refuse("The last line, `end`, is missing: the file is not whole.");
        return std::nullopt;
    }

  private:
    [[nodiscard]] std::string_view rest() const { return text_.substr(next_); }

    bool take_line() {
        if (next_ == text_.size()) return false;
        begin_ = next_;
        const std::size_t end = text_.find('\n', begin_);
        line_ = text_.substr(begin_, end - begin_);
        next_ = end == std::string_view::npos ? text_.size() : end + 1;
        return true;
    }

    bool refuse(std::string detail) {
        const auto begin = static_cast<std::uint32_t>(begin_);
        diagnostics_.add(code::badState, Span{id_, begin, begin + static_cast<std::uint32_t>(line_.size())},
                         std::move(detail), "write it anew with `tenantry emit`, or plan against another folder");
        return false;
    }

    bool header() {
        if (!take_line() || !line_.starts_with(firstLine)) return refuse("This is no state that Tenantry wrote.");
        if (line_.substr(firstLine.size()) != fmt::format("{}", stateVersion))
            return refuse(fmt::format("This version reads states of version {}.", stateVersion));
        if (!take_line() || !line_.starts_with("platform ")) return refuse("Here the line `platform NAME` is missing.");
        const auto name = PlatformName::parse(line_.substr(std::string_view("platform ").size()));
        if (!name) return refuse("The platform's name is none.");
        state_.platform = name->str();
        return true;
    }

    bool row() {
        std::string_view content = line_;
        const std::string_view kind = next(content, ' ');
        const bool beforeEnvironments = state_.environments.empty();
        if (kind == "common" && state_.shapes.empty()) return line_of(content, state_.commons, 0);
        if (line_ == "shape" && beforeEnvironments) {
            state_.shapes.emplace_back();
            needs_.push_back(0);
            return true;
        }
        if (kind == "line" && !state_.shapes.empty() && beforeEnvironments)
            return line_of(content, state_.shapes.back(), mostValues);
        if (kind == "environment") return environment(content);
        return refuse("No such line belongs here.");
    }

    bool line_of(std::string_view content, State::Shape& shape, std::uint32_t most) {
        const std::string_view path = next(content, '\t');
        const auto values = values_of(content);
        if (path.empty() || content.empty() || !values || *values > most)
            return refuse("A path, a TAB and a text with its values belong here.");
        if (most != 0) needs_.back() = std::max(needs_.back(), *values);
        shape.push_back({std::string(path), std::string(content)});
        return true;
    }

    bool environment(std::string_view content) {
        auto tenant = TenantName::parse(next(content, '/'));
        auto stage = StageName::parse(next(content, ' '));
        const auto shape = number(next(content, '\t'));
        if (!tenant || !stage || !shape || *shape >= state_.shapes.size())
            return refuse("An environment has a tenant, a stage and a shape that stands above.");
        if (std::ranges::count(line_, '\t') != needs_[*shape])
            return refuse("An environment has a value for each parameter of its shape.");
        State::Environment row{*std::move(tenant), *std::move(stage), *shape, {}};
        row.values.reserve(needs_[*shape]);
        for (std::uint32_t i = 0; i < needs_[*shape]; ++i) row.values.emplace_back(next(content, '\t'));
        if (!state_.environments.empty()) {
            const State::Environment& last = state_.environments.back();
            if (std::pair(last.tenant, last.stage) >= std::pair(row.tenant, row.stage))
                return refuse("Environments stand sorted, each once.");
        }
        state_.environments.push_back(std::move(row));
        return true;
    }

    std::string_view text_;
    SourceId id_;
    Diagnostics& diagnostics_;
    std::size_t begin_ = 0;
    std::size_t next_ = 0;
    std::string_view line_;
    State state_;
    std::vector<std::uint32_t> needs_;  ///< values of each shape
};

void append_lines(std::string& out, std::string_view kind, const State::Shape& lines) {
    for (const State::Line& line : lines) {
        out += kind;
        out += line.path;
        out += '\t';
        out += line.text;
        out += '\n';
    }
}

}  // namespace

State joined(std::vector<State> parts) {
    State all;
    struct Row {
        const State* part = nullptr;
        State::Environment* environment = nullptr;
    };
    std::vector<Row> rows;
    for (State& part : parts)
        for (State::Environment& environment : part.environments) rows.push_back({&part, &environment});
    std::ranges::sort(rows, {},
                      [](const Row& row) { return std::pair(row.environment->tenant, row.environment->stage); });
    if (!parts.empty()) {
        all.platform = parts.front().platform;
        all.commons = parts.front().commons;
    }
    for (const Row& row : rows) {
        const State::Shape& shape = row.part->shapes[row.environment->shape];
        const auto known = std::ranges::find(all.shapes, shape);
        row.environment->shape = static_cast<std::uint32_t>(known - all.shapes.begin());
        if (known == all.shapes.end()) all.shapes.push_back(shape);
        all.environments.push_back(std::move(*row.environment));
    }
    return all;
}

State state_of(const Blueprint& blueprint) {
    State state{blueprint.commons.platform.str(), commons_of(blueprint.commons), {}, {}};
    for (const Shape& shape : blueprint.shapes) {
        State::Shape& lines = state.shapes.emplace_back();
        for (ShapeLine& line : open_lines(shape)) lines.push_back({std::move(line.path.text), std::move(line.text)});
    }
    state.environments.reserve(blueprint.environments.size());
    // Most values are those of the environment before with the same shape, and their texts need not be made again.
    std::vector<const Environment*> like(blueprint.shapes.size());
    std::vector<std::size_t> likeAt(blueprint.shapes.size());
    for (const Environment& environment : blueprint.environments) {
        State::Environment row{environment.tenant, environment.stage, environment.shape.at, {}};
        const Environment*& before = like[environment.shape.at];
        const std::size_t count = blueprint.shape(environment).slots.size();
        row.values.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            const Value& value = blueprint.values[environment.firstValue + i];
            if (before != nullptr && blueprint.values[before->firstValue + i] == value)
                row.values.push_back(state.environments[likeAt[environment.shape.at]].values[i]);
            else
                row.values.push_back(to_text(value));
        }
        before = &environment;
        likeAt[environment.shape.at] = state.environments.size();
        state.environments.push_back(std::move(row));
    }
    return state;
}

std::string to_text(const State& state) {
    std::string out = fmt::format("{}{}\nplatform {}\n", firstLine, stateVersion, state.platform);
    append_lines(out, "common ", state.commons);
    for (const State::Shape& shape : state.shapes) {
        out += "shape\n";
        append_lines(out, "line ", shape);
    }
    for (const State::Environment& row : state.environments) {
        out += fmt::format("environment {}/{} {}", row.tenant.str(), row.stage.str(), row.shape);
        for (const std::string& value : row.values) {
            out += '\t';
            out += value;
        }
        out += '\n';
    }
    return out + "end\n";
}

std::optional<State> read_state(const Sources& sources, SourceId id, Diagnostics& diagnostics) {
    return StateReader(sources, id, diagnostics).read();
}

std::string filled(const State::Line& line, const State::Environment& environment) {
    std::string out;
    std::string_view text = line.text;
    while (true) {
        out += next(text, '\t');
        if (text.empty()) return out;
        const auto value = number(next(text, '\t'));
        TENANTRY_CHECK(value && *value < environment.values.size(), "a line's values were counted when it was read");
        out += environment.values[*value];
        if (text.empty()) return out;
    }
}

}  // namespace tenantry::blueprint
