// A small HTTP/1.1 server: one thread reads and writes, few others answer.
#pragma once

#include <functional>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/fwd.hpp>

namespace lending {

using Request = boost::beast::http::request<boost::beast::http::string_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;
using Handler = std::function<Response(const Request&)>;

Response answer(boost::beast::http::status status, const boost::json::value& body);
Response refusal(boost::beast::http::status status, std::string_view why);

// Until SIGTERM or SIGINT: connections that came in are answered then, new ones refused. `handler` is called by
// `threads` threads at once, and may wait for a store; what it throws is told as 503. GET /healthz is answered without
// it: it tells about this program only. More requests waiting than the threads can take soon are answered with 503 at
// once.
void serve(unsigned short port, std::size_t threads, const Handler& handler);

}  // namespace lending
