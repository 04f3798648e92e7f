#include "rule_set.hpp"

#include <tenantry/base/check.hpp>

#include "nft_json.hpp"

namespace tenantry::local_emit {
namespace {

using blueprint::Allow;
using blueprint::End;
using blueprint::Job;
using blueprint::Shape;
using blueprint::Store;
using blueprint::Workload;
using ChainName = NftJson::ChainName;

void meta(JsonTemplate& json, Literal key) { json.object().key("meta").object().member("key", key).end().end(); }

void payload(JsonTemplate& json, Literal protocol, Literal field) {
    json.object().key("payload").object().member("protocol", protocol).member("field", field).end().end();
}

template <class Body>
void concat(JsonTemplate& json, Body body) {
    json.object().key("concat").array();
    body();
    json.end().end();
}

void accept(JsonTemplate& json) { json.object().key("accept").null().end(); }

template <class Left>
void match_in_set(JsonTemplate& json, Left left, Literal set) {
    json.object().key("match").object().member("op", "==").key("left");
    concat(json, left);
    json.member("right", set).end().end();
}

// Only what a task sends from its own address through its own link goes on.
void antispoof(JsonTemplate& json) {
    match_in_set(json, [&] { meta(json, "iifname"), payload(json, "ip", "saddr"); }, "@sources");
    accept(json);
}

void translate(JsonTemplate& json) {
    json.object().key("vmap").object().key("key");
    concat(json, [&] { payload(json, "ip", "daddr"), meta(json, "l4proto"), payload(json, "th", "dport"); });
    json.member("data", "@services").end().end();
}

void established(JsonTemplate& json) {
    json.object().key("match").object().member("op", "in").key("left");
    json.object().key("ct").object().member("key", "state").end().end();
    json.key("right").value("established");
    json.end().end();
    accept(json);
}

void calls(JsonTemplate& json) {
    const auto key = [&] {
        meta(json, "iifname"), meta(json, "oifname"), meta(json, "l4proto"), payload(json, "th", "dport");
    };
    match_in_set(json, key, "@calls");
    accept(json);
}

// A call to an address without a task fails at once.
void unreachable(JsonTemplate& json) {
    json.object().key("match").object().member("op", "==").key("left");
    payload(json, "icmp", "type");
    json.member("right", "destination-unreachable").end().end();
    accept(json);
}

void of_shape(NftJson& rules, const Shape& shape) {
    rules.table();
    rules.set("sources", {"ifname", "ipv4_addr"});
    rules.set("calls", {"ifname", "ifname", "inet_proto", "inet_service"});
    rules.verdict_map("services", {"ipv4_addr", "inet_proto", "inet_service"});
    rules.base_chain("antispoof", {"filter", "prerouting", "drop", -300});
    rules.base_chain("translate", {"nat", "prerouting", "accept", -100});
    rules.base_chain("relay", {"filter", "forward", "drop", 0});
    rules.base_chain("arrivals", {"filter", "input", "drop", 0});
    rules.base_chain("departures", {"filter", "output", "drop", 0});
    for (const Workload& workload : shape.workloads)
        if (workload.virtualAddress) rules.chain(ChainName(workload.name));
    rules.rule("antispoof", antispoof);
    rules.rule("translate", translate);
    rules.rule("relay", established);
    rules.rule("relay", calls);
    rules.rule("departures", unreachable);
}

TemplateText next_line(const TemplateText& command) {
    return std::move(TemplateText().add(NftJson::nextLine, command));
}

TemplateText source(const End& of) {
    const auto element = [](JsonTemplate& json) {
        concat(json, [&] {
            json.value(TemplateText().add(FromTask{TaskPart::interface}));
            json.value(TemplateText().add(FromTask{TaskPart::address}));
        });
    };
    return std::move(TemplateText().add(EachTask{of, next_line(NftJson::element_line("sources", element))}));
}

TemplateText call(const Allow& allow) {
    const auto element = [&](JsonTemplate& json) {
        concat(json, [&] {
            json.value(TemplateText().add(FromTask{TaskPart::interface, true}));
            json.value(TemplateText().add(FromTask{TaskPart::interface}));
            json.value("tcp").value(allow.port.number);
        });
    };
    TemplateText to;
    to.add(EachTask{allow.to, next_line(NftJson::element_line("calls", element))});
    return std::move(TemplateText().add(EachTask{allow.from, to}));
}

TemplateText service(const Workload& workload) {
    TENANTRY_CHECK(workload.port, "a service that is called has a port");
    return next_line(NftJson::element_line("services", [&](JsonTemplate& json) {
        json.array();
        concat(json, [&] {
            json.value(TemplateText().add(BlockAddress{*workload.virtualAddress}));
            json.value("tcp").value(workload.port->number);
        });
        json.object().key("goto").object().member("target", ChainName(workload.name).text()).end().end();
        json.end();
    }));
}

// `dnat ip to numgen random mod N map { 0 : ADDRESS, ... }`
TemplateText spread(const Workload& workload, Index<Workload> index) {
    const auto expression = [&](JsonTemplate& json) {
        json.object().key("dnat").object().member("family", "ip").key("addr").object().key("map").object();
        json.key("key").object().key("numgen").object().member("mode", "random").key("mod");
        json.bare(TemplateText().add(TaskTotal{index, Which::first})).member("offset", 0).end().end();
        json.key("data").object().key("set").array();
        TemplateText one;
        one.add("[", FromTask{TaskPart::index}, ", \"", FromTask{TaskPart::address}, "\"]");
        json.bare(TemplateText().add(EachTask{index, one, ", ", Which::first}));
        json.end().end().end().end().end().end();
    };
    return std::move(
        TemplateText().add(AnyTask{index, next_line(NftJson::rule_line(ChainName(workload.name), expression))}));
}

void of_environment(NftJson& rules, const Shape& shape) {
    rules.lines(source(blueprint::LoadBalancer{}));
    for (std::uint32_t at = 0; at < shape.workloads.size(); ++at) rules.lines(source(Index<Workload>{at}));
    for (std::uint32_t at = 0; at < shape.stores.size(); ++at) {
        rules.lines(source(Index<Store>{at}));
        if (is_backed(shape.stores[at])) rules.lines(source(blueprint::Backing{{at}}));
    }
    for (std::uint32_t at = 0; at < shape.jobs.size(); ++at) rules.lines(source(Index<Job>{at}));
    for (const Allow& allow : shape.allows) rules.lines(call(allow));
    for (const Workload& workload : shape.workloads)
        if (workload.virtualAddress) rules.lines(service(workload));
    for (std::uint32_t at = 0; at < shape.workloads.size(); ++at)
        if (shape.workloads[at].virtualAddress) rules.lines(spread(shape.workloads[at], {at}));
}

}  // namespace

TemplateText rule_set_text(const Shape& shape) {
    NftJson rules;
    of_shape(rules, shape);
    of_environment(rules, shape);
    return std::move(rules).take();
}

}  // namespace tenantry::local_emit
