#include "grammars.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <tenantry/base/error.hpp>
#include <tenantry/model/keys.hpp>

namespace tenantry::model {

std::expected<bool, Refusal> parse_bool(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    const auto near = did_you_mean(text, std::array<std::string_view, 2>{"true", "false"});
    return std::unexpected("must be `true` or `false`" + (near ? fmt::format("; did you mean `{}`?", *near) : ""));
}

std::expected<std::uint8_t, Refusal> parse_block(std::string_view text) {
    if (text.starts_with('/'))
        if (const auto number = parse_number(text.substr(1), 16, 22)) return static_cast<std::uint8_t>(*number);
    return std::unexpected("must be the size of one environment's block, /22 to /16");
}

std::expected<std::uint8_t, Refusal> parse_zones(std::string_view text) {
    return static_cast<std::uint8_t>(TRY(parse_number(text, 1, 4)));
}

// Only RFC 1918 ranges and RFC 6598 may be pools: anything else would hide a part of the Internet from the tasks.
std::expected<Cidr, Refusal> parse_pool(std::string_view text) {
    const auto range = Cidr::parse(text);
    if (!range) return std::unexpected("is no range: " + range.error());
    for (const char* allowed : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"})
        if (Cidr::parse(allowed)->contains(*range)) return *range;
    return std::unexpected(
        "must lie in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) or 100.64.0.0/10 (RFC 6598)");
}

std::expected<Cidr, Refusal> parse_range(std::string_view text) {
    auto range = Cidr::parse(text);
    if (!range) return std::unexpected("is no range: " + range.error());
    return *range;
}

std::expected<Duration, Refusal> parse_idle(std::string_view text) {
    constexpr std::string_view word = "sleep-after ";
    if (text.starts_with(word))
        if (const auto time = parse_duration(text.substr(word.size()))) return *time;
    return std::unexpected("must be `sleep-after` and a time, as in `sleep-after 30m`");
}

std::expected<StageName, Refusal> parse_stage_name(std::string_view text) {
    if (text.find('-') != std::string_view::npos)
        return std::unexpected("may not hold a hyphen, because `TENANT-STAGE` must be read in one way only");
    if (text == "include") return std::unexpected("is a word of the language");
    for (const Key& key : keys::tenant())
        if (key.name == text) return std::unexpected("is a key of every tenant");
    for (const Key& key : keys::delivery())
        if (key.name == text) return std::unexpected("is a key of `delivery`");
    return StageName::parse(text);
}

// Names of regions: `eu-west-1`, `us-gov-east-1` (AWS General Reference, "Regional endpoints").
std::expected<std::string, Refusal> parse_region(std::string_view text) {
    const std::size_t dash = text.rfind('-');
    const bool number = dash != std::string_view::npos && parse_number(text.substr(dash + 1), 1, 99).has_value();
    const std::string_view area = text.substr(0, std::min(dash, text.size()));
    if (!number || area.find('-') == std::string_view::npos ||
        area.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") != std::string_view::npos)
        return std::unexpected("must be an AWS region, as in `eu-west-1`");
    return std::string(text);
}

std::expected<std::string, Refusal> parse_account(std::string_view text) {
    if (text.size() != 12 || text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::unexpected("must be an AWS account, 12 digits in quotes");
    return std::string(text);
}

std::expected<FilePath, Refusal> parse_static_folder(std::string_view text) {
    auto path = TRY(FilePath::parse(text));
    const std::string_view first = std::string_view(text).substr(1, text.find('/', 1) - 1);
    if (std::ranges::find(takenFolders, first) == takenFolders.end()) return path;
    return std::unexpected(
        fmt::format("must not lie in /{}, which every task has; write a folder such as `/srv/www`", first));
}

std::expected<Tier, Refusal> parse_tier(std::string_view text) {
    if (const auto tier = tier_from_string(text)) return *tier;
    return std::unexpected("must be `frontend` or `middleware`");
}

std::expected<Access, Refusal> parse_access(std::string_view text) {
    if (const auto access = access_from_string(text)) return *access;
    return std::unexpected("must be `read`, `readWrite` or `owner`");
}

std::expected<HostPort, Refusal> parse_host_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const bool hasScheme = text.find("://") != std::string_view::npos;
    const auto port =
        colon == std::string_view::npos ? std::nullopt : std::optional(parse_port(text.substr(colon + 1)));
    if (!port || !*port || hasScheme)
        return std::unexpected(Refusal("must be a host name and a port, as in `api.bureau.example:443`") +
                               (hasScheme ? ", without `https://` or a path" : ""));
    return HostPort{TRY(HostName::parse(text.substr(0, colon))), **port};
}

std::expected<Job::When, Refusal> parse_when(std::string_view text) {
    for (const Job::When when : {Job::When::beforeRelease, Job::When::afterCreate})
        if (to_string(when) == text) return when;
    return std::unexpected("must be `before-release` or `after-create`; a job that runs at times has `at`");
}

std::expected<bool, Refusal> parse_overlap(std::string_view text) {
    if (text == "allow") return true;
    if (text == "forbid") return false;
    return std::unexpected("must be `allow` or `forbid`");
}

std::expected<Engine, Refusal> parse_engine(std::string_view text) {
    if (const auto engine = engine_from_string(text)) return *engine;
    if (text == "mysql")
        return std::unexpected("is not supported by this version: write `mongodb`, `postgresql` or `redis`");
    return std::unexpected("must be `mongodb`, `postgresql` or `redis`");
}

std::expected<bool, Refusal> parse_cache(std::string_view text) {
    if (text == "cache") return true;
    return std::unexpected("must be `cache`; leave it out for a store whose data must be kept");
}

std::expected<bool, Refusal> parse_as_variable(std::string_view text) {
    if (text == "env") return true;
    return std::unexpected("must be `env`; leave it out to get a file alone");
}

// `32 bytes`: 16 are 128 bits, less could be guessed (NIST SP 800-57 part 1, 5.6.1).
std::expected<std::uint32_t, Refusal> parse_make(std::string_view text) {
    constexpr std::string_view unit = " bytes";
    if (text.ends_with(unit))
        if (const auto bytes = parse_number(text.substr(0, text.size() - unit.size()), 16, 1024)) return *bytes;
    return std::unexpected("must be 16 to 1024 bytes, as in `32 bytes`");
}

std::expected<bool, Refusal> parse_given(std::string_view text) {
    if (text == "per tenant") return true;
    return std::unexpected("must be `per tenant`");
}

std::expected<std::uint32_t, Refusal> parse_share(std::string_view text) {
    if (text.ends_with('%'))
        if (const auto share = parse_number(text.substr(0, text.size() - 1), 1, 100)) return *share;
    return std::unexpected("must be a share, `1%` to `100%`, or `{ tenants: [...] }`");
}

std::expected<std::uint32_t, Refusal> parse_count(std::string_view text) { return parse_number(text, 0, 1000); }

std::expected<std::string, Refusal> parse_claim(std::string_view text) {
    const auto known = claim_names();
    if (std::ranges::find(known, text) == known.end()) {
        const auto near = did_you_mean(text, known);
        return std::unexpected(near ? fmt::format("is no claim: did you mean `{}`?", *near)
                                    : Refusal("is no claim; claims look like `NET-7`"));
    }
    if (std::ranges::find(neverExcepted, text) != neverExcepted.end())
        return std::unexpected("may never be violated: isolation rests on it");
    return std::string(text);
}

std::expected<Where, Refusal> parse_where(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string_view tenant = text.substr(0, slash);
    const std::string_view stage = slash == std::string_view::npos ? "" : text.substr(slash + 1);
    if ((tenant != "*" && !TenantName::parse(tenant)) || (stage != "*" && !StageName::parse(stage)))
        return std::unexpected("must be `TENANT/STAGE`, where each may be `*`, as in `*/demo`");
    return Where{std::string(tenant), std::string(stage)};
}

std::expected<Include, Refusal> parse_include(std::string_view text) {
    const std::size_t slash = text.rfind('/');
    const std::string_view folder = slash == std::string_view::npos ? "" : text.substr(0, slash);
    const std::string_view file = slash == std::string_view::npos ? text : text.substr(slash + 1);
    const std::size_t star = file.find('*');
    std::string plain(text);
    if (folder.find('*') != std::string_view::npos) return std::unexpected("may hold one `*`, in its last part");
    // The grammar of a path, with a letter in the star's place.
    if (const std::size_t at = plain.find('*'); at != std::string::npos) plain[at] = 'x';
    if (auto refusal = grammar::relative_path(plain))
        return std::unexpected(star == std::string_view::npos ? *refusal
                                                              : *refusal + ", with one `*` in its last part");
    Include include{std::string(folder), std::string(file.substr(0, star)), "", star != std::string_view::npos, {}};
    if (include.star) include.suffix = file.substr(star + 1);
    return include;
}

std::span<const std::string_view> claim_names() {
    static constexpr std::array<std::string_view, 32> names{
        "NET-1",  "NET-2", "NET-3", "NET-4", "NET-5", "NET-6", "NET-7", "NET-8", "NET-9", "NET-10", "NET-11",
        "NET-12", "RUN-1", "RUN-2", "FS-1",  "RES-1", "ID-1",  "ID-2",  "ID-3",  "ID-4",  "DB-1",   "TLS-1",
        "TLS-2",  "TLS-3", "LOG-1", "BAK-1", "BAK-2", "CRY-1", "PUB-1", "STG-1", "DRF-1", "DEL-1"};
    return names;
}

}  // namespace tenantry::model
