// Every grammar of a single value as a regular expression, beside the parser that decides. Numbers with bounds are
// written from the bounds.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <tenantry/model/keys.hpp>
#include <tenantry/model/schedule.hpp>
#include <tenantry/model/types.hpp>

#include "grammars.hpp"
#include "number_pattern.hpp"

namespace tenantry::model {
namespace {

constexpr std::string_view label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
constexpr std::string_view noNumber = "(?![0-9]+$)(?!0x[0-9a-f]*$)";
constexpr std::string_view clock = "([01][0-9]|2[0-3]):[0-5][0-9]";
constexpr std::string_view weekday = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
constexpr std::string_view zone = "[A-Za-z0-9+_-]+(/[A-Za-z0-9+_-]+)*";
constexpr std::string_view segment = "(?!\\.{1,2}(/|$))[A-Za-z0-9._~@+-]+";
constexpr std::string_view octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

std::string whole(std::string_view pattern) { return fmt::format("^{}$", pattern); }
std::string label_pattern() { return whole(label); }
std::string tenant_pattern() { return fmt::format("^(?!include$){}$", label); }
std::string service_pattern() { return fmt::format("^{}(?!unix$){}$", noNumber, label); }

// A stage stands beside the keys of a tenant and of `delivery`.
std::string stage_pattern() {
    std::string words = "include";
    for (const auto keys : {keys::tenant(), keys::delivery()})
        for (const Key& key : keys) words += "|" + std::string(key.name);
    return fmt::format("^(?!({})$)[a-z0-9]{{1,63}}$", words);
}

std::string host_pattern(std::string_view behind = "") {
    return fmt::format("^(?=[^:]{{1,253}}{0}$)({1}\\.)+(?![0-9]+{0}$)(?!0x[0-9a-f]*{0}$){1}{0}$", behind, label);
}

std::string image_pattern() {
    const std::string_view part = "[a-z0-9]([a-z0-9._-]*[a-z0-9])?";
    return fmt::format("^(?=.{{1,400}}$)({0}(:[0-9]{{1,5}})?/)?{0}(/{0})*(:[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?"
                       "(@sha256:[0-9a-f]{{64}})?$",
                       part);
}

std::string static_pattern() {
    std::string taken;
    for (const std::string_view folder : takenFolders) taken += (taken.empty() ? "" : "|") + std::string(folder);
    return fmt::format("^(?=.{{1,255}}$)(?!/({})(/|$))(/{})+$", taken, segment);
}

std::string include_pattern() {
    return fmt::format("^(?=.{{1,255}}$)({0}/)*({0}|[A-Za-z0-9._~@+-]*\\*[A-Za-z0-9._~@+-]*)$", segment);
}

std::string duration_pattern() {
    constexpr std::int64_t days = 3650;
    constexpr std::int64_t most = 1'000'000'000;  // of any unit
    return fmt::format("({}d|{}h|{}m|{}s|{}ms)", number_pattern(0, days), number_pattern(0, days * 24),
                       number_pattern(0, days * 1440), number_pattern(0, days * 86400), number_pattern(0, most));
}

std::string bytes_pattern() {
    return fmt::format("^({}TiB|{}GiB|{}MiB|{}KiB)$", number_pattern(1, 64), number_pattern(1, 64 << 10),
                       number_pattern(1, 64 << 20), number_pattern(1, 1'000'000'000));
}

std::string pool_pattern() {
    return fmt::format("^(10\\.{0}\\.{0}\\.{0}/{1}|172\\.{2}\\.{0}\\.{0}/{3}|192\\.168\\.{0}\\.{0}/{4}|"
                       "100\\.{5}\\.{0}\\.{0}/{6})$",
                       octet, number_pattern(8, 32), number_pattern(16, 31), number_pattern(12, 32),
                       number_pattern(16, 32), number_pattern(64, 127), number_pattern(10, 32));
}

// 0.0004 rounds to no 1/1024; 64 may have zeros behind its point.
std::string cpu_pattern() {
    return fmt::format("^(?!0(\\.0{{1,4}}|\\.000[0-4])?$)({}(\\.[0-9]{{1,4}})?|64(\\.0{{1,4}})?)$",
                       number_pattern(0, 63));
}

std::vector<std::string_view> claim_words() {
    std::vector<std::string_view> words;
    for (const std::string_view name : claim_names())
        if (std::ranges::find(neverExcepted, name) == neverExcepted.end()) words.push_back(name);
    return words;
}

template <auto Parse>
bool accepts(std::string_view text) {
    return Parse(text).has_value();
}
template <class Name>
bool accepts_name(std::string_view text) {
    return Name::parse(text).has_value();
}
bool accepts_tenant(std::string_view text) { return text != "include" && TenantName::parse(text).has_value(); }

using Words = std::vector<std::string_view>;
constexpr std::string_view aligned = "whether a range begins where ranges of its size do is arithmetic";
constexpr std::string_view zoneNames = "the names of all time zones are too many for a pattern";
constexpr std::string_view calendar = "how long a month is";

}  // namespace

namespace scalars {

constexpr Scalar platformName{.name = "platformName",
                              .meaning = "a DNS label: a-z, 0-9 and hyphens",
                              .accepts = accepts_name<PlatformName>,
                              .pattern = label_pattern,
                              .number = true,
                              .truth = true};
constexpr Scalar jobName{.name = "jobName",
                         .meaning = "a DNS label",
                         .accepts = accepts_name<JobName>,
                         .pattern = label_pattern,
                         .number = true,
                         .truth = true};
constexpr Scalar accessName{.name = "accessName",
                            .meaning = "a DNS label",
                            .accepts = accepts_name<AccessName>,
                            .pattern = label_pattern,
                            .number = true,
                            .truth = true};
constexpr Scalar tenantName{.name = "tenantName",
                            .meaning = "name of a tenant, a DNS label",
                            .accepts = accepts_tenant,
                            .pattern = tenant_pattern,
                            .number = true,
                            .truth = true};
constexpr Scalar stageName{.name = "stageName",
                           .meaning = "name of a stage, a DNS label without hyphens",
                           .accepts = accepts<parse_stage_name>,
                           .pattern = stage_pattern,
                           .number = true,
                           .truth = true};
constexpr Scalar serviceName{.name = "serviceName",
                             .meaning = "name of a service, a DNS label that is no number",
                             .accepts = accepts_name<ServiceName>,
                             .pattern = service_pattern,
                             .number = true,
                             .truth = true};
constexpr Scalar storeName{.name = "storeName",
                           .meaning = "name of a store, a DNS label that is no number",
                           .accepts = accepts_name<StoreName>,
                           .pattern = service_pattern,
                           .number = true,
                           .truth = true};
constexpr Scalar secretName{.name = "secretName",
                            .meaning = "name of a secret: a-z, 0-9 and _",
                            .accepts = accepts_name<SecretName>,
                            .pattern = [] { return whole("[a-z][a-z0-9_]{0,62}"); },
                            .truth = true};
constexpr Scalar hostName{.name = "hostName",
                          .meaning = "a host name such as `lend.example`",
                          .accepts = accepts_name<HostName>,
                          .pattern = [] { return host_pattern(); },
                          .number = true};
constexpr Scalar pathPrefix{
    .name = "pathPrefix",
    .meaning = "a path prefix such as `/api`",
    .accepts = accepts_name<PathPrefix>,
    .pattern = [] { return whole("(?!.*//)(?!.*\\.\\.)(?!.*/\\.(/|$))(?!.+/$)/[A-Za-z0-9._~/-]{0,200}"); }};
constexpr Scalar imageRef{.name = "imageRef",
                          .meaning = "an image such as `registry.example/lend/api:1.2`",
                          .accepts = accepts_name<ImageRef>,
                          .pattern = image_pattern,
                          .number = true,
                          .truth = true};
constexpr Scalar envKey{
    .name = "envKey", .meaning = "name of a variable: A-Z, 0-9 and _", .accepts = accepts_name<EnvKey>, .pattern = [] {
        return whole("[A-Z][A-Z0-9_]{0,99}");
    }};
constexpr Scalar freeText{
    .name = "freeText",
    .meaning = "any text without control characters",
    .accepts = accepts_name<FreeText>,
    .pattern = [] { return whole("(?![\\s\\S]*\\{\\{resolve:)[^\\u0000-\\u001f\\u007f\\u0080-\\u009f]{0,4096}"); },
    .wider = "its limit of 4096 is of bytes, and a pattern counts characters",
    .number = true,
    .truth = true};
constexpr Scalar staticFolder{.name = "staticFolder",
                              .meaning = "a folder of the image such as `/srv/www`",
                              .accepts = accepts<parse_static_folder>,
                              .pattern = static_pattern};
constexpr Scalar relativePath{.name = "relativePath",
                              .meaning = "a path beneath the platform's folder",
                              .accepts = accepts_name<RelativePath>,
                              .pattern = [] { return fmt::format("^(?=.{{1,255}}$){0}(/{0})*$", segment); },
                              .number = true,
                              .truth = true};
constexpr Scalar include{.name = "include",
                         .meaning = "files beneath the platform's folder such as `tenants/*.yaml`",
                         .accepts = accepts<parse_include>,
                         .pattern = include_pattern,
                         .number = true,
                         .truth = true};

constexpr Scalar pool{.name = "pool",
                      .meaning = "a range of private addresses such as `10.0.0.0/8`",
                      .accepts = accepts<parse_pool>,
                      .pattern = pool_pattern,
                      .wider = aligned};
constexpr Scalar range{.name = "range",
                       .meaning = "a range of addresses such as `10.96.0.0/12`",
                       .accepts = accepts<parse_range>,
                       .pattern = [] { return fmt::format("^{0}(\\.{0}){{3}}/{1}$", octet, number_pattern(0, 32)); },
                       .wider = aligned};
constexpr Scalar block{.name = "block",
                       .meaning = "size of one environment's block, `/22` to `/16`",
                       .accepts = accepts<parse_block>,
                       .pattern = [] { return whole("/" + number_pattern(16, 22)); }};
constexpr Scalar zones{.name = "zones",
                       .meaning = "1 to 4",
                       .accepts = accepts<parse_zones>,
                       .pattern = [] { return whole(number_pattern(1, 4)); },
                       .number = true,
                       .range = Scalar::Range{1, 4}};
constexpr Scalar port{.name = "port",
                      .meaning = "a TCP port",
                      .accepts = accepts<parse_port>,
                      .pattern = [] { return whole(number_pattern(1, 65535)); },
                      .number = true,
                      .range = Scalar::Range{1, 65535}};
constexpr Scalar count{.name = "count",
                       .meaning = "0 to 1000",
                       .accepts = accepts<parse_count>,
                       .pattern = [] { return whole(number_pattern(0, 1000)); },
                       .number = true,
                       .range = Scalar::Range{0, 1000}};
constexpr Scalar tasks{.name = "tasks",
                       .meaning = "a number, or a range such as `2..6`",
                       .accepts = accepts<parse_tasks>,
                       .pattern =
                           [] {
                               return fmt::format("^({}|{}\\.\\.{})$", number_pattern(0, 1000), number_pattern(1, 1000),
                                                  number_pattern(1, 1000));
                           },
                       .wider = "whether a range's end is below its start",
                       .number = true,
                       .range = Scalar::Range{0, 1000}};
constexpr Scalar cpu{.name = "cpu",
                     .meaning = "vCPU such as `0.25`",
                     .accepts = accepts<parse_cpu>,
                     .pattern = cpu_pattern,
                     .number = true,
                     .range = Scalar::Range{0, 64}};
constexpr Scalar bytes{
    .name = "bytes", .meaning = "a size such as `256MiB`", .accepts = accepts<parse_bytes>, .pattern = bytes_pattern};
constexpr Scalar duration{.name = "duration",
                          .meaning = "a time such as `30s`, `5m`, `12h`, `35d`",
                          .accepts = accepts<parse_duration>,
                          .pattern = [] { return whole(duration_pattern()); }};
constexpr Scalar idle{.name = "idle", .meaning = "`sleep-after 30m`", .accepts = accepts<parse_idle>, .pattern = [] {
                          return whole("sleep-after " + duration_pattern());
                      }};
constexpr Scalar truth{.name = "truth",
                       .meaning = "`true` or `false`",
                       .accepts = accepts<parse_bool>,
                       .words = [] { return Words{"true", "false"}; },
                       .truth = true};
constexpr Scalar tier{
    .name = "tier", .meaning = "`frontend` or `middleware`", .accepts = accepts<parse_tier>, .words = [] {
        return Words{to_string(Tier::frontend), to_string(Tier::middleware)};
    }};
constexpr Scalar access{
    .name = "accessWord",
    .meaning = "`read`, `readWrite` or `owner`; each includes the one before",
    .accepts = accepts<parse_access>,
    .words = [] { return Words{to_string(Access::read), to_string(Access::readWrite), to_string(Access::owner)}; }};
constexpr Scalar engine{
    .name = "engine", .meaning = "`mongodb`, `postgresql` or `redis`", .accepts = accepts<parse_engine>, .words = [] {
        return Words{to_string(Engine::mongodb), to_string(Engine::postgresql), to_string(Engine::redis)};
    }};
constexpr Scalar cache{
    .name = "role", .meaning = "`cache`", .accepts = accepts<parse_cache>, .words = [] { return Words{"cache"}; }};
constexpr Scalar asVariable{
    .name = "as", .meaning = "`env`", .accepts = accepts<parse_as_variable>, .words = [] { return Words{"env"}; }};
constexpr Scalar given{.name = "given", .meaning = "`per tenant`", .accepts = accepts<parse_given>, .words = [] {
                           return Words{"per tenant"};
                       }};
constexpr Scalar make{
    .name = "make", .meaning = "random bytes such as `32 bytes`", .accepts = accepts<parse_make>, .pattern = [] {
        return whole(number_pattern(16, 1024) + " bytes");
    }};
constexpr Scalar when{
    .name = "when", .meaning = "`before-release` or `after-create`", .accepts = accepts<parse_when>, .words = [] {
        return Words{to_string(Job::When::beforeRelease), to_string(Job::When::afterCreate)};
    }};
constexpr Scalar overlap{
    .name = "overlap", .meaning = "`allow` or `forbid`", .accepts = accepts<parse_overlap>, .words = [] {
        return Words{"allow", "forbid"};
    }};
constexpr Scalar schedule{.name = "schedule",
                          .meaning = "`02:00 Europe/Madrid`, or once a week `Sun 03:00 Europe/Madrid`",
                          .accepts = accepts<parse_schedule>,
                          .pattern = [] { return fmt::format("^({} )?{} {}$", weekday, clock, zone); },
                          .wider = zoneNames};
constexpr Scalar freeze{.name = "freeze",
                        .meaning = "`Fri 18:00 - Mon 07:00 Europe/Madrid`",
                        .accepts = accepts<parse_freeze>,
                        .pattern = [] { return fmt::format("^{0} {1} - {0} {1} {2}$", weekday, clock, zone); },
                        .wider = zoneNames};
constexpr Scalar date{.name = "date",
                      .meaning = "a day such as `2027-06-30`",
                      .accepts = accepts<parse_date>,
                      .pattern = [] { return whole("2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"); },
                      .wider = calendar};
constexpr Scalar hostPort{.name = "hostPort",
                          .meaning = "a name and port outside such as `api.bureau.example:443`",
                          .accepts = accepts<parse_host_port>,
                          .pattern = [] { return host_pattern(":" + number_pattern(1, 65535)); }};
constexpr Scalar claim{.name = "claim",
                       .meaning = "a claim such as `NET-7` that may be violated for a while",
                       .accepts = accepts<parse_claim>,
                       .words = claim_words};
constexpr Scalar where{
    .name = "where", .meaning = "`TENANT/STAGE`, each may be `*`", .accepts = accepts<parse_where>, .pattern = [] {
        return fmt::format("^(\\*|{0})/(\\*|{0})$", label);
    }};
constexpr Scalar share{.name = "share",
                       .meaning = "a share of all such as `25%`, cumulative",
                       .accepts = accepts<parse_share>,
                       .pattern = [] { return whole(number_pattern(1, 100) + "%"); }};
constexpr Scalar region{
    .name = "region", .meaning = "an AWS region such as `eu-west-1`", .accepts = accepts<parse_region>, .pattern = [] {
        return whole("[a-z-]*-[a-z-]*-" + number_pattern(1, 99));
    }};
constexpr Scalar account{.name = "awsAccount",
                         .meaning = "12 digits, in quotes",
                         .accepts = accepts<parse_account>,
                         .pattern = [] { return whole("[0-9]{12}"); },
                         .number = true,
                         .range = Scalar::Range{0, 999'999'999'999}};

std::span<const Scalar* const> all() {
    static constexpr std::array list{
        &platformName, &jobName,    &accessName, &tenantName, &stageName, &serviceName,  &storeName,    &secretName,
        &hostName,     &pathPrefix, &imageRef,   &envKey,     &freeText,  &staticFolder, &relativePath, &include,
        &pool,         &range,      &block,      &zones,      &port,      &count,        &tasks,        &cpu,
        &bytes,        &duration,   &idle,       &truth,      &tier,      &access,       &engine,       &cache,
        &asVariable,   &given,      &make,       &when,       &overlap,   &schedule,     &freeze,       &date,
        &hostPort,     &claim,      &where,      &share,      &region,    &account};
    return list;
}

}  // namespace scalars
}  // namespace tenantry::model
