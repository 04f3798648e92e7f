#include <tenantry/base/json_text.hpp>
#include <tenantry/world/store_spec.hpp>

namespace tenantry::world {

StoreSpec keeper_of(const StoreSpec& store) {
    if (!store.backing) return store;
    const BackingSpec& behind = *store.backing;
    return {behind.name, "postgresql", behind.task, store.uid, behind.port, store.users};
}

std::string to_text(const ObservedStore& seen) {
    JsonText json;
    json.object().member("version", 1).member("store", seen.store).member("engine", seen.engine);
    json.key("users").array();
    for (const ObservedStoreUser& user : seen.users) {
        json.object(Layout::line).member("name", user.name).key("rights").array();
        for (const std::string& right : user.rights) json.value(right);
        json.end().end();
    }
    json.end().end();
    return std::move(json).take();
}

}  // namespace tenantry::world
