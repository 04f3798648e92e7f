// An API that holds nothing, for demonstrations and measurements: says whose it is, and takes applications for a loan.
// Any of its tasks may answer. PORT, TENANTRY_TENANT, TENANTRY_STAGE, CURRENCY come from its environment.
//   GET  /healthz            204
//   GET  /api/hello          whose it is
//   POST /api/applications/ID  takes an application; ID is the client's own, and is written to the log once taken

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::chrono::seconds patience{30};
constexpr std::size_t largestBody = 64 << 10;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

struct Service {
    std::string tenant = variable("TENANTRY_TENANT");
    std::string stage = variable("TENANTRY_STAGE");
    std::string release = variable("TENANTRY_RELEASE");
    std::string currency = variable("CURRENCY");
    bool ending = false;

    // The names are labels and need no escapes.
    [[nodiscard]] std::string hello() const {
        return R"({"tenant": ")" + tenant + R"(", "stage": ")" + stage + R"(", "release": ")" + release +
               R"(", "currency": ")" + currency + "\"}\n";
    }
};

bool is_id(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    return text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
}

Response answer(const Service& service, const Request& request) {
    Response response(http::status::ok, request.version());
    response.set(http::field::content_type, "application/json");
    const std::string_view target(request.target().data(), request.target().size());
    constexpr std::string_view applications = "/api/applications/";
    if (request.method() == http::verb::get && target == "/healthz") {
        response.result(http::status::no_content);
    } else if (request.method() == http::verb::get && target == "/api/hello") {
        response.body() = service.hello();
    } else if (request.method() == http::verb::post && target.starts_with(applications) &&
               is_id(target.substr(applications.size()))) {
        const std::string id(target.substr(applications.size()));
        std::printf("application %s\n", id.c_str());
        std::fflush(stdout);
        response.result(http::status::created);
        response.body() = R"({"application": ")" + id + R"(", "tenant": ")" + service.tenant + "\"}\n";
    } else {
        response.result(http::status::not_found);
        response.body() = "{\"error\": \"there is nothing here\"}\n";
    }
    response.keep_alive(request.keep_alive() && !service.ending);
    response.prepare_payload();
    return response;
}

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(asio::ip::tcp::socket socket, const Service& service) : stream_(std::move(socket)), service_(service) {}

    void read() {
        parser_.emplace();
        parser_->body_limit(largestBody);
        stream_.expires_after(patience);
        http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (!error) self->write();
        });
    }

  private:
    void write() {
        response_ = answer(service_, parser_->get());
        http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (error) return;
            if (self->response_.keep_alive()) return self->read();
            error = self->stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
        });
    }

    beast::tcp_stream stream_;
    const Service& service_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    Response response_;
};

void accept(asio::ip::tcp::acceptor& acceptor, const Service& service) {
    acceptor.async_accept([&](beast::error_code error, asio::ip::tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error) std::make_shared<Connection>(std::move(socket), service)->read();
        accept(acceptor, service);
    });
}

void serve(unsigned short port) {
    Service service;
    asio::io_context context(1);
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::any(), port});
    // Connections that came in are answered; new ones are refused. The load balancer sends none by then.
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&](beast::error_code, int) {
        service.ending = true;
        acceptor.close();
    });
    accept(acceptor, service);
    std::printf("%s/%s answers on port %d\n", service.tenant.c_str(), service.stage.c_str(), port);
    std::fflush(stdout);
    context.run();
}

}  // namespace

int main() {
    try {
        serve(static_cast<unsigned short>(std::strtoul(variable("PORT").c_str(), nullptr, 10)));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
    return 0;
}
