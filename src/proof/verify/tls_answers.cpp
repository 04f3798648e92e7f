// TLS-1 and TLS-3 by what the machine's entry answers to a stranger.

#include <algorithm>

#include <fmt/format.h>

#include "claims.hpp"
#include "tls_rules.hpp"

namespace tenantry::verify {
namespace {

const ModelPath hosts{"hosts"};

constexpr std::uint32_t misdirected = 421;  // RFC 9110 section 15.5.20

bool is_strong(std::string_view taken) {
    const std::size_t space = std::min(taken.find(' '), taken.size());
    const std::string_view version = taken.substr(0, space), name = taken.substr(std::min(space + 1, taken.size()));
    return version == "TLSv1.3" ? is_strong_suite(name) : version == "TLSv1.2" && is_strong_cipher(name);
}

// `https://HOST`, with a port, a path or nothing behind it.
bool goes_to(std::string_view location, std::string_view host) {
    constexpr std::string_view scheme = "https://";
    if (!location.starts_with(scheme) || !location.substr(scheme.size()).starts_with(host)) return false;
    const std::string_view rest = location.substr(scheme.size() + host.size());
    return rest.empty() || rest[0] == ':' || rest[0] == '/';
}

class Examiner {
  public:
    Examiner(const DeclaredEnvironment& declared, Claim claim, Examined& out)
        : declared_(declared), findings_(claim, declared.name), out_(out) {}

    void examine(const HostAnswer& answer, Claim claim) {
        answer_ = &answer;
        claim == Claim::tls1 ? check_policy() : check_names();
    }
    void close() {
        for (Finding& finding : std::move(findings_).take()) out_.findings.push_back(std::move(finding));
    }

  private:
    void find(const std::string& key, const std::string& what, Span at) {
        const std::string said = fmt::format("{} {}", answer_->host, what);
        findings_.add(key, said + ".", hosts, shows({{said, at}}));
    }

    void check_policy() {
        const HostAnswer& answer = *answer_;
        out_.basis.facts += 3 + answer.offers.size();
        if (!answer.refused.empty())
            return find("refused", "does not answer as it should: " + answer.refused, answer.at);
        if (answer.days.value < leastDays)
            find("days",
                 fmt::format("has a certificate that ends in {} days; {} are the least", answer.days.value, leastDays),
                 answer.days.at);
        for (const HostAnswer::Offer& offer : answer.offers)
            if (!offer.taken.empty() && !is_strong(offer.taken))
                find("offer", fmt::format("takes {} (offered: {})", offer.taken, offer.offered), offer.at);
        const auto& security = answer.transportSecurity;
        if (!security.value)
            find("hsts", "does not tell browsers to come by TLS alone (Strict-Transport-Security)", security.at);
        else if (*security.value < leastTransportSecurity)
            find("hsts",
                 fmt::format("tells browsers to come by TLS alone for {} seconds; {} are the least", *security.value,
                             leastTransportSecurity),
                 security.at);
        if (!goes_to(answer.redirect.value, answer.host))
            find("redirect",
                 answer.redirect.value.empty()
                     ? "does not redirect plain HTTP"
                     : fmt::format("sends plain HTTP to {}, which is not itself by TLS", answer.redirect.value),
                 answer.redirect.at);
    }

    void check_names() {
        out_.basis.facts += answer_->others.size() + answer_->cookieDomains.size();
        for (const HostAnswer::OtherName& other : answer_->others)
            if (other.status != 0 && other.status != misdirected)
                find("names",
                     fmt::format("answers {} to the server name {} with the Host {}; {} or nothing is due",
                                 other.status, other.serverName, other.host, misdirected),
                     other.at);
        for (const Placed<std::string>& domain : answer_->cookieDomains)
            if (!is_own(domain.value))
                find("cookie",
                     fmt::format("sets a cookie for {}, which is valid for hosts that are not the environment's",
                                 domain.value),
                     domain.at);
    }

    // A host of the environment, or below one (RFC 6265 section 5.1.3).
    bool is_own(std::string_view domain) const {
        return std::ranges::any_of(declared_.hosts, [&](const HostName& host) {
            const std::string below = "." + std::string(host.str());
            return domain == host.str() || domain.ends_with(below);
        });
    }

    const DeclaredEnvironment& declared_;
    Findings findings_;
    Examined& out_;
    const HostAnswer* answer_ = nullptr;
};

}  // namespace

Examined examine_tls_answers(const Scene& scene, Claim claim, std::size_t environment) {
    Examined out;
    out.basis.environments = 1;
    const DeclaredEnvironment& declared = scene.declared.environments[environment];
    Examiner examiner(declared, claim, out);
    for (const HostName& host : declared.hosts) {
        const auto answer = std::ranges::find_if(*scene.facts.answers, [&](const HostAnswer& one) {
            return one.host == host.str() && one.owner && scene.declaredOf[one.owner->at] == environment;
        });
        // Who did not come to an answer has seen nothing of names either.
        const bool blind = answer == scene.facts.answers->end() || (claim == Claim::tls3 && !answer->refused.empty());
        if (blind)
            out.doubts.push_back(fmt::format("No answer of {} is among the facts.", host.str()));
        else
            examiner.examine(*answer, claim);
    }
    examiner.close();
    return out;
}

}  // namespace tenantry::verify
