#include <date/tz.h>

#include <tenantry/host/time_zones.hpp>

namespace tenantry::host {
namespace {

using world::WallTime;
using world::ZoneRules;

ZoneRules rules_of(const date::time_zone& zone, WallTime from, WallTime to) {
    ZoneRules rules;
    for (date::sys_seconds at{std::chrono::seconds{from.seconds}}; at.time_since_epoch().count() < to.seconds;) {
        const date::sys_info info = zone.get_info(at);
        const WallTime begins{rules.parts.empty() ? from.seconds : info.begin.time_since_epoch().count()};
        rules.parts.push_back({begins, info.offset.count()});
        at = info.end;
    }
    return rules;
}

}  // namespace

Result<ZoneRules> zone_rules(const std::string& name, WallTime from, WallTime to) {
    try {
        return rules_of(*date::locate_zone(name), from, to);
    } catch (const std::exception& error) {  // the library's own, for a zone that is not there or cannot be read
        return fail("this machine does not know the time zone {} (package tzdata): {}", name, error.what());
    }
}

}  // namespace tenantry::host
