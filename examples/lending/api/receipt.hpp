// What the applicant may show later: who decided what, signed by this lender.
#pragma once

#include <string>
#include <string_view>

#include "../common/ledger.hpp"

namespace lending {

// A JSON Web Token (HS256) with the key that JWT_KEY_FILE names, as it is now.
std::string receipt_of(const Booked& booked, std::string_view tenant);

}  // namespace lending
