#include "money.hpp"

#include <stdexcept>

namespace lending {

namespace {

__extension__ using Wide = __int128;  // amount * rate * power has up to 85 bits

constexpr Wide one = 1'000'000'000'000'000;       // of the fixed-point power below
constexpr Wide monthlyUnits = Wide{12} * 10'000;  // basis points a year in one

Wide rounded(Wide dividend, Wide divisor) { return (2 * dividend + divisor) / (2 * divisor); }

Minor interest_on(Minor balance, int basisPoints) {
    return static_cast<Minor>(rounded(Wide{balance} * basisPoints, monthlyUnits));
}

}  // namespace

Minor instalment_of(const Terms& terms) {
    if (terms.months < 1 || terms.yearlyBasisPoints < 0)
        throw std::invalid_argument("a loan takes a month at least, and interest is not negative");
    if (terms.yearlyBasisPoints == 0) return static_cast<Minor>(rounded(terms.amount, terms.months));
    Wide power = one;  // (1 + monthly rate) ^ months
    for (int month = 0; month < terms.months; ++month)
        power = rounded(power * (monthlyUnits + terms.yearlyBasisPoints), monthlyUnits);
    return static_cast<Minor>(
        rounded(Wide{terms.amount} * terms.yearlyBasisPoints * power, monthlyUnits * (power - one)));
}

std::vector<Instalment> schedule_of(const Terms& terms) {
    const Minor each = instalment_of(terms);
    std::vector<Instalment> instalments;
    Minor balance = terms.amount;
    for (int left = terms.months; left > 0; --left) {
        const Minor interest = interest_on(balance, terms.yearlyBasisPoints);
        const Minor principal = left == 1 ? balance : each - interest;
        instalments.push_back({principal, interest});
        balance -= principal;
    }
    return instalments;
}

Minor total_of(const Terms& terms) {
    Minor total = 0;
    for (const auto& [principal, interest] : schedule_of(terms)) total += principal + interest;
    return total;
}

}  // namespace lending
