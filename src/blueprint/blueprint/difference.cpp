#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <tenantry/blueprint/difference.hpp>

namespace tenantry::blueprint {
namespace {

/// Texts by path: what an environment is.
using Texts = std::map<std::string, std::vector<std::string>, std::less<>>;
using Items = std::map<std::string, ItemChange, std::less<>>;

Texts texts_of(const State::Shape& lines, const State::Environment* environment) {
    Texts texts;
    for (const State::Line& line : lines)
        texts[line.path].push_back(environment == nullptr ? line.text : filled(line, *environment));
    return texts;
}

// `services.api.tasks` -> `services.api`; nothing of the environment's own.
std::string item_of(std::string_view path) {
    for (const std::string_view group : {"services.", "jobs.", "stores.", "secrets.", "access."})
        if (path.starts_with(group)) return std::string(path.substr(0, path.find('.', group.size())));
    return "";
}

std::set<std::string, std::less<>> items_of(const Texts& texts) {
    std::set<std::string, std::less<>> items{""};
    for (const auto& [path, lines] : texts) items.insert(item_of(path));
    return items;
}

void add_field(std::string_view path, std::optional<std::string> before, std::optional<std::string> after,
               std::vector<FieldChange>& fields) {
    const EffectRule& rule = effect_of(path);
    fields.push_back({std::string(path), std::move(before), std::move(after), rule.effect, rule.reason});
}

std::vector<std::string> without(const std::vector<std::string>& all, const std::vector<std::string>& others) {
    std::vector<std::string> left;
    for (const std::string& text : all)
        if (std::ranges::find(others, text) == others.end()) left.push_back(text);
    return left;
}

std::string_view but_last_word(const std::string& text) {
    return std::string_view(text).substr(0, std::min(text.rfind(' '), text.size()));
}

// Lines of one path. One on each side is a change of it; of several, those that the other side has not, where
// `allow api -> scoring tcp 9100` becomes the same with another last word.
void compare_path(std::string_view path, const std::vector<std::string>& before, const std::vector<std::string>& after,
                  std::vector<FieldChange>& fields) {
    if (before == after) return;
    if (before.size() == 1 && after.size() == 1) return add_field(path, before[0], after[0], fields);
    std::vector<std::string> gone = without(before, after);
    const std::size_t first = fields.size();
    for (const std::string& text : without(after, before)) {
        const auto same = std::ranges::find(gone, but_last_word(text), but_last_word);
        add_field(path, same == gone.end() ? std::nullopt : std::optional(*same), text, fields);
        if (same != gone.end()) gone.erase(same);
    }
    for (std::string& text : gone) add_field(path, std::move(text), {}, fields);
    if (fields.size() != first) return;
    // The same lines in another order or number: of arguments, that is another command.
    const auto joined = [](const std::vector<std::string>& all) { return fmt::format("{}", fmt::join(all, ", ")); };
    add_field(path, joined(before), joined(after), fields);
}

std::vector<FieldChange> compare(const Texts& before, const Texts& after) {
    static const std::vector<std::string> none;
    std::vector<FieldChange> fields;
    auto old = before.begin();
    auto now = after.begin();
    while (old != before.end() || now != after.end()) {
        const bool takeOld = now == after.end() || (old != before.end() && old->first <= now->first);
        const bool takeNow = old == before.end() || (now != after.end() && now->first <= old->first);
        compare_path(takeOld ? old->first : now->first, takeOld ? old->second : none, takeNow ? now->second : none,
                     fields);
        if (takeOld) ++old;
        if (takeNow) ++now;
    }
    return fields;
}

// Items of one side alone come or go whole; the others get their fields.
Items items_between(const Texts& before, const Texts& after) {
    const auto old = items_of(before);
    const auto now = items_of(after);
    Items items;
    for (FieldChange& field : compare(before, after)) {
        const std::string path = item_of(field.path);
        ItemChange& item = items[path];
        item.path = path;
        if (!old.contains(path)) {
            item.change = Change::create;
        } else if (!now.contains(path)) {
            item.change = Change::remove;
        } else {
            item.effect = std::max(item.effect, field.effect);
            item.change = item.effect == Effect::replace ? Change::replace : Change::update;
            item.fields.push_back(std::move(field));
        }
    }
    return items;
}

// `services.api.stores.books` -> `services.api`, where the environment has such a line.
std::vector<std::string> users_of(const Texts& texts, std::string_view item) {
    std::vector<std::string> users;
    const bool store = item.starts_with("stores.");
    const std::string_view name = item.substr(item.find('.') + 1);
    for (const auto& [path, lines] : texts) {
        if (!path.starts_with("services.")) continue;
        const std::string service = item_of(path);
        const std::string_view field = std::string_view(path).substr(service.size());
        const bool uses =
            store ? field == fmt::format(".stores.{}", name)
                  : field == ".secrets" && std::ranges::find(lines, fmt::format("secret {}", name)) != lines.end();
        if (uses) users.push_back(service);
    }
    return users;
}

void restart(const std::string& path, std::string reason, Items& items) {
    ItemChange& item = items[path];
    item.path = path;
    if (item.change == Change::create) return;
    item.effect = std::max(item.effect, Effect::restart);
    item.because.push_back(std::move(reason));
}

// A store that is replaced, or a store or secret that stands in variables from now on, restarts who uses it.
void spread(const Texts& after, Items& items) {
    std::vector<std::pair<std::string, std::string>> reasons;
    for (const auto& [path, item] : items) {
        const bool shared = path.starts_with("stores.") || path.starts_with("secrets.");
        if (!shared || item.effect == Effect::inPlace) continue;
        const std::string reason =
            fmt::format("`{}` {}", path, item.effect == Effect::replace ? "is replaced" : "gives other variables");
        for (const std::string& user : users_of(after, path)) reasons.emplace_back(user, reason);
    }
    for (auto& [user, reason] : reasons) restart(user, std::move(reason), items);
}

void restart_all(const Texts& after, Items& items) {
    for (const std::string& path : items_of(after))
        if (path.starts_with("services.")) restart(path, "tasks are spread over the zones anew", items);
}

// `image lend/api from build/api`: the images that come from elsewhere than before.
std::set<std::string, std::less<>> moved_images(const std::vector<FieldChange>& commons) {
    std::set<std::string, std::less<>> images;
    for (const FieldChange& field : commons)
        if (field.path == "targets.local.images")
            for (const auto& text : {field.before, field.after})
                if (text) images.insert(text->substr(0, text->find(" from ")));
    return images;
}

void restart_moved(const Texts& after, const std::set<std::string, std::less<>>& images, Items& items) {
    for (const auto& [path, lines] : after)
        if (path.starts_with("services.") && path.ends_with(".image") && images.contains(lines.front()))
            restart(item_of(path), "its image comes from another file", items);
}

EnvironmentChange change_of(const State::Environment& row, const Texts& before, const Texts& after,
                            const std::set<std::string, std::less<>>& images) {
    EnvironmentChange change{row.tenant, row.stage, Change::update, {}};
    Items items = items_between(before, after);
    const auto own = items.find("");
    if (own != items.end() && own->second.effect == Effect::replace) {
        // What else changes in it goes with it.
        change.change = Change::replace;
        change.items.push_back(std::move(own->second));
        return change;
    }
    spread(after, items);
    restart_moved(after, images, items);
    if (own != items.end() && own->second.effect == Effect::restart) restart_all(after, items);
    for (auto& [path, item] : items) change.items.push_back(std::move(item));
    return change;
}

// Whether two shapes have the same lines, remembered.
class EqualShapes {
  public:
    EqualShapes(const State& before, const State& after) : before_(before), after_(after) {}
    bool operator()(std::uint32_t old, std::uint32_t now) {
        const auto [at, fresh] = known_.emplace(std::pair(old, now), false);
        if (fresh) at->second = before_.shapes[old] == after_.shapes[now];
        return at->second;
    }

  private:
    const State& before_;
    const State& after_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, bool> known_;
};

void count_items(const EnvironmentChange& change, Touched& touched) {
    if (change.change == Change::replace) {
        ++touched.replaced;
        return;
    }
    for (const ItemChange& item : change.items) {
        const bool service = item.path.starts_with("services.");
        if (item.change == Change::replace)
            ++touched.replaced;
        else if (service && item.change == Change::update && item.effect == Effect::restart)
            ++touched.restarts;
        else
            ++touched.inPlace;
    }
}

Touched count(const State& before, const State& after, const Difference& difference) {
    Touched touched;
    std::set<std::string_view> all;
    std::set<std::string_view> changed;
    for (const State* state : {&before, &after})
        for (const State::Environment& row : state->environments) all.insert(row.tenant.str());
    for (const EnvironmentChange& change : difference.environments) {
        changed.insert(change.tenant.str());
        if (change.change == Change::create)
            ++touched.created;
        else if (change.change == Change::remove)
            ++touched.removed;
        else
            count_items(change, touched);
    }
    touched.ofTenants = all.size();
    touched.tenants = difference.commons.empty() ? changed.size() : all.size();
    return touched;
}

}  // namespace

std::string_view to_string(Change change) {
    switch (change) {
        case Change::create:
            return "create";
        case Change::update:
            return "update";
        case Change::replace:
            return "replace";
        case Change::remove:
            return "remove";
    }
    return "";
}

Difference difference(const State& before, const State& after) {
    Difference all;
    if (!before.platform.empty())
        all.commons = compare(texts_of(before.commons, nullptr), texts_of(after.commons, nullptr));
    const auto images = moved_images(all.commons);
    EqualShapes equal(before, after);
    auto old = before.environments.begin();
    auto now = after.environments.begin();
    const auto key = [](const State::Environment& row) { return std::tie(row.tenant, row.stage); };
    while (old != before.environments.end() || now != after.environments.end()) {
        if (now == after.environments.end() || (old != before.environments.end() && key(*old) < key(*now))) {
            all.environments.push_back({old->tenant, old->stage, Change::remove, {}});
            ++old;
        } else if (old == before.environments.end() || key(*now) < key(*old)) {
            all.environments.push_back({now->tenant, now->stage, Change::create, {}});
            ++now;
        } else {
            if (!images.empty() || !equal(old->shape, now->shape) || old->values != now->values) {
                EnvironmentChange change = change_of(*now, texts_of(before.shapes[old->shape], &*old),
                                                     texts_of(after.shapes[now->shape], &*now), images);
                if (!change.items.empty()) all.environments.push_back(std::move(change));
            }
            ++old, ++now;
        }
    }
    all.touched = count(before, after, all);
    return all;
}

}  // namespace tenantry::blueprint
