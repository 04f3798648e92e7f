#include <vector>

#include <boost/json.hpp>

#include "../common/documents.hpp"
#include "../common/ledger.hpp"
#include "../common/log.hpp"
#include "jobs.hpp"

namespace lending {

namespace {

struct Demo {
    Application application;
    Decision decision;
};

Demo demo(const char* id, const char* name, const char* email, const char* purpose, Minor amount, int months,
          Decision decision) {
    return {{id, name, email, purpose, checked_terms(amount, months)}, std::move(decision)};
}

std::vector<Demo> demos() {
    const std::string bureau = "not asked";
    return {
        demo("demo-1", "Lucía Ortega", "lucia@example.org", "home", 12'500'00, 48,
             {"approved", 702, "demonstration", bureau}),
        demo("demo-2", "Mateo Ruiz", "mateo@example.org", "car", 8'900'00, 36,
             {"approved", 688, "demonstration", bureau}),
        demo("demo-3", "Inés Navarro", "ines@example.org", "studies", 3'200'00, 24,
             {"review", 611, "demonstration", bureau}),
        demo("demo-4", "Hugo Castro", "hugo@example.org", "business", 45'000'00, 84,
             {"declined", 488, "demonstration", bureau}),
    };
}

}  // namespace

void seed() {
    Books books;
    books.wait_until_there(std::chrono::seconds(60));
    Documents documents;
    std::size_t taken = 0;
    for (const auto& [application, decision] : demos()) {
        documents.keep("applications", application.id, to_json(application));
        taken += book_application(books, application, decision) ? 1U : 0U;
    }
    log("seeded", {{"applications", std::to_string(taken)}});
}

}  // namespace lending
