// A process that is killed anywhere leaves what the next one goes on from, and what the next one can remove.

#include <csignal>
#include <functional>
#include <map>

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network_support.hpp"

namespace tenantry::host {
namespace {

// ptrace(2) wants numbers where other calls want pointers.
long trace(__ptrace_request request, pid_t process, std::uintptr_t data = 0) {
    return ptrace(request, process, nullptr, data);
}

/// Runs the work in a child process that is killed before its system call number `limit`, of all its threads; how many
/// it began.
std::size_t run_until(std::size_t limit, const std::function<void()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
        work();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    trace(PTRACE_SETOPTIONS, child, PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    trace(PTRACE_SYSCALL, child);
    std::size_t begun = 0;
    std::map<pid_t, bool> inside;  // threads that are in a system call
    for (pid_t thread = 0; (thread = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) continue;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            bool& in = inside[thread];
            in = !in;
            if (in && ++begun == limit) {
                kill(child, SIGKILL);
                continue;
            }
        }
        const bool own =
            WSTOPSIG(status) == (SIGTRAP | 0x80) || WSTOPSIG(status) == SIGTRAP || WSTOPSIG(status) == SIGSTOP;
        trace(PTRACE_SYSCALL, thread, own ? 0 : static_cast<std::uintptr_t>(WSTOPSIG(status)));
    }
    return begun;
}

struct NetworkKilled : testing::Test {
    const Emitted small = emitted(acme, 2), large = emitted(acme, 3);

    void TearDown() override { EXPECT_TRUE(network().remove(large.placement())); }
    static void make(const Emitted& wanted) {
        const auto done = network().ensure(wanted.network, wanted.rules);
        ASSERT_TRUE(done) << done.error().text();
    }
    [[nodiscard]] std::string seen() const {
        const auto observed = network().observe(large.placement());
        EXPECT_TRUE(observed) << observed.error().text();
        return observed ? observed->network : "";
    }
    [[nodiscard]] std::string facts() const {
        return read({{std::string(acme), *network().observe(large.placement())}}).facts;
    }
};

constexpr std::size_t never = ~std::size_t{0};

TEST_F(NetworkKilled, while_it_is_made_ends_the_same) {
    run({"mkdir", "-p", "/run/tenantry/platforms/lend"});
    const std::string nothing = traces();
    const std::size_t all = run_until(never, [&] { make(large); });
    const std::string whole = seen(), wanted = facts();
    ASSERT_GT(all, 500U);
    for (std::size_t at = 1; at < all; at += 37) {
        ASSERT_TRUE(network().remove(large.placement()));
        ASSERT_LE(run_until(at, [&] { make(large); }), at);  // a run may be a few calls shorter
        if (at % 2 == 0) {
            ASSERT_TRUE(network().remove(large.placement())) << "killed before system call " << at;
            ASSERT_EQ(traces(), nothing) << "killed before system call " << at;
        }
        make(large);
        ASSERT_EQ(seen(), whole) << "killed before system call " << at << " of " << all;
        ASSERT_EQ(facts(), wanted) << "killed before system call " << at << " of " << all;
    }
}

TEST_F(NetworkKilled, while_it_is_changed_ends_the_same) {
    make(large);
    const std::string more = seen();
    make(small);
    const std::string fewer = seen();
    for (const bool grows : {true, false}) {
        const Emitted &from = grows ? small : large, &to = grows ? large : small;
        make(from);
        const std::size_t all = run_until(never, [&] { make(to); });
        for (std::size_t at = 1; at < all; at += 29) {
            make(from);
            ASSERT_LE(run_until(at, [&] { make(to); }), at);
            make(to);
            ASSERT_EQ(seen(), grows ? more : fewer) << "killed before system call " << at << " of " << all;
        }
    }
}

TEST_F(NetworkKilled, while_it_is_removed_can_be_removed_and_made) {
    run({"mkdir", "-p", "/run/tenantry/platforms/lend"});
    const std::string nothing = traces();
    make(large);
    const std::string whole = seen();
    const std::size_t all = run_until(never, [&] { EXPECT_TRUE(network().remove(large.placement())); });
    for (std::size_t at = 1; at <= all; ++at) {
        make(large);
        ASSERT_EQ(seen(), whole) << "killed before system call " << at;
        run_until(at, [&] { EXPECT_TRUE(network().remove(large.placement())); });
        if (at % 2 == 0) {
            ASSERT_TRUE(network().remove(large.placement()));
            ASSERT_EQ(traces(), nothing) << "killed before system call " << at;
        }
    }
}

}  // namespace
}  // namespace tenantry::host
