#pragma once

// The journal: what each machine is in, what it asked for and has no result yet, and the ledger. One transaction takes
// one step whole or not at all.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/base/error.hpp>

namespace tenantry::ports {

struct StoredMachine {
    std::string id;     ///< `local/lend/acme/production`, or of a task `local/lend/acme/production/api-1`
    std::string kind;   ///< `environment`, `task`
    std::string state;  ///< JSON
    bool operator==(const StoredMachine&) const = default;
};

struct StoredCommand {
    std::uint64_t id = 0;  ///< grows; commands of a machine run in this order
    std::string machine;
    std::string name;  ///< `writeFiles`, `start`, ...
    std::uint64_t epoch = 0;
    bool operator==(const StoredCommand&) const = default;
};

struct LedgerEntry {
    std::uint64_t number = 0;
    std::string body;  ///< one JSON object
    std::string hash;  ///< BLAKE2b-256 in hex over the hash before and the body
    bool operator==(const LedgerEntry&) const = default;
};

/// What one event changed.
struct Transition {
    std::optional<std::uint64_t> done;                        ///< the command whose result the event was
    std::vector<StoredMachine> machines;                      ///< as they are now
    std::vector<std::string> gone;                            ///< machines that are no more
    std::vector<StoredCommand> commands;                      ///< new ones; ids are given by the engine
    std::optional<std::pair<std::string, std::string>> spec;  ///< digest and text of a spec that becomes known
    std::vector<std::string> ledger;                          ///< bodies of new entries
};

struct Journal {
    std::vector<StoredMachine> machines;  ///< by id
    std::vector<StoredCommand> commands;  ///< without a result, by id
    std::uint64_t lastCommand = 0;
};

class StateStore {
  public:
    virtual ~StateStore() = default;
    virtual Result<Journal> load() = 0;
    /// `durable`: on the disk when it returns. Otherwise a power loss may take it back, a killed process may not.
    virtual Result<void> commit(const Transition& transition, bool durable) = 0;
    /// The text of a spec, by its digest.
    virtual Result<std::string> spec(const std::string& digest) = 0;
    /// Specs that no machine names any more are removed.
    virtual Result<void> drop_specs_but(const std::vector<std::string>& digests) = 0;
    /// The last entries, oldest first.
    virtual Result<std::vector<LedgerEntry>> ledger(std::size_t count) = 0;
};

}  // namespace tenantry::ports
