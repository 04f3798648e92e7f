#include "cache.hpp"

#include <hiredis/hiredis.h>

#include "environment.hpp"
#include "log.hpp"

namespace lending {

namespace {

constexpr timeval patience{.tv_sec = 0, .tv_usec = 300'000};

using Reply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

template <class... Words>
Reply command(redisContext* context, const char* format, const Words&... words) {
    return {static_cast<redisReply*>(redisCommand(context, format, words...)), freeReplyObject};
}

bool refused(const Reply& reply) { return !reply || reply->type == REDIS_REPLY_ERROR; }

}  // namespace

void Cache::Close::operator()(redisContext* context) const { redisFree(context); }

bool Cache::connected() {
    if (context_ && context_->err == 0) return true;
    context_.reset();
    if (variable("CACHE_HOST").empty()) return false;
    try {
        backOff_.check("cache");
    } catch (const Away&) {
        return false;
    }
    context_.reset(
        redisConnectWithTimeout(variable("CACHE_HOST").c_str(), std::stoi(variable("CACHE_PORT")), patience));
    if (context_ && context_->err == 0 && redisSetTimeout(context_.get(), patience) == REDIS_OK) {
        const std::string password = text_of_file_in("CACHE_PASSWORD_FILE");
        if (!refused(command(context_.get(), "AUTH %s %b", variable("CACHE_USER").c_str(), password.data(),
                             password.size()))) {
            backOff_.worked();
            return true;
        }
    }
    log("cache_away");
    context_.reset();
    backOff_.failed();
    return false;
}

std::optional<std::string> Cache::get(const std::string& key) {
    if (!connected()) return std::nullopt;
    const Reply reply = command(context_.get(), "GET %s", key.c_str());
    if (!reply || reply->type != REDIS_REPLY_STRING) return std::nullopt;
    return std::string(reply->str, reply->len);
}

void Cache::put(const std::string& key, const std::string& value, std::chrono::seconds keep) {
    if (!connected()) return;
    command(context_.get(), "SETEX %s %d %b", key.c_str(), static_cast<int>(keep.count()), value.data(), value.size());
}

}  // namespace lending
