#include <tenantry/model/hosts.hpp>

namespace tenantry::model {

std::string host_label(const Platform& platform, const Tenant& tenant, const Stage& stage) {
    if (stage.name == platform.main_stage().name) return tenant.name.str();
    return tenant.name.str() + "-" + stage.name.str();
}

}  // namespace tenantry::model
