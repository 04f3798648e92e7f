#include <csignal>

#include "../common/ledger.hpp"
#include "../common/log.hpp"
#include "jobs.hpp"

namespace lending {

namespace {

// A notification may be missed while the books are away, so that we look again without one.
constexpr std::chrono::milliseconds look{15'000};

volatile std::sig_atomic_t ending = 0;

void end_at(int signal) {
    struct sigaction action{};
    action.sa_handler = [](int) { ending = 1; };  // no SA_RESTART: it ends a wait
    sigaction(signal, &action, nullptr);
}

void write_schedules_and_wait(Books& books, bool& listening) {
    if (!listening) books.script("LISTEN loans");
    listening = true;
    if (const std::size_t written = write_missing_schedules(books); written > 0)
        log("schedules_written", {{"loans", std::to_string(written)}});
    books.wait_for_notification(look);
}

}  // namespace

void work() {
    end_at(SIGTERM);
    end_at(SIGINT);
    log("working");
    Books books;
    bool listening = false;
    while (ending == 0) try {
            write_schedules_and_wait(books, listening);
        } catch (const Away& away) {
            listening = false;
            log("books_away", {{"why", away.what()}});
            const timespec pause{.tv_sec = 1, .tv_nsec = 0};
            nanosleep(&pause, nullptr);  // a signal ends it
        }
}

}  // namespace lending
