#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <tenantry/base/pool.hpp>

namespace tenantry {

void Pool::each(std::size_t count, const std::function<void(std::size_t)>& work) const {
    const std::size_t workers = std::min<std::size_t>(threads_, count);
    if (workers <= 1) {
        for (std::size_t i = 0; i < count; ++i) work(i);
        return;
    }
    std::atomic<std::size_t> next{0};
    const auto run = [&] {
        for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(run);
    run();
}

}  // namespace tenantry
