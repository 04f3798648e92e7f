#include <array>
#include <ctime>
#include <filesystem>
#include <optional>
#include <vector>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <tenantry/host/authority.hpp>
#include <tenantry/host/workspace.hpp>

#include "files.hpp"
#include "openssl.hpp"

namespace tenantry::host {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

constexpr days authorityLife{3650};
constexpr days leafLife{90};
constexpr days leafRest{30};  // with less it is made anew
constexpr hours slowClocks{1};

struct Extension {
    int nid;
    std::string value;  // in the language of x509v3_config(5)
};

Result<void> set_serial(X509* certificate) {
    std::array<unsigned char, 16> bytes{};  // RFC 5280 4.1.2.2: positive, 20 bytes at most
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return fail("{}", openssl_reason());
    bytes[0] &= 0x7f;
    const Owned<BIGNUM, BN_free> number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    if (!number || BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr)
        return fail("{}", openssl_reason());
    return {};
}

Result<void> set_dates(X509* certificate, seconds life) {
    constexpr auto earlier = -std::chrono::duration_cast<seconds>(slowClocks).count();
    if (X509_gmtime_adj(X509_getm_notBefore(certificate), earlier) == nullptr ||
        X509_gmtime_adj(X509_getm_notAfter(certificate), life.count()) == nullptr)
        return fail("{}", openssl_reason());
    return {};
}

Result<void> extend(X509* certificate, X509* issuer, const std::vector<Extension>& extensions) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    for (const auto& [nid, value] : extensions) {
        const Owned<X509_EXTENSION, X509_EXTENSION_free> made(
            X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
        if (!made || X509_add_ext(certificate, made.get(), -1) != 1) return fail("{}", openssl_reason());
    }
    return {};
}

// Version 3 with serial number, dates and key; without names.
Result<Certificate> begun(EVP_PKEY* key, seconds life) {
    Certificate certificate(X509_new());
    if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1) return fail("{}", openssl_reason());
    TRY_VOID(set_serial(certificate.get()));
    TRY_VOID(set_dates(certificate.get(), life));
    if (X509_set_pubkey(certificate.get(), key) != 1) return fail("{}", openssl_reason());
    return certificate;
}

Result<Key> make_key() {
    Key key(EVP_EC_gen("P-256"));
    if (!key) return fail("making a key: {}", openssl_reason());
    return key;
}

template <class Write>
Result<std::string> pem(Write write) {
    const Memory to(BIO_new(BIO_s_mem()));
    if (!to || write(to.get()) != 1) return fail("{}", openssl_reason());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(to.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}
Result<std::string> pem(X509* certificate) {
    return pem([&](BIO* to) { return PEM_write_bio_X509(to, certificate); });
}
Result<std::string> pem(EVP_PKEY* key) {
    return pem([&](BIO* to) { return PEM_write_bio_PKCS8PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

// Its own issuer.
Result<void> name_itself(X509* certificate, const std::string& name) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    const auto* bytes = reinterpret_cast<const unsigned char*>(name.c_str());
    if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, bytes, -1, -1, 0) != 1 ||
        X509_set_issuer_name(certificate, subject) != 1)
        return fail("{}", openssl_reason());
    return {};
}

Result<Certificate> make_authority(EVP_PKEY* key) {
    Certificate certificate = TRY(begun(key, authorityLife));
    // Each machine's has another name: a browser that trusts two of them can tell them apart.
    TRY_VOID(name_itself(certificate.get(), "Tenantry on one machine, " + random_id()));
    TRY_VOID(extend(certificate.get(), certificate.get(),
                    {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                     {NID_key_usage, "critical,keyCertSign,cRLSign"},
                     {NID_subject_key_identifier, "hash"}}));
    if (X509_sign(certificate.get(), key, EVP_sha256()) == 0) return fail("{}", openssl_reason());
    return certificate;
}

// The subject is empty and the names are critical (RFC 5280 4.2.1.6): a common name holds 64 bytes, a host 253.
std::vector<Extension> leaf_extensions(std::span<const HostName> hosts) {
    std::string names = "critical";
    for (const HostName& host : hosts) names += ",DNS:" + host.str();
    return {{NID_basic_constraints, "critical,CA:FALSE"},
            {NID_key_usage, "critical,digitalSignature"},
            {NID_ext_key_usage, "serverAuth"},
            {NID_subject_key_identifier, "hash"},
            {NID_authority_key_identifier, "keyid"},
            {NID_subject_alt_name, names}};
}

bool has_hosts(X509* certificate, std::span<const HostName> hosts) {
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (!names || sk_GENERAL_NAME_num(names.get()) != static_cast<int>(hosts.size())) return false;
    for (std::size_t at = 0; at < hosts.size(); ++at) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), static_cast<int>(at));
        if (name->type != GEN_DNS) return false;
        const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
        const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
        if (std::string_view(bytes, size) != hosts[at].str()) return false;
    }
    return true;
}

std::optional<std::chrono::sys_seconds> instant(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return std::chrono::sys_seconds(seconds(timegm(&parts)));
}

}  // namespace

Result<Authority> Authority::open(const std::string& folder) {
    const auto certificatePath = std::filesystem::path(folder) / "ca.pem",
               keyPath = std::filesystem::path(folder) / "ca.key";
    TRY_VOID(make_folder(folder, 0700));
    // The certificate is written last: with it, both are there.
    if (!std::filesystem::exists(certificatePath)) {
        const Key key = TRY(make_key());
        const Certificate made = TRY(wrap(make_authority(key.get()), "making the machine's certificate authority"));
        const std::string keyText = TRY(pem(key.get())), certificateText = TRY(pem(made.get()));
        TRY_VOID(write_whole(keyPath, keyText, 0600));
        TRY_VOID(write_whole(certificatePath, certificateText, 0644));
    }
    Authority authority(TRY(read_small(certificatePath)), TRY(read_small(keyPath)));
    const Certificate certificate = certificate_in(authority.certificate_);
    const Key key = key_in(authority.key_);
    if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1)
        return fail("{} does not hold a certificate authority and its key", folder);
    return authority;
}

Result<std::string> Authority::issue(std::span<const HostName> hosts) const {
    const auto issue = [&]() -> Result<std::string> {
        if (hosts.empty()) return fail("no host is named");
        const Certificate authority = certificate_in(certificate_);
        const Key authorityKey = key_in(key_), key = TRY(make_key());
        const Certificate leaf = TRY(begun(key.get(), leafLife));
        if (X509_set_issuer_name(leaf.get(), X509_get_subject_name(authority.get())) != 1)
            return fail("{}", openssl_reason());
        TRY_VOID(extend(leaf.get(), authority.get(), leaf_extensions(hosts)));
        if (X509_sign(leaf.get(), authorityKey.get(), EVP_sha256()) == 0) return fail("{}", openssl_reason());
        return TRY(pem(leaf.get())) + TRY(pem(key.get()));
    };
    return wrap(issue(), "making a certificate");
}

bool Authority::still_good(std::string_view pem, std::span<const HostName> hosts, std::chrono::sys_seconds now) const {
    const Certificate leaf = certificate_in(pem), authority = certificate_in(certificate_);
    const Key key = key_in(pem), authorityKey = key_in(key_);
    if (!leaf || !key || X509_check_private_key(leaf.get(), key.get()) != 1) return false;
    if (X509_check_issued(authority.get(), leaf.get()) != X509_V_OK || X509_verify(leaf.get(), authorityKey.get()) != 1)
        return false;
    const auto until = instant(X509_get0_notAfter(leaf.get()));
    return until && *until - now >= leafRest && has_hosts(leaf.get(), hosts);
}

Result<OwnCertificate> own_certificate(const StoreName& name) {
    const auto make = [&]() -> Result<OwnCertificate> {
        const Key key = TRY(make_key());
        const Certificate made = TRY(begun(key.get(), authorityLife));
        TRY_VOID(name_itself(made.get(), "Tenantry store, " + random_id()));
        TRY_VOID(extend(made.get(), made.get(),
                        {{NID_basic_constraints, "critical,CA:FALSE"},
                         {NID_key_usage, "critical,digitalSignature"},
                         {NID_ext_key_usage, "serverAuth"},
                         {NID_subject_key_identifier, "hash"},
                         {NID_subject_alt_name, "DNS:" + name.str()}}));
        if (X509_sign(made.get(), key.get(), EVP_sha256()) == 0) return fail("{}", openssl_reason());
        return OwnCertificate{TRY(pem(made.get())), TRY(pem(key.get()))};
    };
    return wrap(make(), "making a certificate for {}", name.str());
}

bool still_good(const OwnCertificate& own, std::chrono::sys_seconds now) {
    const Certificate certificate = certificate_in(own.certificate);
    const Key key = key_in(own.key);
    if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1) return false;
    const auto until = instant(X509_get0_notAfter(certificate.get()));
    return until && *until - now >= leafRest;
}

Result<CertificateDates> certificate_dates(std::string_view pem) {
    const Certificate certificate = certificate_in(pem);
    if (!certificate) return fail("the text holds no certificate");
    const auto from = instant(X509_get0_notBefore(certificate.get())),
               until = instant(X509_get0_notAfter(certificate.get()));
    if (!from || !until) return fail("the certificate's dates cannot be read");
    return CertificateDates{*from, *until};
}

Result<std::string> certificate_serial(std::string_view pem) {
    const Certificate certificate = certificate_in(pem);
    if (!certificate) return fail("the text holds no certificate");
    const Owned<BIGNUM, BN_free> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.get()), nullptr));
    if (!number) return fail("{}", openssl_reason());
    char* digits = BN_bn2hex(number.get());
    if (digits == nullptr) return fail("{}", openssl_reason());
    std::string text(digits);
    OPENSSL_free(digits);
    return text;
}

}  // namespace tenantry::host
