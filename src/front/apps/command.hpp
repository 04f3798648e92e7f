#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tenantry/compile/compile.hpp>
#include <tenantry/host/workspace.hpp>
#include <tenantry/view/diagnostics.hpp>

#include "exit_code.hpp"

namespace tenantry::apps {

/// Options that every command takes.
struct Options {
    std::string folder = ".";
    bool json = false;
    bool allErrors = false;
    bool noColor = false;
    bool quiet = false;
    unsigned threads = 2;
    std::string lockId{compile::noLockId};  ///< of the lock that is made where there is none
};

struct LockOptions {
    bool resolve = false;
    std::vector<std::string> applied;  ///< `acme/production` or `acme/production=10.0.0.0/20`; with `resolve`
    std::string machine = "this";      ///< see `machine_of`
};
struct EmitOptions {
    std::string out;
};
struct PlanOptions {
    bool detailedExitCode = false;
    std::string machine = "this";
    std::string against;  ///< folder that was emitted to; empty: what runs, else one in the platform's folder
    std::string socket;   ///< of the daemon
    std::string out;      ///< file that the plan is saved to; empty: none
};
struct VerifyOptions {
    std::string texts;  ///< folder to prove instead of what would be emitted
    bool strict = false;
    bool live = false;   ///< prove what the machine has of it now
    bool probe = false;  ///< and try connections from inside every task
    std::string socket;  ///< of the daemon; with `live`
    std::string machine = "this";
};

struct ReachOptions {
    std::string from, to;
    bool live = false;
    std::string socket;
};

struct ExplainOptions {
    std::string subject;  ///< a code, a claim or an environment
    std::string path;     ///< of the environment's settings
};

struct ShowOptions {
    std::string environment;
};

Exit validate(const Options& options);
Exit lock(const Options& options, const LockOptions& own);
Exit plan(const Options& options, const PlanOptions& own);
Exit emit(const Options& options, const EmitOptions& own);
Exit shapes(const Options& options);
Exit verify(const Options& options, const VerifyOptions& own);
Exit reach(const Options& options, const ReachOptions& own);
Exit explain(const Options& options, const ExplainOptions& own);
Exit show(const Options& options, const ShowOptions& own);

/// Version of the objects that `--json` prints.
inline constexpr int jsonVersion = 1;

/// What a command works on: the platform's folder and everything read from it.
class Session {
  public:
    explicit Session(const Options& options) : options_(options) {}

    /// Reads and compiles the platform; its diagnostics are in `diagnostics()`.
    Result<void> compile();
    /// The steps of it. `open` only opens the folder; `read` does that first, and gives nothing where a file could not
    /// be read, which is told.
    Result<void> open();
    Result<std::optional<compile::Inputs>> read();
    void compile(const compile::Inputs& inputs);

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const std::optional<compile::Compiled>& compiled() const { return compiled_; }
    [[nodiscard]] const host::Workspace& workspace() const { return *workspace_; }
    [[nodiscard]] view::Style style() const;
    /// What was compiled; only after that.
    [[nodiscard]] const compile::Inputs& inputs() const { return *inputs_; }
    Sources& sources() { return sources_; }
    Diagnostics& diagnostics() { return diagnostics_; }
    [[nodiscard]] Pool pool() const { return Pool(options_.threads); }

    /// Adds a warning for each thing that target local does not do; or, where that is not what was asked about, says in
    /// a line how many there are.
    void add_beyond_local();
    void count_beyond_local();

    /// Begins the object that `--json` prints: version, command, diagnostics.
    JsonText begin_json(std::string_view command) const;
    /// Diagnostics to standard error (text), the answer to standard output.
    void print(std::string_view answer) const;

  private:
    std::optional<compile::Inputs> read_inputs();

    const Options& options_;
    std::optional<host::Workspace> workspace_;
    Sources sources_;
    Diagnostics diagnostics_;
    std::optional<compile::Inputs> inputs_;
    std::optional<compile::Compiled> compiled_;
};

/// `error: ...` to standard error.
Exit report(const Error& error, Exit exit = Exit::failed);

/// Prints what is wrong with the input, in the form asked for.
Exit refuse(Session& session, std::string_view command);

/// What a command does with the compiled platform; bad input is told and ends it.
template <class Do>
Exit with_platform(const Options& options, std::string_view command, Do work) {
    Session session(options);
    if (auto done = session.compile(); !done) return report(done.error(), Exit::badInput);
    if (!session.compiled()) return refuse(session, command);
    return work(session);
}

}  // namespace tenantry::apps
