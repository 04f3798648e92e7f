#pragma once

// What a task finds in its environment beside its own `env`: the same on every target.

#include <string>
#include <string_view>
#include <vector>

#include <tenantry/model/platform.hpp>

namespace tenantry::model {

/// A variable and the thing of the platform that makes it: `the store `documents``.
struct Variable {
    std::string name;
    std::string by;
};

/// Upper case, hyphens as underscores: `credit-scoring` makes `CREDIT_SCORING_URL`.
std::string variable_stem(std::string_view name);

/// Of a service or job: PATH, TENANTRY_..., PORT, by its calls and routes (`X_URL`), stores (`X_URL_FILE`, `X_HOST`,
/// `X_PORT`, `X_USER`, `X_PASSWORD_FILE`, `X_DATABASE`, `X_CA_FILE`, with `as: env` `X_URL`), secrets (`X_FILE`, with
/// `as: env` `X`) and egress (`HTTPS_PROXY`, `NO_PROXY`). In this order; two may have one name, which `read_model`
/// refuses.
std::vector<Variable> given_variables(const Platform& platform, const Service& service);
std::vector<Variable> given_variables(const Platform& platform, const Job& job);

}  // namespace tenantry::model
