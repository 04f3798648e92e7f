#include <tenantry/blueprint/retire.hpp>

namespace tenantry::blueprint {

std::vector<std::string> retire(Lock& lock, const TenantName& tenant) {
    std::vector<std::string> retired;
    for (LockedBlock& block : lock.blocks) {
        if (block.retired || block.tenant != tenant) continue;
        block.retired = true;
        retired.push_back(block.name());
    }
    return retired;
}

}  // namespace tenantry::blueprint
