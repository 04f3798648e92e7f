#include "http_server.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <set>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>

#include "log.hpp"

namespace lending {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds patience{30};
constexpr std::chrono::seconds farewell{1};
constexpr std::size_t largestBody = 16 << 10;  // an application has less than one KiB
constexpr int mostWaiting = 256;               // each may take a second or two when a store is away

class Connection;

struct Server {
    const Handler& handler;
    asio::io_context context{1};
    asio::thread_pool answering;
    std::atomic<int> waiting = 0;
    bool ending = false;
    std::set<Connection*> reading;  // of the context's thread alone

    Server(const Handler& with, std::size_t threads) : handler(with), answering(threads) {}
};

Response handled(const Handler& handler, const Request& request) {
    try {
        return handler(request);
    } catch (const std::exception& error) {
        log("request_failed", {{"path", {request.target().data(), request.target().size()}}, {"why", error.what()}});
        return refusal(http::status::service_unavailable, "this does not work now; please try again");
    }
}

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(asio::ip::tcp::socket socket, Server& server) : stream_(std::move(socket)), server_(server) {}

    void read() {
        parser_.emplace();
        parser_->body_limit(largestBody);
        stream_.expires_after(server_.ending ? farewell : patience);
        server_.reading.insert(this);
        http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            self->server_.reading.erase(self.get());
            if (!error) self->dispatch();
        });
    }

    // A client that keeps its connection for later is let go; one whose first request is under way is heard.
    void end() { answered_ ? stream_.cancel() : static_cast<void>(stream_.expires_after(farewell)); }

  private:
    void dispatch() {
        const Request& request = parser_->get();
        if (request.target() == "/healthz") return write(Response(http::status::no_content, request.version()));
        if (server_.waiting >= mostWaiting)
            return write(refusal(http::status::service_unavailable, "too many requests wait; please try again"));
        ++server_.waiting;
        asio::post(server_.answering, [self = shared_from_this(), work = asio::make_work_guard(server_.context)] {
            Response response = handled(self->server_.handler, self->parser_->get());
            --self->server_.waiting;
            asio::post(self->server_.context,
                       [self, response = std::move(response)]() mutable { self->write(std::move(response)); });
        });
    }

    void write(Response response) {
        response_ = std::move(response);
        answered_ = true;
        response_.version(parser_->get().version());
        response_.keep_alive(parser_->get().keep_alive() && !server_.ending);
        response_.prepare_payload();
        stream_.expires_after(patience);
        http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (error) return;
            if (self->response_.keep_alive()) return self->read();
            error = self->stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
        });
    }

    beast::tcp_stream stream_;
    Server& server_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    Response response_;
    bool answered_ = false;
};

void accept(asio::ip::tcp::acceptor& acceptor, Server& server) {
    acceptor.async_accept([&](beast::error_code error, asio::ip::tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error) std::make_shared<Connection>(std::move(socket), server)->read();
        accept(acceptor, server);
    });
}

}  // namespace

Response answer(http::status status, const boost::json::value& body) {
    Response response(status, 11);
    response.set(http::field::content_type, "application/json");
    response.set(http::field::cache_control, "no-store");
    response.body() = boost::json::serialize(body) + "\n";
    return response;
}

Response refusal(http::status status, std::string_view why) { return answer(status, {{"error", why}}); }

void serve(unsigned short port, std::size_t threads, const Handler& handler) {
    Server server(handler, threads);
    asio::ip::tcp::acceptor acceptor(server.context, {asio::ip::address_v4::any(), port});
    asio::signal_set signals(server.context, SIGTERM, SIGINT);
    signals.async_wait([&](beast::error_code, int) {
        server.ending = true;
        acceptor.close();
        for (Connection* connection : server.reading) connection->end();
    });
    accept(acceptor, server);
    log("listening", {{"port", std::to_string(port)}});
    server.context.run();
    server.answering.join();
}

}  // namespace lending
