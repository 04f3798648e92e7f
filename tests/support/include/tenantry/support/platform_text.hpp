#pragma once

// A platform given as text in a test. For tests of rooms that see `model`.

#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/source.hpp>
#include <tenantry/model/model.hpp>

namespace tenantry::support {

/// The texts of one platform. A text may hold further files after lines `--- NAME`: `platform.lock`, or a tenant's
/// file.
struct PlatformText {
    Sources sources;
    model::Inputs inputs;
    bool hasLock = false;
    SourceId lock;

    explicit PlatformText(std::string_view text) {
        std::string name = "platform.yaml";
        std::string body;
        const auto finish = [&] {
            const SourceId id = sources.add(name, body);
            if (name == "platform.yaml")
                inputs.platform = id;
            else if (name == "platform.lock")
                hasLock = true, lock = id;
            else
                inputs.tenants.push_back(id);
            body.clear();
        };
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
            const std::string_view line = text.substr(0, end);
            if (line.starts_with("--- ")) {
                finish();
                name = line.substr(4, line.find_last_not_of('\n') - 3);
            } else {
                body += line;
            }
            text.remove_prefix(end);
        }
        finish();
    }
};

/// Two tenants, two stages, a frontend and two services behind it.
inline constexpr std::string_view smallPlatform = R"(platform: lend
domain: lend.example
stages:
  demo: {}
  production: { zones: 2, protect: true }
services:
  web: { tier: frontend, image: lend/web, static: /srv/www, routes: { /api: api }, tasks: 2 }
  api:
    tier: middleware
    image: lend/api
    port: 9000
    calls: [scoring]
    tasks: { demo: 1, production: 2..6 }
    health: { path: /healthz }
    env: { LOG_LEVEL: info }
  scoring: { tier: middleware, image: lend/scoring, port: 9100, memory: 128MiB }
tenants:
  acme: { name: Préstamos Acme, hosts: { production: [prestamos.acme.example] } }
  norte:
    name: Crédito del Norte
    production: { services: { api: { tasks: 4..12, env: { LOG_LEVEL: debug } } }, env: { LOG_LEVEL: warn } }
)";

/// Two tenants in production with every kind of use of a store, jobs and secrets.
inline constexpr std::string_view storesPlatform = R"(platform: lend
domain: lend.example
stages:
  production: { protect: true }
services:
  web: { tier: frontend, image: lend/web, static: /srv/www, routes: { /api: api } }
  api:
    tier: middleware
    image: lend/api
    port: 9000
    stores: { books: readWrite, cache: readWrite }
    secrets: [jwt_key]
  worker: { tier: middleware, image: lend/api, command: [worker], stores: { books: readWrite } }
jobs:
  migrate: { image: lend/api, command: [migrate], when: before-release, stores: { books: owner } }
  seed: { image: lend/api, command: [seed], when: after-create, stores: { books: owner } }
stores:
  books: { engine: postgresql }
  cache: { engine: redis, role: cache }
secrets:
  jwt_key: { make: 32 bytes }
access:
  reporting: { stores: { books: read } }
tenants:
  acme: { name: Préstamos Acme }
  norte: { name: Crédito del Norte }
)";

}  // namespace tenantry::support
