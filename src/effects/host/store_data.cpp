#include "store_data.hpp"

#include <cerrno>
#include <optional>
#include <system_error>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/base/check.hpp>
#include <tenantry/host/workspace.hpp>

#include "control_file.hpp"
#include "files.hpp"
#include "mounts.hpp"
#include "places.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

using std::filesystem::path;
using world::Placement;
using world::StoreSpec;

constexpr const char* recordName = "record";

// How data are kept.
struct Record {
    std::string engine;
    std::string form;          // `overlay`, `copy` of a template; `folder`; `behind`: another one has them
    std::string templateName;  // of an overlay or a copy
    std::uint32_t user = 0;    // whose they are
    bool operator==(const Record&) const = default;
};

std::string text_of(const Record& record) {
    return json::serialize(json::value{{"version", 1},
                                       {"engine", record.engine},
                                       {"form", record.form},
                                       {"template", record.templateName},
                                       {"user", record.user}}) +
           "\n";
}

Result<Record> record_in(const std::string& text) {
    try {
        const json::value value = json::parse(text);
        if (value.at("version").to_number<int>() != 1) return fail("it is of a later version");
        return Record{std::string(value.at("engine").as_string()), std::string(value.at("form").as_string()),
                      std::string(value.at("template").as_string()), value.at("user").to_number<std::uint32_t>()};
    } catch (const std::exception& error) {  // Boost.JSON's own, for any text that is no record
        return fail("{}", error.what());
    }
}

Result<std::optional<Record>> read_record(const path& kept) {
    struct stat status{};
    if (lstat((kept / recordName).c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    const std::string text = TRY(read_small(kept / recordName));
    return TRY(wrap(record_in(text), "reading {}", (kept / recordName).string()));
}

Result<void> give(const path& file, std::uint32_t user) {
    if (lchown(file.c_str(), user, user) != 0) return fail("giving {} to {}: {}", file.string(), user, reason(errno));
    return {};
}

Result<void> give_tree(const path& folder, std::uint32_t user) {
    TRY_VOID(give(folder, user));
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        TRY_VOID(give(entry->path(), user));
    if (error) return fail("listing {}: {}", folder.string(), error.message());
    return {};
}

Result<ClusterIdentity> new_identity() {
    ClusterIdentity made;
    if (getrandom(&made.system, sizeof(made.system), 0) != sizeof(made.system) ||
        getrandom(made.nonce.data(), made.nonce.size(), 0) != static_cast<ssize_t>(made.nonce.size()))
        return fail("asking for random bytes: {}", reason(errno));
    made.system >>= 1;  // pg_control_system() gives it as a signed number
    return made;
}

Result<std::vector<path>> logs_of(const path& cluster) {
    std::vector<path> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(cluster / "pg_wal", error))
        if (entry.is_regular_file()) found.push_back(entry.path());
    if (error) return fail("listing {}: {}", (cluster / "pg_wal").string(), error.message());
    return found;
}

// Writes the files that hold a cluster's identity, anew, from one folder to another, which may be the same.
Result<void> write_identity(const path& from, const path& to, std::uint32_t user) {
    const FileOwner owner{user, user};
    std::string control = TRY(read_small(from / "global/pg_control"));
    const std::uint64_t before = TRY(system_of_control(control));
    const ClusterIdentity identity = TRY(new_identity());
    for (const char* name : {"global", "pg_wal"}) TRY_VOID(make_folder(to / name, 0700, owner));
    for (const path& log : TRY(logs_of(from))) {
        std::string bytes = TRY(read_small(log));
        bytes = TRY(wrap(with_system(std::move(bytes), before, identity.system), "copying {}", log.string()));
        TRY_VOID(write_whole(to / "pg_wal" / log.filename(), bytes, 0600, owner));
    }
    control = TRY(with_identity(std::move(control), identity));
    return write_whole(to / "global/pg_control", control, 0600, owner);
}

WritableView view_of(const path& kept, const path& lower, std::uint32_t user) {
    return {.lower = lower, .owner = {templateUser, user}, .upper = kept / "data", .work = kept / "work"};
}

Result<void> make_overlay(const path& kept, const path& lower, const path& point, std::uint32_t user) {
    TRY_VOID(make_folder(kept / "data", 0700, FileOwner{user, user}));
    TRY_VOID(make_folder(kept / "work", 0700));
    TRY_VOID(write_identity(lower, kept / "data", user));
    return mount_writable(view_of(kept, lower, user), point);
}

Result<void> make_copy(const path& kept, const path& lower, std::uint32_t user) {
    std::error_code error;
    std::filesystem::copy(lower, kept / "data", std::filesystem::copy_options::recursive, error);
    if (error) return fail("copying {}: {}", lower.string(), error.message());
    TRY_VOID(give_tree(kept / "data", user));
    TRY_VOID(make_folder(kept / "data", 0700, FileOwner{user, user}));
    return write_identity(kept / "data", kept / "data", user);
}

// What an interrupted making left; nothing was ever started on it.
Result<void> clear(const path& kept, const path& point) {
    TRY_VOID(unmount(point));
    for (const char* name : {"data", "work"}) TRY_VOID(remove_tree(kept / name));
    return {};
}

Result<Record> make_postgresql(const StoreTemplates& templates, const path& kept, const path& point,
                               const StoreSpec& store) {
    Record record{store.engine, "overlay", TRY(templates.postgresql()), store.uid};
    const path lower = TRY(templates.data_of(record.templateName));
    if (make_overlay(kept, lower, point, store.uid)) return record;
    // A file system without what overlays need, or a kernel that cannot map owners on it: a copy is slow, and works.
    TRY_VOID(clear(kept, point));
    TRY_VOID(make_copy(kept, lower, store.uid));
    record.form = "copy";
    return record;
}

Result<Record> make_data(const StoreTemplates& templates, const path& kept, const path& point, const StoreSpec& store) {
    TRY_VOID(clear(kept, point));
    TRY_VOID(make_folder(kept, 0700));
    if (store.engine == "postgresql") return make_postgresql(templates, kept, point, store);
    if (store.engine == "redis") {
        TRY_VOID(make_folder(kept / "data", 0700, FileOwner{store.uid, store.uid}));
        return Record{store.engine, "folder", "", store.uid};
    }
    if (store.backing) return Record{store.engine, "behind", "", store.uid};
    return fail("this machine has no {}: it runs postgresql, redis and mongodb", store.engine);
}

Result<void> mount_data(const StoreTemplates& templates, const path& kept, const path& point, const Record& record) {
    if (record.form == "behind") return {};
    if (record.form != "overlay") return mount_folder(kept / "data", point);
    const path lower = TRY(templates.data_of(record.templateName));
    return mount_writable(view_of(kept, lower, record.user), point);
}

Result<std::vector<path>> mounted(const Placement& placement) {
    std::vector<path> found;
    struct stat status{};
    if (stat(world::folder_of(placement).c_str(), &status) != 0 && errno == ENOENT) return found;
    const Workspace folder = TRY(Workspace::open(world::folder_of(placement)));
    for (const std::string& store : TRY(folder.list("stores")))
        for (const std::string& name : TRY(folder.list("stores/" + store)))
            if (path point = run_store_folder(placement, store) / name; is_mount(point)) found.push_back(point);
    return found;
}

}  // namespace

path kept_store_folder(const Placement& placement, const std::string& store) {
    return kept_folder_of(placement) / "stores" / store;
}
path run_store_folder(const Placement& placement, const std::string& store) {
    return path(world::folder_of(placement)) / "stores" / store;
}

namespace {

Result<void> ensure_one(const StoreTemplates& templates, const Placement& placement, const StoreSpec& store) {
    const path kept = kept_store_folder(placement, store.name),
               point = run_store_folder(placement, store.name) / "data";
    // Not the point itself, which would be the data's own folder where it is mounted.
    TRY_VOID(make_folder(point.parent_path()));
    std::optional<Record> record = TRY(read_record(kept));
    if (record && is_mount(point)) return {};
    if (record && record->engine != store.engine)
        return fail("its data are of {}: `tenantry down --destroy-data` removes them", record->engine);
    const bool made = !record;
    if (made) record = TRY(make_data(templates, kept, point, store));
    // The lock gave the environment other users: what it had written becomes theirs.
    const bool moved = record->user != store.uid;
    if (moved && record->form != "behind") TRY_VOID(give_tree(kept / "data", store.uid));
    record->user = store.uid;
    if (made || moved) TRY_VOID(write_whole(kept / recordName, text_of(*record), 0600));
    return mount_data(templates, kept, point, *record);
}

}  // namespace

Result<void> ensure_store_data(const StoreTemplates& templates, const Placement& placement, const StoreSpec& store) {
    TRY_VOID(ensure_one(templates, placement, store));
    return store.backing ? ensure_one(templates, placement, keeper_of(store)) : Result<void>{};
}

// Without its record nothing of it counts, whatever of it is still there if this ends on the way.
Result<void> forget_store_data(const Placement& placement, const StoreSpec& store) {
    const auto forget = [&](const std::string& name) -> Result<void> {
        const path kept = kept_store_folder(placement, name), point = run_store_folder(placement, name) / "data";
        TRY_VOID(unmount(point));
        TRY_VOID(remove_tree(kept / recordName));
        return clear(kept, point);
    };
    TRY_VOID(forget(store.name));
    return store.backing ? forget(store.backing->name) : Result<void>{};
}

Result<void> unmount_stores(const Placement& placement) {
    for (const path& point : TRY(mounted(placement))) TRY_VOID(unmount(point));
    return {};
}

Result<bool> has_mounted_stores(const Placement& placement) { return !TRY(mounted(placement)).empty(); }

}  // namespace tenantry::host
