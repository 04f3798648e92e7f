#pragma once

// All machines of a target as values: an event goes in, what changed comes out as one transaction, and nothing is
// changed here before the journal has it.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/plan/environment_machine.hpp>
#include <tenantry/plan/task_machine.hpp>
#include <tenantry/ports/state_store.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::engine {

struct EnvironmentRow {
    world::Placement placement;
    plan::EnvironmentState state;
};

struct TaskRow {
    world::Placement placement;
    world::TaskSpec spec;  ///< as it shall run, or ran last
    plan::TaskState state;
};

struct Event {
    world::Placement placement;
    std::string task;  ///< empty: of the environment
    std::variant<plan::EnvironmentEvent, plan::TaskEvent> body;
    std::optional<std::uint64_t> command;                ///< whose result it is
    std::shared_ptr<const world::EnvironmentSpec> spec;  ///< with an Up
    std::string by;                                      ///< who asked for an Up or Down
};

inline std::string id_of(const world::Placement& placement) { return placement.str(); }
inline std::string id_of(const world::Placement& placement, const std::string& task) {
    return placement.str() + "/" + task;
}

/// What one event changes.
struct Change {
    std::map<std::string, std::optional<EnvironmentRow>> environments;  ///< nothing: the row goes
    std::map<std::string, std::optional<TaskRow>> tasks;
    std::map<std::string, std::shared_ptr<const world::EnvironmentSpec>> specs, pending;  ///< by placement
    ports::Transition transition;
    bool durable = false;  ///< somebody waits for it, or the ledger grew
    std::string refused;   ///< why what somebody asked for is not done; empty: it is
};

class Machines {
  public:
    using Specs = std::map<std::string, std::shared_ptr<const world::EnvironmentSpec>>;

    /// As the journal has them.
    static Result<Machines> decode(const ports::Journal& journal, ports::StateStore& store);

    [[nodiscard]] Change apply(const Event& event, plan::Instant now, const std::string& wall) const;
    void accept(Change change);
    /// The same event as an Up for `before` would be followed by it; nothing where it is not what is wanted any more.
    [[nodiscard]] std::optional<Event> renewed(Event event, const std::string& before) const;
    [[nodiscard]] ports::Transition note(const world::Placement& placement, const std::string& what,
                                         const std::string& by, const std::string& wall) const;

    [[nodiscard]] const std::map<std::string, EnvironmentRow>& environments() const { return environments_; }
    [[nodiscard]] const std::map<std::string, TaskRow>& tasks() const { return tasks_; }
    [[nodiscard]] const Specs& specs() const { return specs_; }  ///< by placement
    /// What the last Up was for.
    [[nodiscard]] std::shared_ptr<const world::EnvironmentSpec> asked(const world::Placement& placement) const;

  private:
    friend class Applying;
    std::map<std::string, EnvironmentRow> environments_;
    std::map<std::string, TaskRow> tasks_;
    Specs specs_, pending_;
    std::uint64_t lastCommand_ = 0;
};

/// The name under which a command is stored, and back.
std::string name_of(plan::EnvironmentCommand command);
std::string name_of(plan::TaskCommand command);
std::optional<plan::EnvironmentCommand> environment_command(const std::string& name);
std::optional<plan::TaskCommand> task_command(const std::string& name);

/// BLAKE2b-256 of the encoded spec, in hex, and the encoding.
std::pair<std::string, std::string> encoded(const world::EnvironmentSpec& spec);

}  // namespace tenantry::engine
