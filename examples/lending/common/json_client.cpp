#include "json_client.hpp"

#include <iterator>
#include <sstream>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

namespace lending {

namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

struct Place {
    std::string host;
    std::string port;
};

std::optional<Place> place_of(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    const std::size_t colon = url.rfind(':');
    if (!url.starts_with(scheme) || colon < scheme.size()) return std::nullopt;
    return Place{.host = std::string(url.substr(scheme.size(), colon - scheme.size())),
                 .port = std::string(url.substr(colon + 1))};
}

std::optional<json::object> body_of(const std::string& text) {
    http::response_parser<http::string_body> parser;
    boost::beast::error_code error;
    parser.eager(true);
    parser.put(boost::asio::buffer(text), error);
    if (error || !parser.is_done() || parser.get().result() != http::status::ok) return std::nullopt;
    json::value value = json::parse(parser.get().body(), error);
    if (error || !value.is_object()) return std::nullopt;
    return value.get_object();
}

}  // namespace

std::optional<json::object> post_json(const std::string& url, const std::string& path, const json::value& body,
                                      std::chrono::milliseconds deadline) {
    const auto place = place_of(url);
    if (!place) return std::nullopt;
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(deadline);
    stream.connect(place->host, place->port);
    const std::string text = json::serialize(body);
    stream << "POST " << path << " HTTP/1.1\r\nHost: " << place->host
           << "\r\nContent-Type: application/json\r\nContent-Length: " << text.size() << "\r\nConnection: close\r\n\r\n"
           << text << std::flush;
    return body_of(std::string(std::istreambuf_iterator<char>(stream), {}));
}

}  // namespace lending
