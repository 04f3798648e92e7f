#include <tenantry/base/json_text.hpp>
#include <tenantry/world/probes.hpp>

namespace tenantry::world {

std::string to_text(const std::vector<ProbeResult>& probes) {
    JsonText json;
    json.object().member("version", 1).key("probes").array();
    for (const ProbeResult& one : probes)
        json.object(Layout::line)
            .member("task", one.task)
            .member("source", one.source)
            .member("address", one.address)
            .member("port", one.port)
            .member("arrived", one.arrived)
            .end();
    json.end().end();
    return std::move(json).take();
}

}  // namespace tenantry::world
