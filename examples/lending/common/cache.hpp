// The store `cache`: one connection to Redis. Nothing depends on it, so that its absence is no error.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "away.hpp"

struct redisContext;

namespace lending {

class Cache {
  public:
    // Nothing where it is not there, or Redis does not answer within 300 ms.
    std::optional<std::string> get(const std::string& key);
    void put(const std::string& key, const std::string& value, std::chrono::seconds keep);

  private:
    struct Close {
        void operator()(redisContext* context) const;
    };

    bool connected();

    BackOff backOff_;
    std::unique_ptr<redisContext, Close> context_;
};

}  // namespace lending
