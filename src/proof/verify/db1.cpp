// DB-1: the users of a store and their rights are those that the file declares.

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "claims.hpp"

namespace tenantry::verify {
namespace {

constexpr std::string_view everybody = "*";

std::vector<std::string> rights_of(StoreAccess access) {
    switch (access) {
        case StoreAccess::read:
            return {"connect", "read"};
        case StoreAccess::readWrite:
            return {"connect", "read", "write"};
        case StoreAccess::owner:
            return {"connect", "own", "read", "write"};
    }
    return {};
}

std::string words(const std::vector<std::string>& rights) {
    return rights.empty() ? "do nothing" : fmt::format("{}", fmt::join(rights, ", "));
}

class Examiner {
  public:
    Examiner(const Scene& scene, const DeclaredEnvironment& declared, Owner owner, Examined& out)
        : scene_(scene), declared_(declared), owner_(owner), findings_(Claim::db1, declared.name), out_(out) {}

    void examine() && {
        out_.basis.environments = 1;
        for (const DeclaredService& service : declared_.services)
            if (service.kind == ServiceKind::store && service.port) look_at(service);  // others are behind one
        for (Finding& finding : std::move(findings_).take()) out_.findings.push_back(std::move(finding));
    }

  private:
    void look_at(const DeclaredService& store) {
        const auto fact = std::ranges::find_if(
            scene_.facts.stores, [&](const StoreFact& one) { return one.owner == owner_ && one.store == store.name; });
        if (fact == scene_.facts.stores.end())
            return out_.doubts.push_back(
                fmt::format("The catalogue of the store {}/{} was not read.", declared_.name, store.name));
        for (const StoreFact::User& user : fact->users) check_user(store, user);
        for (const DeclaredGrant& grant : declared_.grants)
            if (grant.store == store.name &&
                std::ranges::find(fact->users, grant.user, &StoreFact::User::name) == fact->users.end())
                findings_.add("user " + store.name + " " + grant.user,
                              fmt::format("{} is declared to use {}, which does not know it.", grant.user, store.name),
                              grant.origin, shows({{fmt::format("the catalogue of {}", store.name), fact->at}}));
    }

    void check_user(const DeclaredService& store, const StoreFact::User& user) {
        ++out_.basis.facts;
        const auto grant = std::ranges::find_if(declared_.grants, [&](const DeclaredGrant& one) {
            return one.store == store.name && one.user == user.name;
        });
        const bool declared = grant != declared_.grants.end();
        const std::vector<std::string> wanted = declared ? rights_of(grant->access) : std::vector<std::string>();
        // One who may do nothing is nobody, but for who was declared.
        if (user.rights == wanted) {
            if (declared || user.name == everybody) return;
        }
        const std::string who = user.name == everybody ? std::string("Everybody who connects") : user.name;
        std::vector<std::string> more;
        std::ranges::set_difference(user.rights, wanted, std::back_inserter(more));
        const std::string what =
            !declared ? fmt::format("{} may {} in {}, and nothing declares that.", who, words(user.rights), store.name)
            : more.empty()
                ? fmt::format("{} may only {} in {}; declared is {}.", who, words(user.rights), store.name,
                              words(wanted))
                : fmt::format("{} may {} in {}; declared is {}.", who, words(user.rights), store.name, words(wanted));
        findings_.add(
            "rights " + store.name + " " + user.name, what, declared ? grant->origin : store.origin,
            shows({{fmt::format("the catalogue of {}: {} may {}", store.name, who, words(user.rights)), user.at}}));
    }

    const Scene& scene_;
    const DeclaredEnvironment& declared_;
    Owner owner_;
    Findings findings_;
    Examined& out_;
};

}  // namespace

Examined examine_db1(const Scene& scene, std::size_t environment) {
    Examined out;
    const DeclaredEnvironment& declared = scene.declared.environments[environment];
    if (const auto fact = scene.factOf[environment])
        Examiner(scene, declared, fact, out).examine();
    else
        out.doubts.push_back(fmt::format("Nothing of {} is among the facts.", declared.name));
    return out;
}

}  // namespace tenantry::verify
