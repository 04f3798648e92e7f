#include "streams.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace tenantry::apps {
namespace {

using host::Descriptor;

constexpr std::size_t chunk = 64 << 10;
constexpr std::size_t mostKept = 1 << 20;

struct Pipe {
    Descriptor read, write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail("making a pipe: {}", std::strerror(errno));
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Of our end alone: the program's own blocks as usual.
void never_wait(const Descriptor& end) { fcntl(end.number(), F_SETFL, O_NONBLOCK); }

}  // namespace

void write_whole(int to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(to, text.data(), text.size());
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
        if (written >= 0 || errno == EINTR) continue;
        pollfd poll{to, POLLOUT, 0};
        if (errno == EAGAIN && ::poll(&poll, 1, -1) >= 0) continue;
        std::signal(SIGPIPE, SIG_DFL);
        std::raise(SIGPIPE);
    }
}

class Streams::Pump {
  public:
    Pump(Wanted wanted, Pipe input, Pipe output, Pipe errors, Pipe over)
        : wanted_(wanted),
          input_(std::move(input)),
          output_(std::move(output)),
          errors_(std::move(errors)),
          over_(std::move(over)) {
        for (const Descriptor* end : {&input_.write, &output_.read, &errors_.read}) never_wait(*end);
    }

    [[nodiscard]] std::array<int, 3> theirs() const {
        return {wanted_.input ? input_.read.number() : -1, output_.write.number(),
                wanted_.kept ? output_.write.number() : errors_.write.number()};
    }

    void run() {
        if (!wanted_.input) input_.write = Descriptor();
        bool over = false;
        while (!over) {
            std::array<pollfd, 5> wait{{{over_.read.number(), POLLIN, 0},
                                        {output_.read.number(), POLLIN, 0},
                                        {errors_.read.number(), POLLIN, 0},
                                        {pending_.empty() && input_.write.number() >= 0 ? 0 : -1, POLLIN, 0},
                                        {pending_.empty() ? -1 : input_.write.number(), POLLOUT, 0}}};
            if (poll(wait.data(), wait.size(), -1) < 0) continue;
            over = wait[0].revents != 0;
            pass_on(output_.read, STDOUT_FILENO);
            pass_on(errors_.read, STDERR_FILENO);
            if (wait[3].revents != 0) take_input();
            if (wait[4].revents != 0) hand_over();
        }
    }

    void stop() { over_.write = Descriptor(); }
    std::string take_kept() { return std::move(kept_); }

  private:
    // All that is there: what a program leaves behind may hold its ends open for long.
    void pass_on(const Descriptor& from, int to) {
        std::array<char, chunk> bytes{};
        ssize_t got = 0;
        while ((got = read(from.number(), bytes.data(), bytes.size())) > 0) {
            const std::string_view text(bytes.data(), static_cast<std::size_t>(got));
            if (!wanted_.kept)
                write_whole(to, text);
            else
                kept_.append(text.substr(0, mostKept - std::min(mostKept, kept_.size())));
        }
    }

    void take_input() {
        pending_.resize(chunk);
        const ssize_t got = read(STDIN_FILENO, pending_.data(), pending_.size());
        pending_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) input_.write = Descriptor();
    }

    void hand_over() {
        const ssize_t written = write(input_.write.number(), pending_.data(), pending_.size());
        if (written > 0) pending_.erase(0, static_cast<std::size_t>(written));
        if (written >= 0 || errno == EAGAIN || errno == EINTR) return;
        pending_.clear();  // the program reads no more
        input_.write = Descriptor();
    }

    Wanted wanted_;
    Pipe input_, output_, errors_, over_;
    std::string pending_, kept_;
};

Streams::Streams(std::unique_ptr<Pump> pump) : pump_(std::move(pump)) {}

Streams::~Streams() {
    if (thread_.joinable()) end();
}

Result<Streams> Streams::open(Wanted wanted) {
    std::signal(SIGPIPE, SIG_IGN);  // of the program's 0; of our 1 and 2 see write_whole
    return Streams(
        std::make_unique<Pump>(wanted, TRY(make_pipe()), TRY(make_pipe()), TRY(make_pipe()), TRY(make_pipe())));
}

std::array<int, 3> Streams::begin() {
    thread_ = std::thread([pump = pump_.get()] { pump->run(); });
    return pump_->theirs();
}

std::string Streams::end() {
    pump_->stop();
    thread_.join();
    return pump_->take_kept();
}

}  // namespace tenantry::apps
