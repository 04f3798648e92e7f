#pragma once

// Values as JSON and back, for the journal and for requests: every member must be there and no other may. Heavy to
// compile: include it in the few sources that encode.

#include <chrono>
#include <string>
#include <string_view>

#include <boost/describe.hpp>
#include <boost/json.hpp>

#include <tenantry/base/error.hpp>
#include <tenantry/world/observed.hpp>
#include <tenantry/world/status.hpp>
#include <tenantry/world/task_spec.hpp>

namespace boost::json {

inline void tag_invoke(value_from_tag, value& to, std::chrono::milliseconds from) { to = from.count(); }
inline result<std::chrono::milliseconds> tag_invoke(try_value_to_tag<std::chrono::milliseconds>, const value& from) {
    const auto count = try_value_to<std::int64_t>(from);
    if (!count) return count.error();
    return std::chrono::milliseconds(*count);
}

}  // namespace boost::json

namespace tenantry {

inline void tag_invoke(boost::json::value_from_tag, boost::json::value& to, const Ipv4& from) { to = from.str(); }
inline boost::json::result<Ipv4> tag_invoke(boost::json::try_value_to_tag<Ipv4>, const boost::json::value& from) {
    const auto* text = from.if_string();
    const auto address = text == nullptr ? std::nullopt : Ipv4::parse(*text);
    if (!address) return make_error_code(boost::json::error::not_string);
    return *address;
}
inline void tag_invoke(boost::json::value_from_tag, boost::json::value& to, const Cidr& from) { to = from.str(); }
inline boost::json::result<Cidr> tag_invoke(boost::json::try_value_to_tag<Cidr>, const boost::json::value& from) {
    const auto* text = from.if_string();
    if (text != nullptr)
        if (const auto range = Cidr::parse(*text)) return *range;
    return make_error_code(boost::json::error::not_string);
}

}  // namespace tenantry

namespace tenantry::world {

inline void tag_invoke(boost::json::value_from_tag, boost::json::value& to, WallTime from) { to = from.seconds; }
inline boost::json::result<WallTime> tag_invoke(boost::json::try_value_to_tag<WallTime>,
                                                const boost::json::value& from) {
    const auto seconds = boost::json::try_value_to<std::int64_t>(from);
    if (!seconds) return seconds.error();
    return WallTime{*seconds};
}

BOOST_DESCRIBE_STRUCT(Placement, (), (platform, environment))
BOOST_DESCRIBE_STRUCT(Mac, (), (bytes))
BOOST_DESCRIBE_STRUCT(PeerSpec, (), (nameSpace, interface))
BOOST_DESCRIBE_STRUCT(InterfaceSpec, (), (name, mac, addresses, peer))
BOOST_DESCRIBE_STRUCT(RouteSpec, (), (to, via, interface))
BOOST_DESCRIBE_STRUCT(NeighbourSpec, (), (address, mac, interface))
BOOST_DESCRIBE_STRUCT(NamespaceSpec, (), (name, path, forwards, sysctls, interfaces, routes, neighbours))
BOOST_DESCRIBE_STRUCT(SocketSpec, (), (path, host, task, descriptor))
BOOST_DESCRIBE_STRUCT(NetSpec, (), (platform, environment, block, namespaces, sockets))
BOOST_DESCRIBE_STRUCT(HealthSpec, (), (port, path, every, grace))
BOOST_DESCRIBE_STRUCT(TaskSpec, (),
                      (name, service, address, health, drain, descriptors, digest, release, kind, job, frontend,
                       calledAt, spare, withoutSecrets, onLoad))
BOOST_DESCRIBE_STRUCT(RangeSpec, (), (service, least, most, cpu))
BOOST_DESCRIBE_STRUCT(ScheduleSpec, (), (text, weekday, minutes, zone))
BOOST_DESCRIBE_STRUCT(ResetSpec, (), (stores, services, jobs))
BOOST_DESCRIBE_STRUCT(JobSpec, (), (beforeRelease, afterCreate, timeout, repeatable, schedule, reset))
BOOST_DESCRIBE_ENUM(TaskKind, service, balancer, store, job)
BOOST_DESCRIBE_STRUCT(TextSpec, (), (path, text))
BOOST_DESCRIBE_STRUCT(ImageSpec, (), (name, digest))
BOOST_DESCRIBE_STRUCT(IdRange, (), (first, count))
BOOST_DESCRIBE_STRUCT(EnvironmentSpec, (),
                      (placement, bundle, ids, network, tasks, texts, images, stores, readers, turns, ranges, front))
BOOST_DESCRIBE_STRUCT(StoreUserSpec, (), (name, access, version))
BOOST_DESCRIBE_STRUCT(BackingSpec, (), (name, task, port))
BOOST_DESCRIBE_STRUCT(StoreSpec, (), (name, engine, task, uid, port, users, backing))
BOOST_DESCRIBE_STRUCT(SecretUseSpec, (), (name, makeBytes, version))
BOOST_DESCRIBE_STRUCT(ReaderSpec, (), (name, uid, secrets))
BOOST_DESCRIBE_STRUCT(TaskProcess, (), (pid, startTime, monitor))
BOOST_DESCRIBE_STRUCT(TaskEnd, (), (code, outOfMemory))
BOOST_DESCRIBE_STRUCT(ObservedNetwork, (), (network, rules))
BOOST_DESCRIBE_STRUCT(RunStatus, (), (number, began, dueAt, ended, tookMs, well, how))
BOOST_DESCRIBE_STRUCT(TimesStatus, (), (schedule, resets, next, passedOver, runs))
BOOST_DESCRIBE_STRUCT(TaskStatus, (), (name, service, phase, forMs, pid, starts, why, times))
BOOST_DESCRIBE_STRUCT(RangeStatus, (), (service, tasks, least, most))
BOOST_DESCRIBE_STRUCT(EnvironmentStatus, (), (placement, phase, forMs, tookMs, block, hosts, spec, why, tasks, ranges))
BOOST_DESCRIBE_STRUCT(Status, (), (version, environments))

template <class T>
std::string to_json(const T& value) {
    return boost::json::serialize(boost::json::value_from(value));
}

/// `depth` is how many arrays and objects may stand in each other.
template <class T>
Result<T> from_json(std::string_view text, std::size_t depth = 32) {
    boost::json::parse_options options;
    options.max_depth = depth;
    boost::json::error_code error;
    const boost::json::value parsed = boost::json::parse(text, error, {}, options);
    if (error) return fail("reading JSON: {}", error.message());
    const auto value = boost::json::try_value_to<T>(parsed);
    if (!value) return fail("reading JSON: {}", value.error().message());
    return *value;
}

// The largest, compiled once.
extern template std::string to_json(const EnvironmentSpec& value);
extern template Result<EnvironmentSpec> from_json<EnvironmentSpec>(std::string_view text, std::size_t depth);

}  // namespace tenantry::world
