// The text of a saved plan: written, read, compared with what there is now.

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/plan.hpp>

namespace tenantry::compile {
namespace {

using blueprint::Change;

constexpr std::string_view firstLine = "tenantry-plan ";
constexpr std::array changes{Change::create, Change::update, Change::replace, Change::remove};

std::optional<Digest> digest_of(std::string_view hex) {
    Digest digest;
    if (hex.size() != 2 * digest.bytes.size() || hex.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return std::nullopt;
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    for (std::size_t i = 0; i < digest.bytes.size(); ++i)
        digest.bytes[i] = static_cast<std::uint8_t>(16 * value(hex[2 * i]) + value(hex[2 * i + 1]));
    return digest;
}

std::optional<SavedPlan::Row> row_of(std::string_view text) {
    const std::size_t space = text.find(' ');
    const std::string_view name = space == std::string_view::npos ? "" : text.substr(space + 1);
    const std::size_t slash = std::min(name.find('/'), name.size());
    const auto* const change =
        std::ranges::find(changes, text.substr(0, space), [](Change c) { return blueprint::to_string(c); });
    if (change == changes.end() || slash == name.size() || !TenantName::parse(name.substr(0, slash)) ||
        !StageName::parse(name.substr(slash + 1)))
        return std::nullopt;
    return SavedPlan::Row{*change, std::string(name)};
}

class PlanReader {
  public:
    PlanReader(const Sources& sources, SourceId id, Diagnostics& diagnostics)
        : text_(sources.text(id)), id_(id), diagnostics_(diagnostics) {}

    std::optional<SavedPlan> read() {
        SavedPlan plan;
        if (!is_whole()) return std::nullopt;
        const bool good = word(plan.target, "target ") && word(plan.platform, "platform ") &&
                          digest(plan.from.files, "files ") && digest(plan.from.lock, "lock ") &&
                          digest(plan.from.pins, "pins ") && digest(plan.from.state, "state ") &&
                          digest(plan.wanted, "wanted ");
        if (!good) return std::nullopt;
        while (next_ < body_) {
            std::string_view line;
            if (!take(line, "environment ")) return std::nullopt;
            auto row = row_of(line);
            if (!row) return refuse("A change and an environment belong here."), std::nullopt;
            plan.rows.push_back(*std::move(row));
        }
        return plan;
    }

  private:
    // The version first: a later one may have another last line.
    bool is_whole() {
        std::string_view version;
        if (!take(version, firstLine)) return false;
        if (version != fmt::format("{}", planVersion))
            return refuse(fmt::format("This version reads plans of version {}.", planVersion));
        const std::size_t last = text_.rfind("\ndigest ");
        if (last == std::string_view::npos)
            return refuse("The last line, `digest`, is missing: the file is not whole.");
        body_ = last + 1;
        if (text_.substr(body_) != fmt::format("digest {}\n", blake2b(text_.substr(0, body_)).hex()))
            return refuse("The file was changed since it was written.");
        return true;
    }

    bool take(std::string_view& rest, std::string_view key) {
        begin_ = next_;
        const std::size_t end = std::min(text_.find('\n', begin_), text_.size());
        const std::string_view line = text_.substr(begin_, end - begin_);
        next_ = std::min(end + 1, text_.size());
        if (!line.starts_with(key)) return refuse(fmt::format("Here a line belongs that begins with `{}`.", key));
        rest = line.substr(key.size());
        return true;
    }

    bool word(std::string& to, std::string_view key) {
        std::string_view text;
        if (!take(text, key)) return false;
        if (!Label::parse(text)) return refuse("A name belongs here.");
        to = std::string(text);
        return true;
    }

    bool digest(Digest& to, std::string_view key) {
        std::string_view text;
        if (!take(text, key)) return false;
        const auto digest = digest_of(text);
        if (!digest) return refuse("64 hex digits belong here.");
        to = *digest;
        return true;
    }

    bool refuse(std::string detail) {
        const auto begin = static_cast<std::uint32_t>(begin_);
        const std::size_t end = std::min(text_.find('\n', begin_), text_.size());
        diagnostics_.add(code::badPlan, Span{id_, begin, static_cast<std::uint32_t>(end)}, std::move(detail),
                         "make it anew with `tenantry plan -o FILE`");
        return false;
    }

    std::string_view text_;
    SourceId id_;
    Diagnostics& diagnostics_;
    std::size_t begin_ = 0;
    std::size_t next_ = 0;
    std::size_t body_ = 0;  ///< where the last line begins
};

}  // namespace

std::string to_text(const SavedPlan& plan) {
    std::string text =
        fmt::format("{}{}\ntarget {}\nplatform {}\nfiles {}\nlock {}\npins {}\nstate {}\nwanted {}\n", firstLine,
                    planVersion, plan.target, plan.platform, plan.from.files.hex(), plan.from.lock.hex(),
                    plan.from.pins.hex(), plan.from.state.hex(), plan.wanted.hex());
    for (const SavedPlan::Row& row : plan.rows)
        text += fmt::format("environment {} {}\n", blueprint::to_string(row.change), row.environment);
    return text + fmt::format("digest {}\n", blake2b(text).hex());
}

std::optional<SavedPlan> read_plan(const Sources& sources, SourceId id, Diagnostics& diagnostics) {
    return PlanReader(sources, id, diagnostics).read();
}

bool check_fresh(const SavedPlan& saved, const SavedPlan& now, SourceId id, Diagnostics& diagnostics) {
    bool fresh = true;
    const auto moved = [&](bool same, std::string what) {
        if (same) return;
        fresh = false;
        diagnostics.add(code::stalePlan, Span{id, 0, static_cast<std::uint32_t>(firstLine.size()) + 1}, std::move(what),
                        "make it anew with `tenantry plan -o FILE`, and read what it says now");
    };
    moved(saved.target == now.target && saved.platform == now.platform,
          fmt::format("The plan is for the platform `{}` on target `{}`, and not for `{}` on `{}`.", saved.platform,
                      saved.target, now.platform, now.target));
    moved(saved.from.files == now.from.files, "The platform's files changed since the plan was made.");
    moved(saved.from.lock == now.from.lock, "`platform.lock` changed since the plan was made.");
    moved(saved.from.pins == now.from.pins, "Releases were pinned since the plan was made.");
    moved(saved.from.state == now.from.state, "Something else was applied since the plan was made.");
    // Equal inputs and another result: another version of Tenantry read them.
    if (fresh)
        moved(saved.wanted == now.wanted && saved.rows == now.rows,
              "This version of Tenantry makes something else of the same files than the one that planned.");
    return fresh;
}

}  // namespace tenantry::compile
