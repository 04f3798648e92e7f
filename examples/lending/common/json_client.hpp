// Asks another service of the platform, in JSON.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

namespace lending {

// Nothing unless 200 with a JSON object comes within `deadline`, connecting included. `url` is http://host:port.
std::optional<boost::json::object> post_json(const std::string& url, const std::string& path,
                                             const boost::json::value& body, std::chrono::milliseconds deadline);

}  // namespace lending
