#include <fmt/format.h>

#include <tenantry/model/variables.hpp>

namespace tenantry::model {
namespace {

constexpr std::string_view ours = "Tenantry, for every task";

void add_store(const Platform& platform, const StoreUse& use, std::vector<Variable>& all) {
    const std::string stem = variable_stem(use.store.str());
    const std::string by = fmt::format("the store `{}`", use.store.str());
    for (const std::string_view end :
         {"_URL_FILE", "_HOST", "_PORT", "_USER", "_PASSWORD_FILE", "_DATABASE", "_CA_FILE"})
        all.push_back({stem + std::string(end), by});
    if (const Store* store = platform.store(use.store.str()); store != nullptr && store->asVariable)
        all.push_back({stem + "_URL", by});
}

void add_secret(const Platform& platform, const SecretUse& use, std::vector<Variable>& all) {
    const std::string stem = variable_stem(use.secret.str());
    const std::string by = fmt::format("the secret `{}`", use.secret.str());
    all.push_back({stem + "_FILE", by});
    if (const Secret* secret = platform.secret(use.secret.str()); secret != nullptr && secret->asVariable)
        all.push_back({stem, by});
}

template <class Program>
void add_uses(const Platform& platform, const Program& program, std::vector<Variable>& all) {
    for (const StoreUse& use : program.stores) add_store(platform, use, all);
    for (const SecretUse& use : program.secrets) add_secret(platform, use, all);
    if (program.egress.empty()) return;
    all.push_back({"HTTPS_PROXY", "`egress`"});
    all.push_back({"NO_PROXY", "`egress`"});
}

std::vector<Variable> always() {
    std::vector<Variable> all;
    for (const char* name : {"PATH", "TENANTRY_TENANT", "TENANTRY_STAGE", "TENANTRY_SERVICE", "TENANTRY_RELEASE"})
        all.push_back({name, std::string(ours)});
    return all;
}

}  // namespace

std::string variable_stem(std::string_view name) {
    std::string stem;
    for (const char c : name) stem += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return stem;
}

std::vector<Variable> given_variables(const Platform& platform, const Service& service) {
    std::vector<Variable> all = always();
    if (service.port) all.push_back({"PORT", "the service's `port`"});
    const auto add_url = [&](std::string_view name, const char* by) {
        all.push_back({variable_stem(name) + "_URL", fmt::format("{} `{}`", by, name)});
    };
    if (service.routes.empty())
        for (const Call& call : service.calls) add_url(call.to.str(), "the call of");
    else
        for (const Route& route : service.routes) add_url(route.to.str(), "the routes to");
    add_uses(platform, service, all);
    return all;
}

std::vector<Variable> given_variables(const Platform& platform, const Job& job) {
    std::vector<Variable> all = always();
    add_uses(platform, job, all);
    return all;
}

}  // namespace tenantry::model
