#include "../common/ledger.hpp"
#include "../common/log.hpp"
#include "jobs.hpp"

namespace lending {

void accrue(const std::string& day) {
    Books books(std::chrono::minutes(10));
    books.wait_until_there(std::chrono::seconds(60));
    const std::size_t loans = accrue_interest(books, day);
    log("accrued", {{"day", day.empty() ? "today" : day}, {"loans", std::to_string(loans)}});
}

}  // namespace lending
