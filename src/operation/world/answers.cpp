#include <tenantry/base/json_text.hpp>
#include <tenantry/world/answers.hpp>

namespace tenantry::world {
namespace {

void write_host(JsonText& json, const HostAnswers& answers) {
    json.object().member("host", answers.host).member("refused", answers.refused).member("days", answers.days);
    json.key("offers").array();
    for (const HostAnswers::Offer& offer : answers.offers)
        json.object(Layout::line).member("offered", offer.offered).member("taken", offer.taken).end();
    json.end().key("transportSecurity");
    if (answers.transportSecurity)
        json.value(*answers.transportSecurity);
    else
        json.null();
    json.member("redirect", answers.redirect).key("others").array();
    for (const HostAnswers::OtherName& other : answers.others)
        json.object(Layout::line)
            .member("serverName", other.serverName)
            .member("host", other.host)
            .member("status", other.status)
            .end();
    json.end().key("cookieDomains").array(Layout::line);
    for (const std::string& domain : answers.cookieDomains) json.value(domain);
    json.end().end();
}

}  // namespace

std::string to_text(const std::vector<HostAnswers>& answers) {
    JsonText json;
    json.object().member("version", 1).key("hosts").array();
    for (const HostAnswers& one : answers) write_host(json, one);
    json.end().end();
    return std::move(json).take();
}

}  // namespace tenantry::world
