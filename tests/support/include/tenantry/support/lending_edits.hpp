#pragma once

// Edits of the example platform, each of another setting. For tests of what a change does.

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/support/lending.hpp>

namespace tenantry::support {

struct LendingEdit {
    std::string_view from;  ///< stands once in the platform's texts, or its first place is meant
    std::string_view to;
    std::string_view item;    ///< of acme/production: what is touched first; `-`: nothing of it
    std::string_view effect;  ///< on that item
};

inline constexpr std::array lendingEdits{
    LendingEdit{"tasks: 4..12", "tasks: 5..12", "services.api", "inPlace"},
    LendingEdit{"tasks: 4..12", "tasks: 7", "services.api", "inPlace"},
    LendingEdit{"image: lend/api\n    port", "image: lend/api:2\n    port", "services.api", "restart"},
    LendingEdit{"cpu: 0.25", "cpu: 0.5", "services.api", "restart"},
    LendingEdit{"memory: 256MiB", "memory: 512MiB", "services.api", "restart"},
    LendingEdit{"LOG_LEVEL: info", "LOG_LEVEL: debug", "services.api", "restart"},
    LendingEdit{"CURRENCY: EUR", "CURRENCY: EUR, MORE: x", "services.api", "restart"},
    LendingEdit{"command: [worker]", "command: [worker, --all]", "services.worker", "restart"},
    LendingEdit{"/healthz, every: 5s", "/healthz, every: 6s", "services.api", "restart"},
    LendingEdit{"drain: 20s", "drain: 30s", "services.api", "restart"},
    LendingEdit{"static: /srv/www", "static: /srv/web", "services.web", "restart"},
    LendingEdit{"routes: { /api: api }", "routes: { /api: api, /score: scoring }", "services.web", "restart"},
    LendingEdit{"egress: [\"api.bureau.example:443\"]", "egress: [\"api.other.example:443\"]", "services.scoring",
                "restart"},
    LendingEdit{"port: 9000", "port: 9001", "services.api", "replace"},
    LendingEdit{"documents: readWrite, cache", "documents: read, cache", "services.api", "restart"},
    LendingEdit{"calls: [scoring]", "calls: []", "services.api", "restart"},
    LendingEdit{"command: [worker]\n", "command: [worker]\n    secrets: [jwt_key]\n", "services.worker", "restart"},
    LendingEdit{"timeout: 1h", "timeout: 2h", "jobs.accrue", "inPlace"},
    LendingEdit{"at: \"02:00", "at: \"03:00", "jobs.accrue", "inPlace"},
    LendingEdit{"engine: mongodb", "engine: postgresql", "services.api", "restart"},
    LendingEdit{"production: 100GiB", "production: 200GiB", "stores.books", "inPlace"},
    LendingEdit{"engine: redis, role: cache", "engine: redis", "stores.cache", "inPlace"},
    LendingEdit{"rotate: 90d", "rotate: 80d", "secrets.jwt_key", "inPlace"},
    LendingEdit{"rotate: 90d", "as: env", "services.api", "restart"},
    LendingEdit{"books: read }, stages", "books: readWrite }, stages", "access.reporting", "inPlace"},
    LendingEdit{"logs: 400d", "logs: 401d", "", "inPlace"},
    LendingEdit{"pitr: 35d", "pitr: 30d", "", "inPlace"},
    LendingEdit{"zones: 2, protect", "zones: 3, protect", "", "restart"},
    LendingEdit{"[prestamos.acme.example]", "[loans.acme.example]", "", "inPlace"},
    LendingEdit{"idle: sleep-after 30m", "idle: sleep-after 40m", "-", ""},
    LendingEdit{"name: Préstamos Acme", "name: Acme", "-", ""},
    LendingEdit{"approvals: 1", "approvals: 2", "-", ""},
};

/// The platform's texts with some edits made, each once; those whose place another one took are left out.
inline std::string lending_with(const std::vector<std::size_t>& edits) {
    std::string text = lending_text();
    std::set<std::size_t> once;
    for (const std::size_t at : edits) once.insert(at % lendingEdits.size());
    for (const std::size_t at : once) {
        const LendingEdit& edit = lendingEdits[at];
        if (const std::size_t place = text.find(edit.from); place != std::string::npos)
            text.replace(place, edit.from.size(), edit.to);
    }
    return text;
}

}  // namespace tenantry::support
