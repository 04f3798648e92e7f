// In place of the daemon's own hook: TENANTRY_KILL=before:N, after:N or result:N ends the process, as SIGKILL does,
// before the effect of its Nth command, after it, or when the journal has its result. TENANTRY_KILL=count lists the
// commands. Besides, its clock is as many seconds ahead of the machine's as the file TENANTRY_AHEAD says now.
// commands. TENANTRY_SCALE_EVERY: milliseconds between two looks at the CPU that services with a range use.

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <string>

#include <service.hpp>
#include <unistd.h>

namespace tenantry::daemon {
namespace {

const char* word(engine::Moment moment) {
    if (moment == engine::Moment::beforeEffect) return "before";
    return moment == engine::Moment::afterEffect ? "after" : "result";
}

class Killer {
  public:
    void operator()(engine::Moment moment, const ports::StoredCommand& command) {
        const std::scoped_lock lock(mutex_);
        const auto [row, isNew] = numbers_.try_emplace(command.id, numbers_.size() + 1);
        if (isNew && when_ == "count") std::fprintf(stderr, "command %s\n", command.name.c_str());
        if (when_ == std::string(word(moment)) + ":" + std::to_string(row->second)) kill(getpid(), SIGKILL);
    }

  private:
    std::mutex mutex_;
    std::map<std::uint64_t, std::size_t> numbers_;
    std::string when_ = std::getenv("TENANTRY_KILL") == nullptr ? "" : std::getenv("TENANTRY_KILL");
};

}  // namespace

engine::Hook hook() {
    static Killer killer;
    return [](engine::Moment moment, const ports::StoredCommand& command) { killer(moment, command); };
}

std::chrono::seconds clock_ahead() {
    const char* file = std::getenv("TENANTRY_AHEAD");
    std::int64_t seconds = 0;
    if (file != nullptr) std::ifstream(file) >> seconds;
    return std::chrono::seconds(seconds);
}

engine::ScalePace scale_pace() {
    const char* every = std::getenv("TENANTRY_SCALE_EVERY");
    return every == nullptr ? engine::ScalePace{} : engine::ScalePace{std::chrono::milliseconds(std::atoi(every))};
}

}  // namespace tenantry::daemon
