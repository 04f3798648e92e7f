#include "example.hpp"

#include <array>

namespace tenantry::apps {
namespace {

constexpr std::string_view platform = R"(# yaml-language-server: $schema=.tenantry/platform.schema.json
# The whole platform. `tenantry validate` says what is wrong here, `tenantry plan` what becomes of it.

platform: lend        # prefix of every name: choose it now, it never changes
domain: lend.example  # hosts are acme.lend.example (production) and acme-demo.lend.example

network:
  pool: 10.0.0.0/8  # each environment gets a block from here, and keeps it for ever in platform.lock
  block: /20        # size of one environment's block, /22 to /16
  avoid: [10.0.0.0/14, 10.96.0.0/12]  # your other networks: never used

# Each tenant has an environment of its own in each stage, shut off from all others.
stages:
  demo: {}
  production: { zones: 2, protect: true }

services:
  web:
    tier: frontend      # nginx: its configuration is made from `routes`
    routes: { /: api }  # path prefix to service
    tasks: { demo: 1, production: 2 }
  api:
    tier: middleware
    image: lend/api
    port: 9000
    cpu: 0.25
    memory: 256MiB
    tasks: { demo: 1, production: 2..6 }  # a range scales by itself
    health: { path: /healthz }
    calls: [scoring]  # api gets SCORING_URL, and may reach nothing else
    env: { LOG_LEVEL: info }
  scoring:
    tier: middleware
    image: lend/scoring
    port: 9100

tenants:
  include: tenants/*.yaml  # one file a customer; `tenantry tenant add NAME` writes one

targets:
  local: {}  # one Linux machine
)";

constexpr std::string_view acme = R"(# yaml-language-server: $schema=../.tenantry/tenant.schema.json
acme:
  name: Acme Loans
  hosts: { production: [loans.acme.example] }  # its own name, beside acme.lend.example
  production:
    services: { api: { tasks: 4..12 } }  # a large customer
)";

constexpr std::string_view norte = R"(# yaml-language-server: $schema=../.tenantry/tenant.schema.json
norte:
  name: Crédito del Norte
  stages: [demo]  # no production yet
)";

constexpr std::array files{ExampleFile{"tenants/acme.yaml", acme}, ExampleFile{"tenants/norte.yaml", norte},
                           ExampleFile{"platform.yaml", platform}};

}  // namespace

std::span<const ExampleFile> example_files() { return files; }

}  // namespace tenantry::apps
