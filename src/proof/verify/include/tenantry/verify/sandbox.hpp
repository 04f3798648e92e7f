#pragma once

// What a process may do and what it sees, as a text wants it or as the kernel says it is.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/index.hpp>
#include <tenantry/base/source.hpp>

namespace tenantry::verify {

/// Where facts come from: what would be applied, or what runs.
enum class Source : std::uint8_t { text, live };
std::string_view to_string(Source source);

/// A value and where it stands.
template <class T>
struct Placed {
    T value{};
    Span at;
};

/// The sets of capabilities(7), in the order of CapBnd, CapEff, CapInh, CapPrm, CapAmb in the texts that we write.
enum class CapabilitySet : std::uint8_t { bounding, effective, inheritable, permitted, ambient };
inline constexpr std::size_t capabilitySetCount = 5;
std::string_view to_string(CapabilitySet set);

/// Number of a capability by its name (`CAP_CHOWN` is 0); nothing for a name that linux/capability.h does not have.
std::optional<unsigned> capability_from_string(std::string_view name);
/// Names of the bits that are set: `CAP_CHOWN, CAP_KILL`; bits without a name by number.
std::string capability_names(std::uint64_t bits);

/// Kinds of namespaces(7), by the names that the OCI runtime specification has for them.
enum class Space : std::uint8_t { network, pid, mount, ipc, uts, cgroup, user };
inline constexpr std::size_t spaceCount = 7;
std::string_view to_string(Space space);
std::optional<Space> space_from_string(std::string_view name);

/// Which namespace of one kind a process is in. Live, `joined` is the network namespace that was pinned for it.
struct SpaceFact {
    enum class Whose : std::uint8_t { machine, own, joined };
    Whose whose = Whose::machine;
    std::string id;  ///< live: `net:[4026532388]`; text: the path of one that is joined; else empty
    Span at;
};

struct Mount {
    std::string point;   ///< where the process sees it
    std::string type;    ///< of the file system; a text's bind mount: `bind`
    std::string device;  ///< live: `0:41`, the kernel's number of the file system; texts: empty
    std::string root;    ///< live: the path inside of that file system; a text's bind mount: the path on the machine
    bool writable = false;
    bool setuid = false;    ///< without nosuid
    bool devices = false;   ///< without nodev
    bool programs = false;  ///< without noexec
    bool bounded = false;   ///< with limits of size and of files; of devpts: of terminals
    bool blank = false;     ///< of no size: what the container runtime puts before a folder to hide it
    bool spreads = false;   ///< what is mounted below it comes from other mount namespaces, or goes there
    Span at;
};

/// A list that many processes share word by word: what a seccomp profile does, or what of /proc is hidden. Lines are
/// sorted and each is there once.
struct Profile {
    std::vector<std::string> lines;
};

/// Of a process. What one source cannot say is nothing.
struct Sandbox {
    Source source = Source::text;
    Placed<std::array<std::uint64_t, capabilitySetCount>> capabilities;
    Placed<bool> noNewPrivileges;
    Placed<std::optional<Index<Profile>>> calls;  ///< text: the seccomp profile; nothing: there is none
    Placed<int> seccompMode;                      ///< live: 2 is a filter
    int seccompFilters = 0;                       ///< live
    Placed<bool> rootReadOnly;
    Placed<std::optional<std::uint64_t>> coreLimit;  ///< bytes of the hard limit; nothing: not limited
    Placed<std::uint32_t> uid;
    Placed<std::uint32_t> gid;
    Placed<std::vector<std::uint32_t>> groups;  ///< besides gid
    std::array<SpaceFact, spaceCount> spaces;
    Placed<std::string> cgroup;
    std::vector<Mount> mounts;  ///< in the order in which they were made: later ones cover earlier ones
    Placed<std::optional<Index<Profile>>> masks;     ///< text: paths of /proc that are hidden or read-only
    Placed<std::optional<std::uint64_t>> processes;  ///< most processes and threads
    Placed<std::optional<std::uint64_t>> memory;     ///< most bytes
    std::string machineProc;                         ///< live: the device of the machine's own /proc
    std::vector<Placed<std::string>> others;         ///< what else it may do or has, each as the end of a sentence
    Span at;
};

}  // namespace tenantry::verify
