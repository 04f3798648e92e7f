#include "mongo_login.hpp"

#include "mongo_message.hpp"
#include "tls_client.hpp"

namespace tenantry::host {
namespace {

using namespace std::string_literals;

constexpr Ipv4 loopback{127u << 24 | 1};

// RFC 4616: who it acts for (itself), name and password.
std::string login_of(const MongoLogin& login) {
    const std::string payload = "\0"s + login.user + "\0"s + login.password.reveal();
    return BsonWriter()
        .number("saslStart", 1)
        .text("mechanism", "PLAIN")
        .bytes("payload", payload)
        .text("$db", "$external")
        .document();
}

Result<void> ask(TlsClient& client, std::int32_t number, const std::string& document, const Deadline& deadline) {
    TRY_VOID(client.write(mongo_question(number, document), deadline));
    std::string message = TRY(client.read(mongoLengthSize, deadline));
    const std::size_t length = TRY(mongo_length(message));
    message += TRY(client.read(length - mongoLengthSize, deadline));
    return mongo_answer(message);
}

}  // namespace

Result<void> ask_as_user(const world::Placement& placement, const world::StoreSpec& store, const MongoLogin& login,
                         const Deadline& deadline) {
    const Descriptor socket = TRY(socket_inside(world::namespaces_of(placement) + "/" + store.task));
    TRY_VOID(connect_within(socket.number(), loopback, store.port, deadline));
    TlsClient client = TRY(TlsClient::connect(socket.number(), {.authority = login.certificate}, store.name, deadline));
    TRY_VOID(wrap(ask(client, 1, login_of(login), deadline), "logging in as {}", login.user));
    const std::string question = BsonWriter().number("ping", 1).text("$db", store.name).document();
    return wrap(ask(client, 2, question, deadline), "asking as {}", login.user);
}

}  // namespace tenantry::host
