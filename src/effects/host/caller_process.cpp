#include <cerrno>

#include <tenantry/host/caller_process.hpp>

#include "files.hpp"
#include "pidfd.hpp"
#include "process.hpp"

namespace tenantry::host {

Result<CallerProcess> CallerProcess::open(int pid) {
    Descriptor process(pid > 0 ? pidfd_open(pid, 0) : -1);
    if (process.number() < 0) return fail("whoever asks has ended");
    return CallerProcess(std::move(process));
}

Result<Descriptor> CallerProcess::descriptor(int number) const {
    Descriptor taken(pidfd_getfd(process_.number(), number, 0));
    if (taken.number() < 0) return fail("taking descriptor {} of the caller: {}", number, reason(errno));
    return taken;
}

bool CallerProcess::lives() const { return !await_end(process_, std::chrono::milliseconds(0)); }

}  // namespace tenantry::host
