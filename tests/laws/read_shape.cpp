#include "read_shape.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace tenantry::laws {
namespace {

using namespace blueprint;

/// A line as its words. `"a b"` is one word, unescaped, and so is `<image api>`.
struct Words {
    std::vector<std::string> all;
    bool indented = false;

    explicit Words(std::string_view line) {
        indented = line.starts_with("  ");
        while (!line.empty()) {
            if (line.front() == ' ')
                line.remove_prefix(1);
            else
                all.push_back(take(line));
        }
    }

    [[nodiscard]] const std::string& at(std::size_t i) const {
        static const std::string none;
        return i < all.size() ? all[i] : none;
    }

  private:
    static std::string take(std::string_view& line) {
        std::string word;
        const char end = line.front() == '"' ? '"' : line.front() == '<' ? '>' : ' ';
        if (end == '"') line.remove_prefix(1);
        while (!line.empty() && line.front() != end) {
            if (end == '"' && line.front() == '\\') line.remove_prefix(1);
            word += line.front();
            line.remove_prefix(1);
        }
        if (line.empty() || end == ' ') return word;
        line.remove_prefix(1);
        if (end == '"') return word;
        // `<tasksMin api>..<tasksMax api>` is two.
        if (line.starts_with("..")) line.remove_prefix(2);
        return word + '>';
    }
};

/// Ends the reading; caught at the only door.
struct NoShape {
    std::string why;
};

void expect(bool truth, const char* why) {
    if (!truth) throw NoShape{why};
}

template <class T, class E>
T sure(std::expected<T, E> value, const char* why) {
    expect(value.has_value(), why);
    return *std::move(value);
}
template <class T>
T sure(std::optional<T> value, const char* why) {
    expect(value.has_value(), why);
    return *std::move(value);
}

std::uint32_t number(std::string_view text, std::uint32_t most = 0xFFFF'FFFF) {
    return sure(model::parse_number(text, 0, most), "a number");
}
model::Duration duration(std::string_view text) { return sure(model::parse_duration(text), "a time"); }
FreeText free_text(std::string_view text) { return sure(FreeText::parse(text), "a text"); }

SlotKind slot_kind(std::string_view text) {
    for (int i = 0; i <= static_cast<int>(SlotKind::recovery); ++i)
        if (to_string(static_cast<SlotKind>(i)) == text) return static_cast<SlotKind>(i);
    throw NoShape{"a kind of slot"};
}

template <class Value>
Value one_of(std::initializer_list<Value> values, std::string_view text) {
    for (const Value value : values)
        if (to_string(value) == text) return value;
    throw NoShape{"a word of the list"};
}

/// Adds line after line to a shape; which row indented lines belong to is `in_`.
class Reader {
  public:
    /// What lines further down are needed before: slots and names.
    void look_ahead(const Words& words) {
        if (words.indented) return;
        if (words.at(0) == "slot") {
            const auto part = [&](std::size_t i) { return words.at(i) == "-" ? "" : words.at(i); };
            shape.slots.push_back({slot_kind(words.at(1)), part(2), part(3)});
        }
        if (words.at(0) == "service") services_.push_back(words.at(1));
        if (words.at(0) == "job") jobs_.push_back(words.at(1));
        if (words.at(0) == "store") stores_.push_back(words.at(1));
    }

    void take(const Words& words) {
        if (words.indented)
            in_(words);
        else
            top(words);
    }

    Shape shape;

  private:
    template <class T>
    Hole<T> hole(SlotKind kind, const std::string& word, const std::string& owner = "", const std::string& part = "") {
        std::string name = "<" + std::string(to_string(kind));
        for (const std::string& more : {owner, part})
            if (!more.empty()) name += " " + more;
        expect(word == name + ">", "the slot of its own row");
        const auto slot = std::ranges::find(shape.slots, Slot{kind, owner, part});
        expect(slot != shape.slots.end(), "a slot of the list");
        return {{static_cast<std::uint32_t>(slot - shape.slots.begin())}};
    }

    Index<Workload> workload(std::string_view name) const {
        const auto row = std::ranges::find(services_, name);
        expect(row != services_.end(), "a service of the shape");
        return {static_cast<std::uint32_t>(row - services_.begin())};
    }

    Grant grant(const Words& words) const {
        const auto row = std::ranges::find(stores_, words.at(1));
        expect(row != stores_.end(), "a store of the shape");
        return {{static_cast<std::uint32_t>(row - stores_.begin())},
                sure(model::access_from_string(words.at(2)), "an access")};
    }

    void top(const Words& words) {
        static const std::map<std::string, void (Reader::*)(const Words&), std::less<>> lines{
            {"layout", &Reader::layout},   {"subnet", &Reader::subnet}, {"service", &Reader::service},
            {"job", &Reader::job},         {"store", &Reader::store},   {"secret", &Reader::secret},
            {"access", &Reader::access},   {"entry", &Reader::entry},   {"allow", &Reader::allow},
            {"backups", &Reader::backups}, {"idle", &Reader::idle}};
        const auto line = lines.find(words.at(0));
        if (line != lines.end())
            (this->*line->second)(words);
        else
            heading(words);
    }

    void heading(const Words& words) {
        const std::string& word = words.at(1);
        if (words.at(0) == "zones") shape.zones = static_cast<std::uint8_t>(number(word, maxZones));
        if (words.at(0) == "protect") shape.protect = word == "true";
        if (words.at(0) == "tenant") shape.tenant = hole<TenantName>(SlotKind::tenant, word);
        if (words.at(0) == "stage") shape.stage = hole<StageName>(SlotKind::stage, word);
        if (words.at(0) == "account") shape.account = hole<Account>(SlotKind::account, word);
        if (words.at(0) == "block") shape.block = hole<Cidr>(SlotKind::block, word);
        if (words.at(0) == "uids") shape.uids = hole<UidRange>(SlotKind::uids, word);
        if (words.at(0) == "hosts") shape.hosts = hole<Hosts>(SlotKind::hosts, word);
        if (words.at(0) == "logs") shape.keepLogs = hole<model::Duration>(SlotKind::keepLogs, word);
    }

    void layout(const Words& words) {
        shape.layout = static_cast<std::uint8_t>(number(words.at(1), 255));
        shape.blockPrefix = static_cast<std::uint8_t>(number(words.at(3).substr(1), 32));
    }
    void backups(const Words& words) { shape.recovery = hole<model::Duration>(SlotKind::recovery, words.at(2)); }
    void idle(const Words& words) { shape.sleepAfter = duration(words.at(2)); }

    void subnet(const Words& words) {
        const std::string& range = words.at(4);
        const std::size_t slash = range.find('/');
        shape.subnets.push_back(
            {one_of({SubnetKind::privateTasks, SubnetKind::publicIngress, SubnetKind::data, SubnetKind::egress,
                     SubnetKind::endpoints},
                    words.at(1)),
             static_cast<std::uint8_t>(number(words.at(3), maxZones)),
             {number(range.substr(1, slash - 1)), static_cast<std::uint8_t>(number(range.substr(slash + 1), 32))}});
    }

    void service(const Words& words) {
        const std::string& name = words.at(1);
        shape.workloads.push_back(
            {sure(ServiceName::parse(name), "a name"), sure(model::tier_from_string(words.at(2)), "a tier")});
        in_ = [this, name](const Words& line) { of_service(shape.workloads.back(), name, line); };
    }

    void of_service(Workload& row, const std::string& name, const Words& words) {
        const std::string& key = words.at(0);
        const std::string& word = words.at(1);
        if (key == "port") row.port = sure(model::parse_port(word), "a port");
        if (key == "image") row.image = hole<ImageRef>(SlotKind::image, word, name);
        if (key == "static") row.staticFolder = sure(FilePath::parse(word), "a path");
        if (key == "argument") row.command.push_back(free_text(word));
        if (key == "cpu") row.cpu = hole<model::Cpu>(SlotKind::cpu, word, name);
        if (key == "memory") row.memory = hole<model::Bytes>(SlotKind::memory, word, name);
        if (key == "tasks" && words.all.size() == 2) row.scaling = FixedTasks{hole<Count>(SlotKind::tasks, word, name)};
        if (key == "tasks" && words.all.size() == 3)
            row.scaling = RangeTasks{hole<Count>(SlotKind::tasksMin, word, name),
                                     hole<Count>(SlotKind::tasksMax, words.at(2), name)};
        if (key == "health") row.health = health(words);
        if (key == "drain") row.drain = duration(word);
        if (key == "route") row.routes.push_back({sure(PathPrefix::parse(word), "a prefix"), workload(words.at(3))});
        if (key == "call") row.calls.push_back(workload(word));
        if (key == "address") row.virtualAddress = number(word.substr(1));
        uses(row, name, words);
    }

    static model::Health health(const Words& words) {
        using Kind = model::Health::Kind;
        model::Health health;
        const std::size_t last = words.all.size() - 6;  // `every 5s grace 30s failures 3`
        health.every = duration(words.at(last + 1));
        health.grace = duration(words.at(last + 3));
        health.failures = number(words.at(last + 5));
        if (words.at(1) == "http") health.kind = Kind::http, health.path = words.at(2);
        if (words.at(1) == "tcp") health.kind = Kind::tcp;
        if (words.at(1) == "exit") health.kind = Kind::exit;
        if (words.at(1) != "command") return health;
        health.kind = Kind::command;
        for (std::size_t i = 2; i < last; ++i) health.command.push_back(free_text(words.at(i)));
        return health;
    }

    template <class Program>
    void uses(Program& row, const std::string& name, const Words& words) {
        const std::string& key = words.at(0);
        const std::string& word = words.at(1);
        if (key == "env")
            row.env.push_back(
                {sure(EnvKey::parse(word), "a key"), hole<FreeText>(SlotKind::envText, words.at(2), name, word)});
        if (key == "store") row.stores.push_back(grant(words));
        if (key == "secret") row.secrets.push_back(sure(SecretName::parse(word), "a name"));
        if (key != "egress") return;
        const std::size_t colon = word.rfind(':');
        row.egress.push_back({sure(HostName::parse(word.substr(0, colon)), "a host"),
                              sure(model::parse_port(word.substr(colon + 1)), "a port")});
    }

    void job(const Words& words) {
        using When = model::Job::When;
        const std::string& name = words.at(1);
        shape.jobs.push_back({sure(JobName::parse(name), "a name"),
                              one_of({When::beforeRelease, When::afterCreate, When::scheduled}, words.at(2))});
        in_ = [this, name](const Words& line) { of_job(shape.jobs.back(), name, line); };
    }

    void of_job(Job& row, const std::string& name, const Words& words) {
        const std::string& key = words.at(0);
        const auto schedule = [&] {
            std::string text = words.at(1);
            for (std::size_t i = 2; i < words.all.size(); ++i) text += " " + words.at(i);
            return sure(model::parse_schedule(text), "a schedule");
        };
        if (key == "at") row.schedule = schedule();
        if (key == "reset") row.reset = schedule();
        if (key == "timeout") row.timeout = duration(words.at(1));
        if (key == "overlap") row.overlap = words.at(1) == "allow";
        if (key == "repeatable") row.repeatable = words.at(1) == "true";
        if (key == "image") row.image = hole<ImageRef>(SlotKind::image, words.at(1), name);
        if (key == "argument") row.command.push_back(free_text(words.at(1)));
        if (key == "cpu") row.cpu = hole<model::Cpu>(SlotKind::cpu, words.at(1), name);
        if (key == "memory") row.memory = hole<model::Bytes>(SlotKind::memory, words.at(1), name);
        uses(row, name, words);
    }

    void store(const Words& words) {
        const std::string& name = words.at(1);
        shape.stores.push_back({sure(StoreName::parse(name), "a name"),
                                sure(model::engine_from_string(words.at(2)), "an engine"),
                                false,
                                false,
                                {}});
        in_ = [this, name](const Words& line) {
            Store& row = shape.stores.back();
            if (line.at(0) == "role") row.cache = line.at(1) == "cache";
            if (line.at(0) == "as") row.asVariable = line.at(1) == "env";
            if (line.at(0) == "size") row.size = hole<model::Bytes>(SlotKind::storeSize, line.at(1), name);
        };
    }

    void secret(const Words& words) {
        shape.secrets.push_back({sure(SecretName::parse(words.at(1)), "a name"), {}, {}, false});
        if (words.at(2) == "made") shape.secrets.back().makeBytes = number(words.at(4));
        in_ = [this](const Words& line) {
            Secret& row = shape.secrets.back();
            if (line.at(0) == "rotate") row.rotate = duration(line.at(1));
            if (line.at(0) == "as") row.asVariable = line.at(1) == "env";
        };
    }

    void access(const Words& words) {
        shape.access.push_back({sure(AccessName::parse(words.at(1)), "a name"), {}});
        in_ = [this](const Words& line) { shape.access.back().stores.push_back(grant(line)); };
    }

    void entry(const Words& words) {
        shape.entries.push_back({sure(PathPrefix::parse(words.at(1)), "a prefix"), workload(words.at(3))});
    }

    // Why there is a connection stands in the route or call that it is made for.
    void allow(const Words& words) {
        const Port port = sure(model::parse_port(words.at(5)), "a port");
        const auto store = std::ranges::find(stores_, words.at(3));
        const auto job = std::ranges::find(jobs_, words.at(1));
        if (store != stores_.end()) {
            const Index<blueprint::Store> at{static_cast<std::uint32_t>(store - stores_.begin())};
            const bool isJob = job != jobs_.end();
            const blueprint::End from =
                isJob ? blueprint::End(Index<Job>{static_cast<std::uint32_t>(job - jobs_.begin())})
                      : blueprint::End(workload(words.at(1)));
            shape.allows.push_back(
                {from, at, port, ModelPath{(isJob ? "jobs." : "services.") + words.at(1) + ".stores." + words.at(3)}});
            return;
        }
        const Index<Workload> to = workload(words.at(3));
        if (words.at(1) == "load-balancer") {
            shape.allows.push_back({LoadBalancer{}, to, port, ModelPath{"services." + words.at(3) + ".routes"}});
            return;
        }
        const Index<Workload> from = workload(words.at(1));
        const auto& routes = shape.workloads[from.at].routes;
        const auto route = std::ranges::find(routes, to, &Route::to);
        const std::string why = route == routes.end() ? "calls" : "routes." + route->prefix.str();
        shape.allows.push_back({from, to, port, ModelPath{"services." + words.at(1) + "." + why}});
    }

    std::vector<std::string> services_, jobs_, stores_;
    std::function<void(const Words&)> in_;
};

}  // namespace

std::expected<Shape, std::string> read_shape(std::string_view text) {
    std::vector<Words> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1);
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    Reader reader;
    std::size_t at = 0;
    try {
        for (; at < lines.size(); ++at) reader.look_ahead(lines[at]);
        for (at = 0; at < lines.size(); ++at) reader.take(lines[at]);
    } catch (const NoShape& mistake) {
        return std::unexpected(fmt::format("line {}: there should be {}", at + 1, mistake.why));
    }
    return std::move(reader.shape);
}

}  // namespace tenantry::laws
