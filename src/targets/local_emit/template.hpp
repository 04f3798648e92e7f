#pragma once

// A text made once a shape: literals, checked words of the model, and blanks that an environment fills. Nothing else
// can be put in: there is no way from a bare std::string or a FreeText into a TemplateText but through the JSON writer,
// which quotes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tenantry/base/text.hpp>
#include <tenantry/blueprint/shape.hpp>

namespace tenantry::local_emit {

/// A text that stands in our own source code.
class Literal {
  public:
    template <std::size_t N>
    consteval Literal(const char (&text)[N]) : text_(text, N - 1) {}  // NOLINT: converts on purpose
    [[nodiscard]] constexpr std::string_view str() const { return text_; }

  private:
    std::string_view text_;
};

struct PlacedBlank;

class TemplateText {
  public:
    TemplateText();
    TemplateText(const TemplateText&);
    TemplateText(TemplateText&&) noexcept;
    TemplateText& operator=(const TemplateText&);
    TemplateText& operator=(TemplateText&&) noexcept;
    ~TemplateText();

    /// Appends its parts in order.
    template <class... Parts>
    TemplateText& add(const Parts&... parts) {
        (put(parts), ...);
        return *this;
    }

    [[nodiscard]] const std::string& literals() const { return literals_; }
    [[nodiscard]] const std::vector<PlacedBlank>& blanks() const { return blanks_; }

  private:
    friend class JsonTemplate;  // a quoting sink: puts text that it has quoted

    template <std::size_t N>
    void put(const char (&literal)[N]) {
        literals_.append(literal, N - 1);
    }
    void put(Literal literal) { literals_ += literal.str(); }
    void put(const ServiceName& word) { literals_ += word.str(); }
    void put(const StoreName& word) { literals_ += word.str(); }
    void put(const JobName& word) { literals_ += word.str(); }
    void put(const AccessName& word) { literals_ += word.str(); }
    void put(const SecretName& word) { literals_ += word.str(); }
    void put(const PathPrefix& word) { literals_ += word.str(); }
    void put(const FilePath& word) { literals_ += word.str(); }
    void put(const EnvKey& word) { literals_ += word.str(); }
    void put(Port port) { literals_ += std::to_string(port.number); }
    void put(std::uint32_t number) { literals_ += std::to_string(number); }
    void put(const TemplateText& nested);
    template <class Blank>
        requires requires { typename Blank::IsBlank; }
    void put(const Blank& blank);

    std::string literals_;
    std::vector<PlacedBlank> blanks_;  // by position in literals_; equal positions in the order of putting
};

// Blanks. Each says what of the environment stands there.

enum class EnvironmentPart : std::uint8_t { platform, tenant, stage, firstHost, hosts };
struct FromEnvironment {
    using IsBlank = void;
    EnvironmentPart part = EnvironmentPart::platform;  ///< hosts: all, with a space between
};
/// An address of the environment's own block.
struct BlockAddress {
    using IsBlank = void;
    std::uint32_t offset = 0;
};
/// A free text, escaped as inside a JSON string.
struct EscapedText {
    using IsBlank = void;
    blueprint::Hole<FreeText> hole;
};
enum class ImagePart : std::uint8_t { reference, folder, program };
/// reference: `lend/api:1.2`; folder: its name below the machine's images; program: the host image's entry program.
struct FromImage {
    using IsBlank = void;
    blueprint::Hole<ImageRef> hole;
    ImagePart part = ImagePart::reference;
};
/// Microseconds over which CPU time is counted: the kernel's own default (kernel documentation, scheduler/sched-bwc).
inline constexpr std::uint64_t cpuPeriod = 100'000;
enum class CpuPart : std::uint8_t { shares, quota };
/// shares: 1/1024 of a CPU, as cgroup v1 counts them (the runtime translates for v2); quota: microseconds a period.
struct FromCpu {
    using IsBlank = void;
    blueprint::Hole<model::Cpu> hole;
    CpuPart part = CpuPart::shares;
};
struct MemoryBytes {
    using IsBlank = void;
    blueprint::Hole<model::Bytes> hole;
};
enum class TaskPart : std::uint8_t { name, interface, address, uid, index };
/// Of the task at hand: the innermost EachTask's, or, `outer`, of the one around that. `index` counts from 0 in the
/// service.
struct FromTask {
    using IsBlank = void;
    TaskPart part = TaskPart::name;
    bool outer = false;
};
/// Which of the tasks: those that run from the start, those that rest then (spare ones, and those of a range that only
/// load wakes), or both.
enum class Which : std::uint8_t { all, first, resting };
/// How many tasks there are.
struct TaskTotal {
    using IsBlank = void;
    blueprint::End of;
    Which which = Which::all;
};
enum class HostPart : std::uint8_t { name, descriptor };
/// Of the host at hand in an EachHost.
struct FromHost {
    using IsBlank = void;
    HostPart part = HostPart::name;
};
/// `body` once for each task of `of`.
struct EachTask {
    using IsBlank = void;
    blueprint::End of;
    TemplateText body;
    Literal between = "";
    Which which = Which::all;
};
/// `body` once where `of` has a task that runs from the start.
struct AnyTask {
    using IsBlank = void;
    blueprint::End of;
    TemplateText body;
};
/// `body` once for each host of the environment.
struct EachHost {
    using IsBlank = void;
    TemplateText body;
};

using Blank = std::variant<FromEnvironment, BlockAddress, EscapedText, FromImage, FromCpu, MemoryBytes, FromTask,
                           TaskTotal, FromHost, EachTask, AnyTask, EachHost>;

struct PlacedBlank {
    std::size_t at = 0;  ///< the literal's length before it
    Blank blank;
};

template <class B>
    requires requires { typename B::IsBlank; }
void TemplateText::put(const B& blank) {
    blanks_.push_back({literals_.size(), blank});
}

inline constexpr FromEnvironment platform{EnvironmentPart::platform};
inline constexpr FromEnvironment tenant{EnvironmentPart::tenant};
inline constexpr FromEnvironment stage{EnvironmentPart::stage};
inline constexpr FromEnvironment firstHost{EnvironmentPart::firstHost};
inline constexpr FromTask taskName{TaskPart::name};

/// First file descriptor that a load balancer is handed; 0 to 2 are the standard streams.
inline constexpr std::uint32_t firstDescriptor = 3;

}  // namespace tenantry::local_emit
