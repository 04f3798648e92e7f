#pragma once

// Commands that speak with the daemon of this machine.

#include <optional>
#include <string>
#include <vector>

#include <tenantry/client/client.hpp>
#include <tenantry/world/selector.hpp>

#include "command.hpp"

namespace tenantry::apps {

struct LiveOptions {
    std::string socket = wire::socketPath;
    std::string platform;                     ///< empty: that of the folder, else the only one that runs here
    std::vector<std::string> selectors{"*"};  ///< world::Selector
    std::string plan;                         ///< up: file of a saved plan
    std::string onViolation;                  ///< up: `close`, `alarm`; empty: by whether it serves
    std::string one;                          ///< the same, of exec and open
    bool watch = false;                       ///< status
    bool tasks = false;                       ///< status
    bool detach = false;                      ///< up, down
    bool destroyData = false;                 ///< down
    bool follow = false;                      ///< logs, events
    std::optional<std::size_t> lines;         ///< logs
    std::string since;                        ///< logs, events: since_of
    bool previous = false;                    ///< logs
    bool times = false;                       ///< logs
    std::string interval = "1s";              ///< top: between two readings
    std::string order = "cpu";                ///< top
    bool once = false;                        ///< top
    std::vector<std::string> command;         ///< exec
    bool interactive = false;                 ///< exec
    bool terminal = false;                    ///< exec
    std::string out;                          ///< trust
    bool reset = false;                       ///< job run
};

Exit up(const Options& options, const LiveOptions& own);
Exit down(const Options& options, const LiveOptions& own);
Exit status(const Options& options, const LiveOptions& own);
Exit logs(const Options& options, const LiveOptions& own);
Exit top(const Options& options, const LiveOptions& own);
Exit events(const Options& options, const LiveOptions& own);
Exit exec(const Options& options, const LiveOptions& own);
Exit open(const Options& options, const LiveOptions& own);
Exit trust(const Options& options, const LiveOptions& own);
Exit doctor(const Options& options, const LiveOptions& own);
Exit job_run(const Options& options, const LiveOptions& own);

/// Of `secret`; all else is that of LiveOptions.
struct SecretOptions {
    std::string environments;  ///< of set and rotate: one world::Selector
    std::string name;          ///< a secret's; of rotate also a store's or a password's; empty: all
    std::string from;          ///< file of the value; empty or `-`: standard input
    bool raw = false;          ///< the line end at the value's end stays
};
Exit secret_set(const Options& options, const LiveOptions& live, const SecretOptions& own);
Exit secret_list(const Options& options, const LiveOptions& live);
Exit secret_rotate(const Options& options, const LiveOptions& live, const SecretOptions& own);
Exit certificate_list(const Options& options, const LiveOptions& live);
Exit certificate_renew(const Options& options, const LiveOptions& live);

/// Environments of the platform that any selector means; each must mean one.
Result<std::vector<std::string>> chosen_environments(const blueprint::Blueprint& blueprint, const LiveOptions& own);
/// The platform that a command is about: `--platform`, that of the folder, else the only one that runs.
Result<std::string> platform_of(const Options& options, const LiveOptions& own, const world::Status& status);

/// One task, or one environment where the selector says none.
struct Chosen {
    world::EnvironmentStatus environment;
    std::vector<world::TaskStatus> tasks;  ///< that the selector means
};
/// What runs of a platform and is selected, by placement. An error where a selector means nothing that runs.
Result<std::vector<Chosen>> choose(const Options& options, const LiveOptions& own, const world::Status& status);

/// Which environments and tasks of the machine, whatever runs, a command means: by `--platform` and the selectors.
class Choice {
  public:
    static Result<Choice> of(const LiveOptions& own);
    [[nodiscard]] bool has(const world::Placement& placement) const;
    [[nodiscard]] bool has_task(const world::Placement& placement, const std::string& task) const;

  private:
    std::string platform_;
    std::vector<world::Selector> selectors_;
};

/// The first line of a command that prints an object a line.
std::string json_head(std::string_view command);

/// Whether an environment is as it was asked for, or has given up: it does not change by itself.
bool is_settled(const world::EnvironmentStatus& one);

/// Waits a little between two answers of `status`. Each tells of everything that runs: the more that is, the more
/// changes are taken at once.
void pace(const world::Status& all);

/// What the machine has now of every environment of the platform that runs, as texts by path; nothing runs: an error.
/// Of one that is on its way up or down, as after a restart of the daemon, it would be half of something: it is waited
/// for, half a minute at most.
Result<std::vector<local_emit::LocalFile>> live_texts(const std::string& socket, const std::string& platform);

}  // namespace tenantry::apps
