#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <tenantry/host/authority.hpp>
#include <tenantry/host/workspace.hpp>

#include "openssl.hpp"

namespace tenantry::host {
namespace {

using std::chrono::days;

class AuthorityTest : public testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove_all(folder_); }
    Authority open() const { return *Authority::open(folder_); }

    const std::string folder_ = testing::TempDir() + "tenantry-ca-" + random_id();
    const std::vector<HostName> hosts_{*HostName::parse("acme.lend.localhost"),
                                       *HostName::parse("prestamos.acme.example")};
    const std::chrono::sys_seconds now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

TEST_F(AuthorityTest, IsMadeOnceAndKept) {
    const Authority first = open();
    EXPECT_EQ(open().ca_certificate(), first.ca_certificate());
    const auto mode = [&](const char* name) { return std::filesystem::status(folder_ + name).permissions(); };
    EXPECT_EQ(mode("/ca.key"), std::filesystem::perms{0600});
    EXPECT_EQ(mode(""), std::filesystem::perms{0700});
    const auto dates = certificate_dates(first.ca_certificate());
    EXPECT_EQ((dates->until - now_) / days(1), 3650);
    EXPECT_TRUE(open().still_good(*first.issue(hosts_), hosts_, now_)) << "the key is the same";
}

TEST_F(AuthorityTest, EachCertificateHasASerialNumberOfItsOwn) {
    const Authority authority = open();
    const std::string first = certificate_serial(*authority.issue(hosts_)).value();
    EXPECT_EQ(first.find_first_not_of("0123456789ABCDEF"), std::string::npos) << first;
    EXPECT_NE(certificate_serial(*authority.issue(hosts_)).value(), first);
    EXPECT_FALSE(certificate_serial("no certificate"));
}

TEST_F(AuthorityTest, WithoutItsKeyIsAnError) {
    open();
    std::filesystem::remove(folder_ + "/ca.key");
    EXPECT_FALSE(Authority::open(folder_));
    std::ofstream(folder_ + "/ca.key") << "no key";
    EXPECT_EQ(Authority::open(folder_).error().text(), folder_ + " does not hold a certificate authority and its key");
}

TEST_F(AuthorityTest, MakesACertificateForTheHostsThatItsOwnCertificateProves) {
    const Authority authority = open();
    const std::string pem = *authority.issue(hosts_);
    const Certificate leaf = certificate_in(pem), root = certificate_in(authority.ca_certificate());
    const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), root.get());
    const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
    EXPECT_EQ(X509_verify_cert(context.get()), 1)
        << X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    for (const HostName& host : hosts_) EXPECT_EQ(X509_check_host(leaf.get(), host.str().data(), 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(leaf.get(), "norte.lend.localhost", 0, 0, nullptr), 0);
    const auto dates = certificate_dates(pem);
    EXPECT_LT(dates->from, now_);
    EXPECT_EQ((dates->until - now_) / days(1), 90);
}

TEST_F(AuthorityTest, ACertificateIsGoodUntilThirtyDaysBeforeItsEnd) {
    const Authority authority = open();
    const std::string pem = *authority.issue(hosts_);
    const auto until = certificate_dates(pem)->until;
    EXPECT_TRUE(authority.still_good(pem, hosts_, now_));
    EXPECT_TRUE(authority.still_good(pem, hosts_, until - days(30)));
    EXPECT_FALSE(authority.still_good(pem, hosts_, until - days(30) + std::chrono::seconds(1)));
}

TEST_F(AuthorityTest, ACertificateForOtherHostsOfAnotherKeyOrAuthorityIsNotGood) {
    const Authority authority = open();
    const std::string pem = *authority.issue(hosts_), other = *authority.issue(hosts_);
    const std::span<const HostName> hosts(hosts_);
    EXPECT_FALSE(authority.still_good(pem, hosts.first(1), now_));
    EXPECT_FALSE(authority.still_good(*authority.issue(hosts.first(1)), hosts_, now_));
    const auto key = pem.find("-----BEGIN PRIVATE KEY"), otherKey = other.find("-----BEGIN PRIVATE KEY");
    EXPECT_FALSE(authority.still_good(pem.substr(0, key) + other.substr(otherKey), hosts_, now_));
    EXPECT_FALSE(authority.still_good(pem.substr(0, key), hosts_, now_));
    EXPECT_FALSE(authority.still_good("", hosts_, now_));
    std::filesystem::remove_all(folder_);
    EXPECT_FALSE(open().still_good(pem, hosts_, now_)) << "an authority of another machine";
}

TEST_F(AuthorityTest, MakesNoneForNobody) {
    EXPECT_EQ(open().issue({}).error().text(), "making a certificate: no host is named");
}

}  // namespace
}  // namespace tenantry::host
