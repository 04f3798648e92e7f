#pragma once

#include <string>

#include <tenantry/api/server.hpp>

namespace tenantry::api {

struct Asked {
    std::string method;
    std::string target;  ///< path and query
    std::string body;
};
struct Reply {
    unsigned status = 200;
    std::string body;
};

/// Finds the endpoint and calls the service. Anything else is 404, a body that is not its message 400.
Reply answer(const Asked& asked, Service& service, const Caller& caller);

}  // namespace tenantry::api
