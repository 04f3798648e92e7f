#pragma once

// The users and rights of a Redis 7, over its control socket.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>
#include <tenantry/world/store_spec.hpp>

#include "control_socket.hpp"

struct redisContext;

namespace tenantry::host {

/// A session as the user `tenantry`.
class RedisSession {
  public:
    static Result<RedisSession> connect(const ControlFolder& folder, const world::StoreSpec& store,
                                        const Secret& password);

    /// One command, and its answer: a text, or the texts of a list. Errors have the server's words.
    Result<std::vector<std::string>> ask(const std::vector<std::string>& words);

  private:
    struct Free {
        void operator()(redisContext* context) const;
    };
    explicit RedisSession(redisContext* context) : context_(context) {}
    std::unique_ptr<redisContext, Free> context_;
};

/// Makes the users those of the users.acl that the store was given. Only those that differ are set, so that sessions of
/// all others go on.
Result<void> ensure_users(RedisSession& session, std::string_view acl);
/// This moment in the words of the server: connections that are made later can be told from those that are there.
Result<std::string> redis_moment(RedisSession& session);
/// A digest (redis_digest) lets the user in no more, and its connections from before the moment end.
Result<void> drop_password(RedisSession& session, const std::string& user, const std::string& digest,
                           const std::string& moment);
/// What each user may do with a key that there may be.
Result<world::ObservedStore> observe_users(RedisSession& session, const world::StoreSpec& store);

}  // namespace tenantry::host
