#include "redis.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include "openssl.hpp"
#include "store_files.hpp"

namespace tenantry::host {
namespace {

using Reply = Owned<redisReply, freeReplyObject>;
using Words = std::vector<std::string>;

// No user of a platform has a dot in its name.
constexpr const char* trial = "tenantry.trial";

std::string text_of(const redisReply& reply) { return {reply.str, static_cast<std::size_t>(reply.len)}; }

Words words_in(const std::string& line) {
    std::istringstream stream(line);
    return {std::istream_iterator<std::string>(stream), {}};
}

// `user NAME RULES...`: the rules by name.
std::map<std::string, Words> users_in(const std::vector<std::string>& lines) {
    std::map<std::string, Words> users;
    for (const std::string& line : lines) {
        Words words = words_in(line);
        if (words.size() < 2) continue;
        const std::string name = words[1];
        words.erase(words.begin(), words.begin() + 2);
        users[name] = std::move(words);
    }
    return users;
}

std::vector<std::string> lines_in(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

Result<void> set_user(RedisSession& session, const std::string& name, const Words& rules) {
    Words command{"ACL", "SETUSER", name, "reset"};
    command.insert(command.end(), rules.begin(), rules.end());
    TRY(session.ask(command));
    return {};
}

// Rules as Redis itself would write them, which is how those of its users are read.
Result<Words> in_its_words(RedisSession& session, const Words& rules) {
    Words closed = rules;
    std::ranges::replace(closed, "on", "off");  // nobody can log in as it
    TRY_VOID(set_user(session, trial, closed));
    Words written = users_in(TRY(session.ask({"ACL", "LIST"})))[trial];
    if (std::ranges::count(rules, "on") > 0) std::ranges::replace(written, "off", "on");
    return written;
}

Result<bool> may(RedisSession& session, const std::string& user, Words command) {
    command.insert(command.begin(), {"ACL", "DRYRUN", user});
    const Words answer = TRY(session.ask(command));
    return answer == Words{"OK"};
}

Result<bool> may_any(RedisSession& session, const std::string& user, const std::vector<Words>& commands) {
    for (const Words& command : commands)
        if (TRY(may(session, user, command))) return true;
    return false;
}

const std::vector<Words> administering{{"CONFIG", "SET", "dir", "/"},
                                       {"CONFIG", "GET", "*"},
                                       {"ACL", "SETUSER", "x"},
                                       {"ACL", "LIST"},
                                       {"SHUTDOWN"},
                                       {"REPLICAOF", "x", "1"},
                                       {"MODULE", "LOAD", "x"},
                                       {"DEBUG", "SLEEP", "0"},
                                       {"MONITOR"},
                                       {"CLIENT", "KILL", "x"}};
const std::vector<Words> owning{{"FLUSHALL"}, {"FLUSHDB"}, {"SWAPDB", "0", "1"}};
const std::vector<Words> reading{{"GET", "k"}, {"HGETALL", "k"}, {"LRANGE", "k", "0", "1"}, {"XRANGE", "k", "-", "+"}};
const std::vector<Words> writing{
    {"SET", "k", "v"}, {"DEL", "k"}, {"HSET", "k", "f", "v"}, {"LPUSH", "k", "v"}, {"PUBLISH", "c", "v"}};

Result<world::ObservedStoreUser> observe_user(RedisSession& session, const std::string& name, const Words& rules) {
    // Without a session there are no rights: the default user is everybody who has not said who it is.
    const bool on = std::ranges::count(rules, "on") > 0;
    const auto lets_in = [](const std::string& rule) { return rule == "nopass" || rule.starts_with('#'); };
    world::ObservedStoreUser seen{.name = name == "default" ? "*" : name, .rights = {}};
    if (!on || std::ranges::none_of(rules, lets_in)) return seen;
    if (TRY(may_any(session, name, administering))) seen.rights.emplace_back("administer");
    seen.rights.emplace_back("connect");
    if (TRY(may_any(session, name, owning))) seen.rights.emplace_back("own");
    if (TRY(may_any(session, name, reading))) seen.rights.emplace_back("read");
    if (TRY(may_any(session, name, writing))) seen.rights.emplace_back("write");
    return seen;
}

}  // namespace

void RedisSession::Free::operator()(redisContext* context) const { redisFree(context); }

Result<RedisSession> RedisSession::connect(const ControlFolder& folder, const world::StoreSpec& store,
                                           const Secret& password) {
    Descriptor socket = TRY(connect_control(folder, "redis.sock", store));
    RedisSession session(redisConnectFd(socket.release()));
    if (!session.context_ || session.context_->err != 0) return fail("there is no memory for a connection");
    TRY(wrap(session.ask({"AUTH", controlUser, password.reveal()}), "logging in as {}", controlUser));
    return session;
}

Result<std::vector<std::string>> RedisSession::ask(const std::vector<std::string>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    const Reply reply(static_cast<redisReply*>(
        redisCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(), sizes.data())));
    if (!reply) return fail("it does not answer: {}", context_->errstr);
    if (reply->type == REDIS_REPLY_ERROR) return fail("{}", text_of(*reply));
    std::vector<std::string> answer;
    if (reply->type == REDIS_REPLY_ARRAY)
        for (std::size_t at = 0; at < reply->elements; ++at) answer.push_back(text_of(*reply->element[at]));
    else if (reply->type == REDIS_REPLY_INTEGER)
        answer.push_back(std::to_string(reply->integer));
    else if (reply->str != nullptr)
        answer.push_back(text_of(*reply));
    return answer;
}

Result<void> ensure_users(RedisSession& session, std::string_view acl) {
    const std::map<std::string, Words> wanted = users_in(lines_in(acl));
    const std::map<std::string, Words> there = users_in(TRY(session.ask({"ACL", "LIST"})));
    for (const auto& [name, rules] : wanted) {
        const Words written = TRY(in_its_words(session, rules));
        const auto found = there.find(name);
        if (found == there.end() || found->second != written) TRY_VOID(set_user(session, name, rules));
    }
    Words gone{"ACL", "DELUSER", trial};
    for (const auto& [name, rules] : there)
        if (!wanted.contains(name) && name != trial) gone.push_back(name);
    TRY(session.ask(gone));
    return {};
}

namespace {

// `key:value` of INFO, `key=value` of CLIENT LIST; empty where there is none.
std::string word_behind(std::string_view text, std::string_view key) {
    for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
        if (at != 0 && text[at - 1] != ' ' && text[at - 1] != '\n') continue;
        const std::string_view value = text.substr(at + key.size());
        return std::string(value.substr(0, value.find_first_of(" \r\n")));
    }
    return {};
}

Result<std::string> single(RedisSession& session, const Words& command) {
    const Words answer = TRY(session.ask(command));
    return answer.empty() ? std::string() : answer.front();
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

// Clients are numbered from the server's start on (CLIENT ID), and its start has a name.
Result<std::string> redis_moment(RedisSession& session) {
    const std::string start = word_behind(TRY(single(session, {"INFO", "server"})), "run_id:");
    return start + " " + TRY(single(session, {"CLIENT", "ID"}));
}

Result<void> drop_password(RedisSession& session, const std::string& user, const std::string& digest,
                           const std::string& moment) {
    const Words there = users_in(TRY(session.ask({"ACL", "LIST"})))[user];
    if (std::ranges::count(there, digest) > 0) TRY(session.ask({"ACL", "SETUSER", user, "!" + digest.substr(1)}));
    const std::string now = TRY(redis_moment(session));
    // Whoever came since another start may have come with it too.
    const std::size_t space = now.find(' ');
    const bool sameStart = moment.substr(0, space) == now.substr(0, space);
    const std::uint64_t first = number_of((sameStart ? moment : now).substr(space + 1));
    for (const std::string& line : lines_in(TRY(single(session, {"CLIENT", "LIST"})))) {
        const std::string id = word_behind(line, "id=");
        if (word_behind(line, "user=") != user || number_of(id) >= first) continue;
        TRY(session.ask({"CLIENT", "KILL", "ID", id}));
    }
    return {};
}

Result<world::ObservedStore> observe_users(RedisSession& session, const world::StoreSpec& store) {
    world::ObservedStore seen{.store = store.name, .engine = store.engine, .users = {}};
    for (const auto& [name, rules] : users_in(TRY(session.ask({"ACL", "LIST"})))) {
        if (name == controlUser || name == trial) continue;
        world::ObservedStoreUser user = TRY(observe_user(session, name, rules));
        if (user.name != "*" || !user.rights.empty()) seen.users.push_back(std::move(user));
    }
    std::ranges::sort(seen.users);
    return seen;
}

}  // namespace tenantry::host
