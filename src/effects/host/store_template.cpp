#include "store_template.hpp"

#include <cerrno>
#include <chrono>
#include <mutex>
#include <sstream>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"
#include "process.hpp"

namespace tenantry::host {
namespace {

// What initdb below is told: with other words the templates are others.
constexpr int edition = 1;
constexpr const char* server = "/usr/lib/postgresql/15/bin/postgres";
constexpr const char* initdb = "/usr/lib/postgresql/15/bin/initdb";
constexpr const char* controldata = "/usr/lib/postgresql/15/bin/pg_controldata";
constexpr std::string_view beginning = ".new-";
// 2 s of CPU; a machine under heavy load takes many times as long.
constexpr std::chrono::milliseconds deadline{300'000};
// Where the maker finds its folder: the folders above the real one are not its to go through.
constexpr const char* place = "/mnt";

// One maker, and one who asks for the version.
std::mutex one;

// initdb wants its user to have a name (getpwuid(3)).
Result<void> enter_making(const std::filesystem::path& folder) {
    if (unshare(CLONE_FS | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC) != 0)
        return fail("making namespaces: {}", reason(errno));
    if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0 ||
        mount(folder.c_str(), place, nullptr, MS_BIND, nullptr) != 0 ||
        mount((folder / "passwd").c_str(), "/etc/passwd", nullptr, MS_BIND, nullptr) != 0)
        return fail("mounting {}: {}", folder.string(), reason(errno));
    return {};
}

// initdb writes nothing through to the disk; without this a template could be half there after a machine has crashed.
Result<void> sync(const std::filesystem::path& folder) {
    const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.number() < 0 || syncfs(opened.number()) != 0)
        return fail("writing {} to the disk: {}", folder.string(), reason(errno));
    return {};
}

}  // namespace

Result<std::string> StoreTemplates::run(std::vector<std::string> argv) const {
    const std::vector<Descriptor> groups = TRY(cgroups_.entrance("helpers"));
    Command command{std::move(argv), {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}, {}, {}};
    for (const Descriptor& group : groups) command.groups.push_back(group.number());
    return run_and_read(std::move(command), deadline);
}

// Its version, as `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)` has it.
Result<std::string> StoreTemplates::installed() const {
    static struct timespec changed{};
    static std::string known;
    struct stat status{};
    if (stat(server, &status) != 0) return fail("{}: {}; install the package postgresql-15", server, reason(errno));
    if (!known.empty() && changed.tv_sec == status.st_ctim.tv_sec && changed.tv_nsec == status.st_ctim.tv_nsec)
        return known;
    std::istringstream said(TRY(run({server, "--version"})));
    std::string word, product, version;
    said >> word >> product >> version;
    if (!version.starts_with("15.") || version.find_first_not_of("0123456789.") != std::string::npos)
        return fail("{} is no PostgreSQL 15", server);
    known = version;
    changed = status.st_ctim;
    return known;
}

// Of the write-ahead log a cluster that was shut down needs the file of its last checkpoint alone; initdb leaves more,
// and each view of the template would get copies of them.
Result<void> StoreTemplates::keep_one_log(const std::filesystem::path& data) const {
    constexpr std::string_view key = "Latest checkpoint's REDO WAL file:";
    const std::string said = TRY(run({controldata, data.string()}));
    const std::size_t at = said.find(key);
    std::istringstream rest(at == std::string::npos ? "" : said.substr(at + key.size()));
    std::string needed;
    rest >> needed;
    std::error_code error;
    if (needed.empty() || !std::filesystem::exists(data / "pg_wal" / needed, error))
        return fail("{} names no file of the write-ahead log that is there", controldata);
    std::vector<std::filesystem::path> others;
    for (const auto& entry : std::filesystem::directory_iterator(data / "pg_wal", error))
        if (entry.is_regular_file() && entry.path().filename() != needed) others.push_back(entry.path());
    for (const std::filesystem::path& other : others) TRY_VOID(remove_tree(other));
    return {};
}

Result<void> StoreTemplates::initialize(const std::filesystem::path& folder) const {
    const std::string user = std::to_string(templateUser);
    TRY_VOID(make_folder(folder / "data", 0700, FileOwner{templateUser, templateUser}));
    TRY_VOID(write_whole(folder / "passwd", fmt::format("tenantry:x:{0}:{0}::/:/usr/sbin/nologin\n", user), 0444));
    const std::vector<std::string> argv{"/usr/bin/setpriv",
                                        "--reuid",
                                        user,
                                        "--regid",
                                        user,
                                        "--clear-groups",
                                        "--no-new-privs",
                                        "--inh-caps=-all",
                                        "--bounding-set=-all",
                                        "--pdeathsig",
                                        "KILL",
                                        "--",
                                        initdb,
                                        "--pgdata",
                                        std::string(place) + "/data",
                                        "--username=tenantry",
                                        "--auth=reject",
                                        "--encoding=UTF8",
                                        "--locale=C.UTF-8",
                                        "--lc-collate=C",
                                        "--data-checksums",
                                        "--wal-segsize=1",
                                        "--no-sync",
                                        "--no-instructions"};
    // Namespaces are a thread's; this one ends with them.
    Result<std::string> done;
    std::thread maker([&] {
        const auto entered = enter_making(folder);
        done = entered ? run(argv) : Result<std::string>(std::unexpected(entered.error()));
    });
    maker.join();
    TRY(std::move(done));
    // A store's own stand elsewhere; one without them shall not find these.
    for (const char* name : {"postgresql.conf", "pg_hba.conf", "pg_ident.conf"})
        TRY_VOID(remove_tree(folder / "data" / name));
    TRY_VOID(remove_tree(folder / "passwd"));
    TRY_VOID(keep_one_log(folder / "data"));
    return sync(folder);
}

Result<void> StoreTemplates::make(const std::string& name) const {
    TRY_VOID(make_folder(folder_, 0700));
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, error))
        if (entry.path().filename().string().starts_with(beginning)) TRY_VOID(remove_tree(entry.path()));
    const std::filesystem::path made = folder_ / (std::string(beginning) + random_id());
    TRY_VOID(make_folder(made, 0711));
    auto done = initialize(made);
    if (done) {
        std::filesystem::rename(made, folder_ / name, error);
        if (error) done = fail("renaming {}: {}", made.string(), error.message());
    }
    if (!done) TRY_VOID(remove_tree(made));
    return done;
}

Result<std::string> StoreTemplates::postgresql() const {
    const std::lock_guard lock(one);
    std::string name = fmt::format("postgresql-{}-{}", TRY(installed()), edition);
    std::error_code error;
    if (!std::filesystem::exists(folder_ / name, error)) TRY_VOID(wrap(make(name), "making the template {}", name));
    return name;
}

Result<std::filesystem::path> StoreTemplates::data_of(const std::string& name) const {
    std::filesystem::path data = folder_ / name / "data";
    std::error_code error;
    if (name.find('/') != std::string::npos || !std::filesystem::is_directory(data, error))
        return fail("the template {} is not on this machine: restore {} from a backup", name,
                    (folder_ / name).string());
    return data;
}

}  // namespace tenantry::host
