#include "answer_head.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

namespace http = boost::beast::http;

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return result;
}

// Values of the attributes `NAME=VALUE` that a field has, parted by semicolons.
std::vector<std::string> attributes(std::string_view field, std::string_view name) {
    std::vector<std::string> values;
    while (!field.empty()) {
        const std::size_t end = std::min(field.find(';'), field.size());
        const std::string_view part = field.substr(0, end);
        const std::size_t equals = part.find('=');
        if (equals != std::string_view::npos && lower(trimmed(part.substr(0, equals))) == name)
            values.emplace_back(trimmed(part.substr(equals + 1)));
        field.remove_prefix(std::min(end + 1, field.size()));
    }
    return values;
}

std::optional<std::uint64_t> max_age(std::string_view field) {
    const std::vector<std::string> values = attributes(field, "max-age");
    if (values.size() != 1) return std::nullopt;
    std::string_view digits = values[0];
    if (digits.size() > 1 && digits.starts_with('"') && digits.ends_with('"'))
        digits = digits.substr(1, digits.size() - 2);
    std::uint64_t seconds = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    return error == std::errc() && stop == digits.data() + digits.size() ? std::optional(seconds) : std::nullopt;
}

}  // namespace

Result<AnswerHead> parse_answer_head(std::string_view text) {
    http::response_parser<http::empty_body> parser;
    parser.header_limit(longestHead);
    parser.skip(true);  // the body is nobody's business
    boost::beast::error_code error;
    parser.put(boost::asio::buffer(text.data(), text.size()), error);
    if (error || !parser.is_header_done())
        return fail("the answer is no HTTP: `{}`",
                    one_line(text.substr(0, std::min<std::size_t>(text.find('\r'), 80))));
    const auto& fields = parser.get();
    AnswerHead head{.status = fields.result_int(),
                    .transportSecurity = {},
                    .location = std::string(fields[http::field::location]),
                    .cookieDomains = {}};
    // Of several the first counts (RFC 6797 section 8.1).
    const auto security = fields.find(http::field::strict_transport_security);
    if (security != fields.end()) head.transportSecurity = max_age(security->value());
    const auto [begin, end] = fields.equal_range(http::field::set_cookie);
    for (auto cookie = begin; cookie != end; ++cookie) {
        const std::string_view value = cookie->value();
        // Behind the cookie itself; of several attributes the last counts (RFC 6265 section 5.3).
        const std::size_t first = std::min(value.find(';'), value.size());
        const std::vector<std::string> domains = attributes(value.substr(first), "domain");
        if (domains.empty()) continue;
        std::string domain = lower(domains.back());
        if (domain.starts_with('.')) domain.erase(0, 1);
        if (!domain.empty()) head.cookieDomains.push_back(std::move(domain));
    }
    return head;
}

}  // namespace tenantry::host
