// `tenantryd`: runs environments on this machine, and answers `tenantry` on a unix socket.

#include <csignal>
#include <cstdio>
#include <ctime>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <malloc.h>
#include <sys/file.h>
#include <unistd.h>

#include <tenantry/host/host_files.hpp>
#include <tenantry/host/host_stores.hpp>
#include <tenantry/host/kernel_network.hpp>
#include <tenantry/host/machine_view.hpp>
#include <tenantry/host/namespace_probe.hpp>
#include <tenantry/host/time_zones.hpp>
#include <tenantry/store/sqlite_store.hpp>

#include "service.hpp"

namespace tenantry::daemon {
namespace {

struct Options {
    std::string socket = wire::socketPath;
    std::string cgroup = "tenantry";
    bool purge = false;
};

class MachineClock final : public ports::Clock {
  public:
    std::int64_t boot_ms() override {
        timespec now{};
        clock_gettime(CLOCK_BOOTTIME, &now);
        return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
    }
    world::WallTime wall_time() override {
        return {std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count()};
    }
    Result<world::ZoneRules> zone(const std::string& name, world::WallTime from, world::WallTime to) override {
        return host::zone_rules(name, from, to);
    }
    std::string wall() override {
        const auto instant = now();
        const auto whole = std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
        return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(instant)),
                           whole % 1000);
    }

  private:
    static std::chrono::system_clock::time_point now() { return std::chrono::system_clock::now() + clock_ahead(); }
};

void log_line(const std::string& line) {
    const std::string whole = line + "\n";
    std::fwrite(whole.data(), 1, whole.size(), stderr);
}

// The machine has one daemon: whoever holds this file.
Result<host::Descriptor> hold_machine() {
    TRY_VOID(host::Workspace::make(host::runFolder));
    TRY_VOID(host::Workspace::make(host::stateFolder));
    const std::string path = std::string(host::runFolder) + "/tenantryd.lock";
    host::Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.number() < 0) return fail("{} cannot be opened", path);
    if (flock(file.number(), LOCK_EX | LOCK_NB) != 0) return fail("another tenantryd runs on this machine");
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(file.number(), 0) != 0 || pwrite(file.number(), pid.data(), pid.size(), 0) < 0)
        return fail("{} cannot be written", path);
    return file;
}

// SIGTERM and SIGINT are taken by `sigwait` alone; a closed connection is an error of its write.
sigset_t block_signals() {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return ends;
}

Result<void> serve(const Options& options) {
    const sigset_t ends = block_signals();
    const host::Descriptor held = TRY(hold_machine());
    const host::MachineView view = TRY(host::MachineView::enter({.cgroup = options.cgroup}));
    const host::Authority authority = TRY(host::Authority::open());
    const host::ImageStore images;
    Platforms platforms(TRY(host::Workspace::make(std::string(host::stateFolder) + "/bundles")));
    const auto store = TRY(store::open_sqlite(std::string(host::stateFolder) + "/state.db"));

    host::HostFiles files(view, authority, images);
    host::UnixIngress ingress(host::edgeUser);
    host::KernelNetwork network([&](const world::Placement& placement) { return ingress.sockets(placement); });
    host::CrunContainers containers(view, ingress, images);
    host::OciImages ociImages(view, images);
    host::NamespaceProbe probe(authority);
    host::HostStores stores;
    Checker checker(platforms, containers, stores);
    MachineClock clock;
    engine::Runner runner({files, network, ingress, containers, stores, probe, checker, *store, clock}, log_line,
                          hook(), scale_pace());

    Result<void> ended;
    std::jthread running([&](const std::stop_token& stop) {
        ended = runner.run(stop);
        if (!ended) kill(getpid(), SIGTERM);
    });
    EdgeKeeper edge(containers, [&] { return runner.any_present(); }, log_line);
    SecretKeeper secrets(runner);
    CertificateKeeper certificates(runner, files, containers, log_line);
    MachineService service({runner, platforms, containers, network, stores, probe, images, authority, edge, ociImages,
                            secrets, certificates});
    TRY_VOID(service.tidy());
    TRY_VOID(service.catch_up());
    const auto server = TRY(api::Server::listen(options.socket, service));
    log_line(fmt::format("tenantryd {} answers at {}", TENANTRY_VERSION, options.socket));
    int signal = 0;
    sigwait(&ends, &signal);
    log_line("tenantryd ends; what runs goes on");
    ociImages.stop();
    service.end_programs();
    running.request_stop();
    running.join();
    return ended;
}

// Everything goes but the programs themselves.
Result<void> purge(const Options& options) {
    const host::Descriptor held = TRY(hold_machine());
    {
        const auto store = TRY(store::open_sqlite(std::string(host::stateFolder) + "/state.db"));
        for (const ports::StoredMachine& machine : TRY(store->load()).machines)
            if (machine.kind == "task") return fail("{} runs: `tenantry down '*'` first", machine.id);
    }
    return host::remove_from_machine({.cgroup = options.cgroup});
}

}  // namespace
}  // namespace tenantry::daemon

int main(int argc, char** argv) {
    using namespace tenantry::daemon;
    mallopt(M_ARENA_MAX, 2);  // else each of two dozen threads keeps what it once needed
    Options options;
    CLI::App app("Runs the environments of platforms on this machine. Needs root.", "tenantryd");
    app.set_version_flag("--version", std::string("tenantryd " TENANTRY_VERSION));
    app.add_option("--socket", options.socket, "Where it answers `tenantry`")->capture_default_str();
    app.add_option("--cgroup", options.cgroup, "The group, below the root of each hierarchy, that holds all of it")
        ->envname("TENANTRY_CGROUP")
        ->capture_default_str();
    app.add_flag("--purge", options.purge,
                 "Remove state, certificates, logs and images from this machine; nothing may run any more");
    app.footer("It goes on in the foreground; SIGTERM ends it, and what runs goes on: the next one takes it over.\n"
               "State: /var/lib/tenantry. What ends with the machine: /run/tenantry.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return 64;
    }
    if (geteuid() != 0) {
        log_line("error: tenantryd needs root: it makes namespaces, networks and containers");
        return 1;
    }
    const auto done = options.purge ? purge(options) : serve(options);
    if (done) return 0;
    log_line("error: " + done.error().text());
    return 1;
}
