#include "edge.hpp"

#include <tenantry/local_emit/local_emit.hpp>

namespace tenantry::daemon {
namespace {

constexpr std::chrono::milliseconds lookEvery{250};
constexpr std::chrono::seconds drain{2};

}  // namespace

EdgeKeeper::EdgeKeeper(host::CrunContainers& containers, std::function<bool()> isNeeded,
                       std::function<void(const std::string&)> log)
    : containers_(containers),
      isNeeded_(std::move(isNeeded)),
      log_(std::move(log)),
      thread_([this](const std::stop_token& stop) { keep(stop); }) {}

// Without an environment nobody would stop the edge later.
EdgeKeeper::~EdgeKeeper() {
    thread_.request_stop();
    thread_.join();
    if (isNeeded_() || !containers_.find_edge()) return;
    if (const auto done = containers_.stop_edge(drain); !done) log_(done.error().text());
}

Result<std::shared_ptr<void>> EdgeKeeper::start() {
    const std::scoped_lock lock(mutex_);
    TRY_VOID(containers_.run_edge({local_emit::edge_config().text, local_emit::edge().text}));
    ++kept_;
    return std::shared_ptr<void>(nullptr, [this](void*) {
        const std::scoped_lock release(mutex_);
        --kept_;
    });
}

// A look is two small files of /proc: cheaper than another thread that waits for its end.
void EdgeKeeper::keep(const std::stop_token& stop) {
    std::string last;
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, stop, lookEvery, [] { return false; }) && !stop.stop_requested()) {
        lock.unlock();
        const bool needed = isNeeded_();
        const bool runs = containers_.find_edge().has_value();
        Result<void> done;
        if (needed && !runs)
            if (const auto started = start(); !started) done = std::unexpected(started.error());
        lock.lock();
        // Between its start and the environment that it was started for nobody needs it yet.
        if (kept_ == 0 && !needed && runs && !isNeeded_()) done = containers_.stop_edge(drain);
        const std::string why = done ? "" : done.error().text();
        if (!why.empty() && why != last) log_(why);
        if (needed && !runs && done) log_("the edge runs");
        last = why;
    }
}

}  // namespace tenantry::daemon
