// The image lend/api: the API on PORT, or what the first word says: worker, migrate, seed, accrue [DAY].
#include <exception>
#include <string_view>

#include "../common/environment.hpp"
#include "../common/http_server.hpp"
#include "../common/log.hpp"
#include "jobs.hpp"
#include "routes.hpp"

namespace {

constexpr std::size_t threads = 4;  // each request waits for stores most of its time

void answer_requests() {
    lending::Api api;
    lending::serve(lending::port(), threads, [&](const lending::Request& request) { return api.handle(request); });
}

int run(std::string_view word, const char* day) {
    if (word.empty()) return answer_requests(), 0;
    if (word == "worker") return lending::work(), 0;
    if (word == "migrate") return lending::migrate(), 0;
    if (word == "seed") return lending::seed(), 0;
    if (word == "accrue") return lending::accrue(day), 0;
    lending::log("unknown_word", {{"word", word}, {"known", "worker migrate seed accrue"}});
    return 2;
}

}  // namespace

int main(int count, char** words) {
    try {
        return run(count > 1 ? words[1] : "", count > 2 ? words[2] : "");
    } catch (const std::exception& error) {
        lending::log("failed", {{"why", error.what()}});
        return 1;
    }
}
