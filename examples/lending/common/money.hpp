// Money is an integer in the currency's minor unit. Nothing here is ever a floating number.
#pragma once

#include <cstdint>
#include <vector>

namespace lending {

using Minor = std::int64_t;

// A loan that is paid back in equal instalments, one a month.
struct Terms {
    Minor amount = 0;
    int months = 0;
    int yearlyBasisPoints = 0;  // nominal, a hundredth of a percent

    friend bool operator==(const Terms&, const Terms&) = default;
};

struct Instalment {
    Minor principal = 0;
    Minor interest = 0;
};

// What is paid each month but the last, rounded to the nearest minor unit. Throws where there is no month, or a
// negative rate.
Minor instalment_of(const Terms& terms);

// One a month. The principals sum to the amount: the last instalment takes what rounding left.
std::vector<Instalment> schedule_of(const Terms& terms);

// The sum of all instalments.
Minor total_of(const Terms& terms);

}  // namespace lending
