#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <tenantry/client/client.hpp>
#include <tenantry/wire/codec.hpp>

namespace tenantry::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint64_t mostBody = std::uint64_t{64} << 20;

struct Reply {
    unsigned status = 0;
    std::string body;
};

template <class Message>
Result<Message> message_of(const Reply& reply) {
    auto message = wire::decode<Message>(reply.body);
    if (!message) return fail("the daemon answers with status {}: {}", reply.status, reply.body);
    if (!message->error.empty()) return fail("{}", message->error);
    return message;
}

}  // namespace

class Client::Connection {
  public:
    Connection() : socket_(context_) {}

    Result<void> open(const std::string& path) {
        beast::error_code error;
        error = socket_.connect(asio::local::stream_protocol::endpoint(path), error);
        if (error) return fail("no daemon answers at {}: {}; start it as root with `tenantryd`", path, error.message());
        return {};
    }

    Result<Reply> ask(http::verb method, const std::string& target, std::string body = {}) {
        http::request<http::string_body> request(method, target, 11);
        request.set(http::field::host, "tenantry");
        request.body() = std::move(body);
        request.prepare_payload();
        beast::error_code error;
        http::write(socket_, request, error);
        if (error) return fail("asking the daemon: {}", error.message());
        beast::flat_buffer buffer;
        http::response_parser<http::string_body> response;
        response.body_limit(mostBody);
        http::read(socket_, buffer, response, error);
        if (error) return fail("the daemon's answer: {}", error.message());
        return Reply{response.get().result_int(), std::move(response.get().body())};
    }

  private:
    asio::io_context context_;
    asio::local::stream_protocol::socket socket_;
};

Client::Client(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Client> Client::connect(const std::string& path) {
    auto connection = std::make_unique<Connection>();
    TRY_VOID(connection->open(path));
    return Client(std::move(connection));
}

Result<wire::Answer> Client::up(const wire::UpRequest& request) {
    const Reply reply = TRY(connection_->ask(http::verb::post, "/v1/up", wire::encode(request)));
    return message_of<wire::Answer>(reply);
}
Result<wire::Answer> Client::down(const wire::DownRequest& request) {
    const Reply reply = TRY(connection_->ask(http::verb::post, "/v1/down", wire::encode(request)));
    return message_of<wire::Answer>(reply);
}
Result<world::Status> Client::status(std::uint64_t after, std::chrono::milliseconds wait) {
    const std::string target = fmt::format("/v1/status?after={}&wait={}", after, wait.count());
    return wire::decode<world::Status>(TRY(connection_->ask(http::verb::get, target)).body);
}
Result<bool> Client::has_image(const std::string& digest) {
    return TRY(connection_->ask(http::verb::get, "/v1/images?digest=" + digest)).status == 200;
}
Result<std::string> Client::store_image(const std::vector<wire::ImageFile>& files) {
    const Reply reply = TRY(connection_->ask(http::verb::put, "/v1/images", wire::encode(files)));
    return TRY(message_of<wire::ImageAnswer>(reply)).digest;
}
Result<wire::Applied> Client::applied(const std::string& platform) {
    const Reply reply = TRY(connection_->ask(http::verb::get, "/v1/applied?platform=" + platform));
    return message_of<wire::Applied>(reply);
}
Result<wire::Observed> Client::observe(const world::Placement& placement) {
    const Reply reply = TRY(connection_->ask(http::verb::get, "/v1/observed?placement=" + placement.str()));
    return message_of<wire::Observed>(reply);
}
Result<wire::Observed> Client::observe_machine() {
    return message_of<wire::Observed>(TRY(connection_->ask(http::verb::get, "/v1/machine")));
}
Result<wire::Logs> Client::logs(const world::Placement& placement, const std::string& task,
                                const wire::LogsWanted& wanted) {
    const std::string target = fmt::format("/v1/logs?placement={}&task={}&lines={}&since={}&previous={}",
                                           placement.str(), task, wanted.lines, wanted.since, wanted.previous ? 1 : 0);
    const Reply reply = TRY(connection_->ask(http::verb::get, target));
    return message_of<wire::Logs>(reply);
}
Result<wire::Logs> Client::logs_behind(const world::Placement& placement, const std::string& task,
                                       const std::string& place) {
    const std::string target = fmt::format("/v1/logs?placement={}&task={}&place={}", placement.str(), task, place);
    const Reply reply = TRY(connection_->ask(http::verb::get, target));
    return message_of<wire::Logs>(reply);
}
Result<world::Usage> Client::usage() {
    const Reply reply = TRY(connection_->ask(http::verb::get, "/v1/usage"));
    return TRY(message_of<wire::Usage>(reply)).usage;
}
Result<wire::Events> Client::events(std::uint64_t after, std::chrono::milliseconds wait) {
    const std::string target = fmt::format("/v1/events?after={}&wait={}", after, wait.count());
    const Reply reply = TRY(connection_->ask(http::verb::get, target));
    return message_of<wire::Events>(reply);
}
Result<wire::ExecAnswer> Client::exec(const wire::ExecRequest& request) {
    const Reply reply = TRY(connection_->ask(http::verb::post, "/v1/exec", wire::encode(request)));
    return message_of<wire::ExecAnswer>(reply);
}
Result<wire::ProbeAnswer> Client::probe(const wire::ProbeRequest& request) {
    const Reply reply = TRY(connection_->ask(http::verb::post, "/v1/probe", wire::encode(request)));
    return message_of<wire::ProbeAnswer>(reply);
}
Result<wire::Authority> Client::authority() {
    const Reply reply = TRY(connection_->ask(http::verb::get, "/v1/authority"));
    return message_of<wire::Authority>(reply);
}
Result<wire::Secrets> Client::secrets(const std::string& platform) {
    return message_of<wire::Secrets>(TRY(connection_->ask(http::verb::get, "/v1/secrets?platform=" + platform)));
}
Result<wire::SecretAnswer> Client::set_secret(const world::Placement& placement, const std::string& name,
                                              const std::string& value) {
    const std::string target = fmt::format("/v1/secret?placement={}&name={}", placement.str(), name);
    return message_of<wire::SecretAnswer>(TRY(connection_->ask(http::verb::put, target, value)));
}
Result<wire::RotateAnswer> Client::rotate(const wire::RotateRequest& request) {
    const Reply reply = TRY(connection_->ask(http::verb::post, "/v1/secrets/rotate", wire::encode(request)));
    return message_of<wire::RotateAnswer>(reply);
}
Result<wire::Certificates> Client::certificates(const std::string& platform) {
    const Reply reply = TRY(connection_->ask(http::verb::get, "/v1/certificates?platform=" + platform));
    return message_of<wire::Certificates>(reply);
}
Result<wire::Answer> Client::renew_certificates(const wire::RenewRequest& request) {
    const Reply reply = TRY(connection_->ask(http::verb::post, "/v1/certificates/renew", wire::encode(request)));
    return message_of<wire::Answer>(reply);
}
Result<wire::JobAnswer> Client::run_job(const wire::JobRequest& request) {
    const Reply reply = TRY(connection_->ask(http::verb::post, "/v1/jobs/run", wire::encode(request)));
    return message_of<wire::JobAnswer>(reply);
}

}  // namespace tenantry::client
