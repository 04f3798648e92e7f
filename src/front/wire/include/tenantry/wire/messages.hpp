#pragma once

// What the command line and the daemon say to each other: JSON over HTTP/1.1 on a unix socket. Nobody names a path of
// the machine, a program or a text for one: the daemon gets the platform's own files and makes everything from them.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <tenantry/world/event_record.hpp>
#include <tenantry/world/log_line.hpp>
#include <tenantry/world/placement.hpp>
#include <tenantry/world/status.hpp>
#include <tenantry/world/usage.hpp>

namespace tenantry::wire {

/// First in each message; another one is refused with what both sides speak.
inline constexpr std::uint32_t version = 1;
/// Where the daemon listens.
inline constexpr const char* socketPath = "/run/tenantry/tenantry.sock";

/// The platform as its files: `platform.yaml` and its tenants' files by their paths, `platform.lock`, and the digest
/// of each image of the host by its reference (uploaded before).
struct Bundle {
    std::uint32_t version = wire::version;
    std::map<std::string, std::string> files;
    std::string lock;
    std::map<std::string, std::string> images;
};

/// POST /v1/up
struct UpRequest {
    Bundle bundle;
    std::vector<std::string> environments;  ///< `acme/production`; what the selector chose
    std::string onViolation;  ///< of a claim after the apply: `close`, `alarm`; empty: close a new one, else alarm
};
/// POST /v1/down
struct DownRequest {
    std::uint32_t version = wire::version;
    std::vector<world::Placement> placements;
    bool destroyData = false;  ///< what stores hold, secrets and certificates go too
};
/// What `up` and `down` answer, and any error.
struct Answer {
    std::uint32_t version = wire::version;
    std::vector<world::Placement> placements;  ///< that were accepted
    std::string error;                         ///< empty where there is none; nothing was accepted otherwise
};
/// PUT /v1/images answers this: the digest of the files that were sent.
struct ImageAnswer {
    std::string digest;
    std::string error;
};
/// GET /v1/applied?platform=lend : blueprint.state of what was applied and was not taken down; empty: nothing was.
struct Applied {
    std::string state;
    std::string error;
};
/// GET /v1/observed?placement=local/lend/acme/production : what the kernel has, and the texts that its tasks mount.
/// GET /v1/machine : the same of the machine's entry, and which sockets of the machine's network our processes hold.
struct Observed {
    std::map<std::string, std::string> texts;  ///< by path, as `emit` names them
    std::string error;
};
/// GET /v1/logs?placement=...&task=api-1&lines=100 : the last lines; with `since=` those written then (milliseconds
/// since 1970) or later, with `previous=1` of the last run that has ended. Or, with `place=` instead of `lines`, what
/// was written behind that place, once there is something or a second is over.
struct Logs {
    std::vector<world::LogLine> lines;
    std::string place;  ///< behind the last line: what to ask for next
    std::string error;
};
/// Of one task's log at once.
inline constexpr std::size_t mostLines = 10'000;
struct LogsWanted {
    std::size_t lines = 0;
    std::int64_t since = 0;  ///< 0: from the beginning
    bool previous = false;
};
/// GET /v1/usage : what every task that runs has taken of the machine.
struct Usage {
    world::Usage usage;
    std::string error;
};
/// GET /v1/events?after=7&wait=1000 : what happened behind that number, once there is something or so many milliseconds
/// are over; behind 0 stands all that is known.
struct Events {
    std::vector<world::EventRecord> events;  ///< oldest first
    std::uint64_t last = 0;                  ///< what to ask behind next
    std::string error;
};
/// POST /v1/exec : runs a program inside a task, with its user and sandbox.
struct ExecRequest {
    std::uint32_t version = wire::version;
    world::Placement placement;
    std::string task;
    std::vector<std::string> command;
    /// Of the caller's process: what the program gets as 0, 1 and 2; -1: /dev/null. It is ended when the caller ends.
    std::array<int, 3> descriptors{-1, -1, -1};
    /// Of the caller's process: a connected unix socket. 0, 1 and 2 are a new terminal in the task instead, and its
    /// outer end comes over this socket (SCM_RIGHTS of unix(7)). -1: no terminal.
    int terminal = -1;
    std::string terminalType;  ///< TERM of the program: at most 64 letters, digits and `.`, `_`, `+`, `-`
};
struct ExecAnswer {
    int code = 0;  ///< exit code; 128 + signal
    std::string error;
};
/// POST /v1/jobs/run : begins a run of a job that has times of its own, now.
struct JobRequest {
    std::uint32_t version = wire::version;
    world::Placement placement;
    std::string job;
    bool reset = false;  ///< whoever asks knows that a job with a reset empties stores
};
struct JobAnswer {
    std::uint64_t run = 0;  ///< its number, as `status` has it
    std::string error;
};
/// POST /v1/probe : tries TCP connections from inside a task's network namespace.
struct ProbeTarget {
    std::string address;
    std::uint16_t port = 0;
    std::string source;  ///< the address to send it under; empty: the task's own
};
struct ProbeRequest {
    std::uint32_t version = wire::version;
    world::Placement placement;
    std::string task;
    std::vector<ProbeTarget> targets;
};
struct ProbeAnswer {
    std::vector<bool> arrived;  ///< in the order of the targets
    std::string error;
};
/// GET /v1/authority
struct Authority {
    std::string certificate;  ///< PEM of the machine's own certificate authority
    std::string error;
};

/// GET /v1/secrets?platform=lend : what is kept of the platform's placements, without the values.
struct KeptSecret {
    std::string name;  ///< `jwt_key`, or of a store's user `store.books.api`
    std::uint32_t version = 1;
    std::int64_t madeAt = 0;  ///< seconds since 1970: when this version came
    bool given = false;
};
struct KeptSecrets {
    world::Placement placement;
    std::vector<KeptSecret> secrets;  ///< sorted by name
};
struct Secrets {
    std::vector<KeptSecrets> placements;  ///< sorted
    std::string error;
};
/// PUT /v1/secret?placement=local/lend/acme/demo&name=jwt_key : gives it the body as its value, before the
/// environment's first `up` too.
struct SecretAnswer {
    std::uint32_t version = 0;
    bool rolls = false;  ///< its readers are replaced now
    std::string error;
};
/// The longest value that is given.
inline constexpr std::size_t longestSecret = 64 << 10;
/// POST /v1/secrets/rotate : another value for what was made.
struct RotateRequest {
    std::uint32_t version = wire::version;
    world::Placement placement;
    std::string name;  ///< a secret's, or a store's for the passwords of all its users; empty: everything that was made
};
struct RotateAnswer {
    std::vector<std::string> names;  ///< as GET /v1/secrets has them
    bool rolls = false;
    std::string error;
};
/// GET /v1/certificates?platform=lend
struct Certificate {
    world::Placement placement;
    std::vector<std::string> hosts;
    std::string serial;      ///< hexadecimal
    std::int64_t until = 0;  ///< seconds since 1970
};
struct Certificates {
    std::vector<Certificate> certificates;  ///< by placement
    std::string error;
};
/// POST /v1/certificates/renew : of placements that run; they serve it when this answers.
struct RenewRequest {
    std::uint32_t version = wire::version;
    std::vector<world::Placement> placements;
};

/// One file of an image of the host.
struct ImageFile {
    std::string path;  ///< relative, without `..`
    bool executable = false;
    std::string bytes;
    auto operator<=>(const ImageFile&) const = default;
};

}  // namespace tenantry::wire
