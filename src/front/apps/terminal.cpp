#include "terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <tenantry/host/descriptor_message.hpp>

#include "streams.hpp"

namespace tenantry::apps {
namespace {

using host::Descriptor;

constexpr std::size_t chunk = 64 << 10;
// A terminal holds less than this many chunks; what goes on in the background may write for ever.
constexpr int mostAtEnd = 64;
// The kernel moves what was written to the other end a moment later.
constexpr int lastWithinMs = 100;

// Ours gets another size; and what ends us, which must not leave our terminal raw.
sigset_t heeded() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGWINCH, SIGHUP, SIGINT, SIGQUIT, SIGTERM}) sigaddset(&set, signal);
    return set;
}

}  // namespace

class Terminal::Pump {
  public:
    Pump(termios own, Descriptor signals, std::array<Descriptor, 2> pair, std::array<Descriptor, 2> over)
        : own_(own), signals_(std::move(signals)), pair_(std::move(pair)), over_(std::move(over)) {}

    [[nodiscard]] int theirs() const { return pair_[1].number(); }
    void stop() { over_[1] = Descriptor(); }

    void run() {
        bool over = false;
        while (!over) {
            const bool typed = pending_.empty() && program_.number() >= 0;
            std::array<pollfd, 5> wait{{{over_[0].number(), POLLIN, 0},
                                        {signals_.number(), POLLIN, 0},
                                        {pair_[0].number(), POLLIN, 0},
                                        {typed ? STDIN_FILENO : -1, POLLIN, 0},
                                        {program_.number(), wanted(), 0}}};
            if (poll(wait.data(), wait.size(), -1) < 0) continue;
            over = wait[0].revents != 0;
            if (wait[1].revents != 0) heed();
            if (wait[2].revents != 0) take_over();
            if (wait[3].revents != 0) take_input();
            if ((wait[4].revents & POLLOUT) != 0) hand_over();
            if ((wait[4].revents & ~POLLOUT) != 0) pass_on();
        }
        for (int i = 0; i < mostAtEnd && comes_yet() && pass_on(); ++i) {}
        restore();
    }

  private:
    [[nodiscard]] short wanted() const { return static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT); }

    void take_over() {
        auto received = host::receive_descriptor(pair_[0].number());
        pair_[0] = Descriptor();  // nothing more comes
        if (!received) return;
        program_ = *std::move(received);
        fcntl(program_.number(), F_SETFL, O_NONBLOCK);
        resize();
        termios raw = own_;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }

    void resize() const {
        winsize size{};
        if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) ioctl(program_.number(), TIOCSWINSZ, &size);
    }

    void heed() {
        signalfd_siginfo told{};
        if (read(signals_.number(), &told, sizeof(told)) != sizeof(told)) return;
        if (told.ssi_signo == SIGWINCH) return resize();
        restore();
        end_by(static_cast<int>(told.ssi_signo));
    }

    static void end_by(int signal) {
        std::signal(signal, SIG_DFL);
        const sigset_t set = heeded();
        pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
        std::raise(signal);
    }

    void restore() const { tcsetattr(STDIN_FILENO, TCSADRAIN, &own_); }

    [[nodiscard]] bool comes_yet() const {
        pollfd wait{program_.number(), POLLIN, 0};
        return program_.number() >= 0 && poll(&wait, 1, lastWithinMs) > 0;
    }

    // Not all that is there: Ctrl-C must come through to a program that writes without end. Once nobody has the inner
    // end any more, reading fails with EIO (pty(7)).
    bool pass_on() {
        std::array<char, chunk> bytes{};
        const ssize_t got = read(program_.number(), bytes.data(), bytes.size());
        if (got > 0) write_whole(STDOUT_FILENO, {bytes.data(), static_cast<std::size_t>(got)});
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) program_ = Descriptor();
        return got > 0;
    }

    // Our terminal is gone: so are we.
    void take_input() {
        pending_.resize(chunk);
        const ssize_t got = read(STDIN_FILENO, pending_.data(), pending_.size());
        const bool gone = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
        pending_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        if (gone) end_by(SIGHUP);
    }

    void hand_over() {
        const ssize_t written = write(program_.number(), pending_.data(), pending_.size());
        if (written > 0) pending_.erase(0, static_cast<std::size_t>(written));
        if (written < 0 && errno != EAGAIN && errno != EINTR) pending_.clear();
    }

    termios own_;
    Descriptor signals_;
    std::array<Descriptor, 2> pair_, over_;
    Descriptor program_;
    std::string pending_;
};

Terminal::Terminal(std::unique_ptr<Pump> pump) : pump_(std::move(pump)) {}

Terminal::~Terminal() {
    if (thread_.joinable()) end();
}

Result<Terminal> Terminal::open() {
    termios own{};
    if (tcgetattr(STDIN_FILENO, &own) != 0 || isatty(STDOUT_FILENO) != 1)
        return fail("-t is for a terminal, and this command has none; -i passes on what is read here");
    std::array<int, 2> pair{}, over{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
        return fail("making a pair of sockets: {}", std::strerror(errno));
    std::array<Descriptor, 2> ends{Descriptor(pair[0]), Descriptor(pair[1])};
    if (pipe2(over.data(), O_CLOEXEC) != 0) return fail("making a pipe: {}", std::strerror(errno));
    std::array<Descriptor, 2> stops{Descriptor(over[0]), Descriptor(over[1])};
    const sigset_t set = heeded();
    Descriptor signals(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (signals.number() < 0) return fail("waiting for signals: {}", std::strerror(errno));
    return Terminal(std::make_unique<Pump>(own, std::move(signals), std::move(ends), std::move(stops)));
}

int Terminal::begin() {
    const sigset_t set = heeded();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    thread_ = std::thread([pump = pump_.get()] { pump->run(); });
    return pump_->theirs();
}

void Terminal::end() {
    pump_->stop();
    thread_.join();
}

}  // namespace tenantry::apps
