#include "nft_json.hpp"

namespace tenantry::local_emit {

// `{ "add": { "rule": { "family": "inet", ...`; the table itself has its name where the others have their table's.
JsonTemplate NftJson::begin(Literal object) {
    JsonTemplate json;
    json.object(Layout::line).key("add").object().key(object).object();
    json.member("family", "inet").member("table", "tenantry");
    return json;
}

TemplateText NftJson::finish(JsonTemplate json) {
    json.end().end().end();
    return std::move(json).take(false);
}

NftJson& NftJson::line(const TemplateText& command) {
    if (text_.literals().empty()) {
        text_.add("{\n  \"nftables\": [\n    ", command);
    } else {
        text_.add(nextLine, command);
    }
    return *this;
}

NftJson& NftJson::table() {
    JsonTemplate json;
    json.object(Layout::line).key("add").object().key("table").object();
    json.member("family", "inet").member("name", "tenantry");
    return line(finish(std::move(json)));
}

JsonTemplate NftJson::begin_set(Literal object, Literal name, std::initializer_list<Literal> types) {
    JsonTemplate json = begin(object);
    json.member("name", name).key("type").array();
    for (const Literal type : types) json.value(type);
    json.end();
    return json;
}

NftJson& NftJson::set(Literal name, std::initializer_list<Literal> types) {
    return line(finish(begin_set("set", name, types)));
}

NftJson& NftJson::verdict_map(Literal name, std::initializer_list<Literal> types) {
    JsonTemplate json = begin_set("map", name, types);
    json.member("map", "verdict");
    return line(finish(std::move(json)));
}

NftJson& NftJson::base_chain(const ChainName& name, const Hook& hook) {
    JsonTemplate json = begin("chain");
    json.member("name", name.text()).member("type", hook.type).member("hook", hook.hook);
    json.member("prio", hook.priority).member("policy", hook.policy);
    return line(finish(std::move(json)));
}

NftJson& NftJson::chain(const ChainName& name) {
    JsonTemplate json = begin("chain");
    json.member("name", name.text());
    return line(finish(std::move(json)));
}

TemplateText NftJson::take() && {
    text_.add("\n  ]\n}\n");
    return std::move(text_);
}

}  // namespace tenantry::local_emit
