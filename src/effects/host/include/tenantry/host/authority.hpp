#pragma once

// The machine's own certificate authority, and what it signs: one certificate for all hosts of an environment.

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>
#include <tenantry/base/text.hpp>

namespace tenantry::host {

/// When a certificate may be used.
struct CertificateDates {
    std::chrono::sys_seconds from, until;
};

/// Keys are EC P-256. The authority's certificate lives ten years (path length 0), a leaf 90 days, as long as the
/// public authorities give; both begin an hour before they are made, for clocks that go slow.
class Authority {
  public:
    /// Opens the authority of the folder, and makes it once where there is none: `ca.pem` (certificate) and `ca.key`
    /// (0600). The folder is made with mode 0700.
    static Result<Authority> open(const std::string& folder = "/var/lib/tenantry/ca");

    /// PEM of its certificate: what `tenantry trust` gives to browsers.
    [[nodiscard]] const std::string& ca_certificate() const { return certificate_; }

    /// Makes a key and a certificate for these hosts, one at least. PEM as HAProxy reads it: certificate, then key, so
    /// it is a secret.
    [[nodiscard]] Result<std::string> issue(std::span<const HostName> hosts) const;

    /// True where the first certificate of `pem` is of this authority, for exactly these hosts, belongs to the key in
    /// it, and lives 30 days more from `now`.
    [[nodiscard]] bool still_good(std::string_view pem, std::span<const HostName> hosts,
                                  std::chrono::sys_seconds now) const;

  private:
    Authority(std::string certificate, std::string key) : certificate_(std::move(certificate)), key_(std::move(key)) {}
    std::string certificate_, key_;
};

/// A key (EC P-256) and a certificate for one name that nobody else signed: whoever is given the certificate trusts
/// that one server and nothing else. PEM, both.
struct OwnCertificate {
    std::string certificate, key;
};
/// It lives ten years, as those who trust it have to be given the next one.
Result<OwnCertificate> own_certificate(const StoreName& name);
/// True where the key is the certificate's and it lives 30 days more from `now`.
bool still_good(const OwnCertificate& own, std::chrono::sys_seconds now);

/// Validity of the first certificate in a PEM text.
Result<CertificateDates> certificate_dates(std::string_view pem);
/// Its serial number in hexadecimal, upper case.
Result<std::string> certificate_serial(std::string_view pem);

}  // namespace tenantry::host
