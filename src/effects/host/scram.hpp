#pragma once

#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>

namespace tenantry::host {

/// What PostgreSQL keeps of a password and takes in its place: `SCRAM-SHA-256$4096:SALT$STORED-KEY:SERVER-KEY` (its
/// manual, pg_authid). The salt has 16 bytes. The password is of ASCII characters that SASLprep leaves alone.
Result<std::string> scram_verifier(const Secret& password, std::string_view salt);

/// A salt that follows from a password of 32 random bytes and from whose it is, so that the salt of a verifier tells
/// whether it was made of this very password; of the password it tells nothing.
std::string salt_of(const Secret& password, std::string_view user);
/// True where a verifier begins as that of this password and salt does.
bool has_salt(std::string_view verifier, std::string_view salt);

}  // namespace tenantry::host
