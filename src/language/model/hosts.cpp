#include <tenantry/model/hosts.hpp>

namespace tenantry::model {

std::string host_label(const Platform& platform, const Tenant& tenant, const Stage& stage) {
    if (stage.name == platform.main_stage().name) return tenant.name.str();
    return tenant.name.str() + "-" + stage.name.str();
}

std::string url_variable(const ServiceName& service) {
    std::string name;
    for (const char c : service.str())
        name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name + "_URL";
}

}  // namespace tenantry::model
