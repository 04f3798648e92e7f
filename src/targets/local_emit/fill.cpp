#include "fill.hpp"

#include <algorithm>

#include <tenantry/base/check.hpp>
#include <tenantry/base/hash.hpp>
#include <tenantry/base/json_text.hpp>

namespace tenantry::local_emit {
namespace {

// The kernel's least quota in microseconds (kernel documentation, scheduler/sched-bwc), and its least shares
// (MIN_SHARES of kernel/sched/sched.h).
constexpr std::uint64_t leastQuota = 1'000;
constexpr std::uint64_t leastShares = 2;

class Filler {
  public:
    Filler(const Filling& filling, const LocalTask* task) : filling_(filling), inner_(task) {}

    void write(const TemplateText& text) {
        std::size_t from = 0;
        for (const PlacedBlank& placed : text.blanks()) {
            out_.append(text.literals(), from, placed.at - from);
            from = placed.at;
            std::visit([this](const auto& blank) { put(blank); }, placed.blank);
        }
        out_.append(text.literals(), from);
    }
    std::string take() && { return std::move(out_); }

  private:
    const blueprint::Shape& shape() const { return filling_.shape(); }
    const std::vector<HostName>& hosts() const { return filling_.hosts; }

    void put(FromEnvironment blank) {
        switch (blank.part) {
            case EnvironmentPart::platform:
                out_ += filling_.blueprint.commons.platform.str();
                return;
            case EnvironmentPart::tenant:
                out_ += filling_.environment.tenant.str();
                return;
            case EnvironmentPart::stage:
                out_ += filling_.environment.stage.str();
                return;
            case EnvironmentPart::firstHost:
                out_ += hosts().front().str();
                return;
            case EnvironmentPart::hosts:
                for (std::size_t at = 0; at < hosts().size(); ++at)
                    out_.append(at == 0 ? "" : " ") += hosts()[at].str();
                return;
        }
    }
    void put(BlockAddress blank) { out_ += Ipv4{filling_.value(shape().block).base.value + blank.offset}.str(); }
    void put(EscapedText blank) {
        std::string quoted;
        append_json_string(quoted, filling_.value(blank.hole).str());
        out_.append(quoted, 1, quoted.size() - 2);
    }
    void put(FromImage blank) {
        const ImageRef& image = filling_.value(blank.hole);
        switch (blank.part) {
            case ImagePart::reference:
                out_ += image.str();
                return;
            case ImagePart::folder:
                out_ += image_folder(image);
                return;
            case ImagePart::program: {
                const RelativePath* path = filling_.host_image(image);
                TENANTRY_CHECK(path != nullptr, "only a host image has a program of its own");
                out_.append(path->str(), path->str().rfind('/') + 1);
                return;
            }
        }
    }
    void put(FromCpu blank) {
        const std::uint64_t units = filling_.value(blank.hole).units;
        switch (blank.part) {
            case CpuPart::shares:
                out_ += std::to_string(std::max(units, leastShares));
                return;
            case CpuPart::quota:
                out_ += std::to_string(std::max(units * cpuPeriod / 1024, leastQuota));
                return;
        }
    }
    void put(MemoryBytes blank) { out_ += std::to_string(filling_.value(blank.hole).count); }
    void put(FromTask blank) {
        const LocalTask* task = blank.outer ? outer_ : inner_;
        TENANTRY_CHECK(task != nullptr, "a blank for a task stands where there is one");
        switch (blank.part) {
            case TaskPart::name:
                out_ += task->placed.name;
                return;
            case TaskPart::interface:
                out_ += task->interface;
                return;
            case TaskPart::address:
                out_ += task->placed.address.str();
                return;
            case TaskPart::uid:
                out_ += std::to_string(task->placed.uid);
                return;
            case TaskPart::index:
                out_ += std::to_string(task->index);
                return;
        }
    }
    void put(const TaskTotal& blank) { out_ += std::to_string(filling_.tasks.of(blank.of, blank.which).size()); }
    void put(FromHost blank) {
        switch (blank.part) {
            case HostPart::name:
                out_ += hosts()[host_].str();
                return;
            case HostPart::descriptor:
                out_ += std::to_string(firstDescriptor + host_);
                return;
        }
    }
    void put(const EachTask& each) {
        const LocalTask* const around = outer_;
        const LocalTask* const before = inner_;
        outer_ = inner_;
        bool first = true;
        for (const LocalTask& task : filling_.tasks.of(each.of, each.which)) {
            if (!first) out_ += each.between.str();
            first = false;
            inner_ = &task;
            write(each.body);
        }
        inner_ = before;
        outer_ = around;
    }
    void put(const AnyTask& any) {
        if (!filling_.tasks.of(any.of, Which::first).empty()) write(any.body);
    }
    void put(const EachHost& each) {
        for (host_ = 0; host_ < hosts().size(); ++host_) write(each.body);
    }

    const Filling& filling_;
    const LocalTask* inner_;
    const LocalTask* outer_ = nullptr;
    std::size_t host_ = 0;
    std::string out_;
};

}  // namespace

// A file name holds 255 bytes, and an image reference slashes and up to 400 bytes. No reference has a `+` or begins
// with one, so that different references have different names.
std::string image_folder(const ImageRef& image) {
    if (image.str().size() > 255) return '+' + blake2b(image.str()).hex();
    std::string name = image.str();
    std::ranges::replace(name, '/', '+');
    return name;
}

const RelativePath* Filling::host_image(const ImageRef& image) const {
    const auto found = blueprint.commons.hostImages.find(image.str());
    return found == blueprint.commons.hostImages.end() ? nullptr : &found->second;
}

std::string fill(const TemplateText& text, const Filling& filling, const LocalTask* task) {
    Filler filler(filling, task);
    filler.write(text);
    return std::move(filler).take();
}

}  // namespace tenantry::local_emit
