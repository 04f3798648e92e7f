#include <atomic>
#include <charconv>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/api/server.hpp>
#include <tenantry/wire/codec.hpp>

#include "endpoints.hpp"

namespace tenantry::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Socket = asio::local::stream_protocol::socket;

// Connections at one time; each has a thread.
constexpr std::size_t mostConnections = 64;
// Of a request's body: an image of the host is the largest.
constexpr std::uint64_t mostBody = std::uint64_t{512} << 20;
constexpr std::uint32_t mostHeader = 16u << 10;

// The group whose members may ask, where the machine has it.
gid_t group() {
    const struct group* found = ::getgrnam("tenantry");
    return found == nullptr ? 0 : found->gr_gid;
}

// Who may connect is the file's mode; ids of tasks and of the edge (local-files.md: from 1048575) are never heard.
bool may_ask(const ucred& peer) { return peer.uid < 1'048'575; }

class UnixServer final : public Server {
  public:
    UnixServer(std::string path, Service& service) : path_(std::move(path)), service_(service), acceptor_(context_) {}
    UnixServer(const UnixServer&) = delete;
    UnixServer& operator=(const UnixServer&) = delete;

    ~UnixServer() override {
        stopping_ = true;
        // Wakes the thread in accept; `close` alone would not.
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        if (accepting_.joinable()) accepting_.join();
        ::unlink(path_.c_str());
        {
            const std::scoped_lock lock(mutex_);
            for (Connection& connection : connections_) ::shutdown(connection.socket, SHUT_RDWR);
        }
        for (Connection& connection : connections_) connection.thread.join();
    }

    Result<void> start() {
        beast::error_code error;
        const std::string fresh = path_ + ".new";
        ::unlink(fresh.c_str());
        error = acceptor_.open(asio::local::stream_protocol(), error);
        if (!error) error = acceptor_.bind(asio::local::stream_protocol::endpoint(fresh), error);
        if (error) return fail("listening at {}: {}", path_, error.message());
        if (::chmod(fresh.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0 ||
            ::chown(fresh.c_str(), 0, group()) != 0)
            return fail("giving {} its mode failed", fresh);
        error = acceptor_.listen(static_cast<int>(mostConnections), error);
        if (error || ::rename(fresh.c_str(), path_.c_str()) != 0) return fail("listening at {} failed", path_);
        accepting_ = std::thread([this] { accept(); });
        return {};
    }

  private:
    struct Connection {
        int socket = -1;
        std::atomic<bool> done = false;
        std::thread thread;
    };

    void accept() {
        while (!stopping_) {
            beast::error_code error;
            Socket socket = acceptor_.accept(error);
            if (stopping_) return;
            if (error) {
                std::this_thread::yield();  // descriptors ran out; those that end make room
                continue;
            }
            begin(std::move(socket));
        }
    }

    void begin(Socket socket) {
        const std::scoped_lock lock(mutex_);
        std::erase_if(connections_, [](Connection& connection) {
            if (!connection.done) return false;
            connection.thread.join();
            return true;
        });
        if (connections_.size() >= mostConnections) return;
        Connection& connection = connections_.emplace_back();
        connection.socket = socket.native_handle();
        connection.thread = std::thread([this, &connection, socket = std::move(socket)]() mutable {
            serve(socket);
            const std::scoped_lock ended(mutex_);  // so that nobody shuts down a number that is another's by then
            socket.close();
            connection.socket = -1;
            connection.done = true;
        });
    }

    void serve(Socket& socket) {
        ucred peer{};
        socklen_t size = sizeof peer;
        if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
        // One that sends or takes nothing for so long is let go.
        const timeval patience{.tv_sec = 60, .tv_usec = 0};
        ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        beast::flat_buffer buffer;
        beast::error_code error;
        while (!error && !stopping_) {
            http::request_parser<http::string_body> parser;
            parser.body_limit(mostBody);
            parser.header_limit(mostHeader);
            http::read(socket, buffer, parser, error);
            if (error) return;
            const auto& request = parser.get();
            Reply reply{403, R"({"error": "only root and the group tenantry may ask"})"};
            if (may_ask(peer))
                reply = answer({std::string(request.method_string()), std::string(request.target()), request.body()},
                               service_, {peer.uid, peer.pid});
            http::response<http::string_body> response(static_cast<http::status>(reply.status), request.version());
            response.set(http::field::content_type, "application/json");
            response.keep_alive(request.keep_alive());
            response.body() = std::move(reply.body);
            response.prepare_payload();
            http::write(socket, response, error);
            if (!request.keep_alive()) return;
        }
    }

    std::string path_;
    Service& service_;
    asio::io_context context_;
    asio::local::stream_protocol::acceptor acceptor_;
    std::atomic<bool> stopping_ = false;
    std::thread accepting_;
    std::mutex mutex_;
    std::list<Connection> connections_;
};

}  // namespace

std::string Caller::str() const { return fmt::format("uid {}", uid); }

Result<std::unique_ptr<Server>> Server::listen(const std::string& path, Service& service) {
    auto server = std::make_unique<UnixServer>(path, service);
    TRY_VOID(server->start());
    return server;
}

}  // namespace tenantry::api
