#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <tenantry/view/secrets.hpp>
#include <tenantry/view/status.hpp>

#include "paint.hpp"
#include "words.hpp"

namespace tenantry::view {
namespace {

using compile::SecretUse;
using std::chrono::sys_seconds;

// Below it a certificate is renewed by itself (authority.cpp of the room `host` has 30); one that is not is worth a
// look.
constexpr std::chrono::days soon{29};

std::int64_t seconds_between(sys_seconds from, sys_seconds to) { return (to - from).count(); }

std::string age_text(std::int64_t seconds) { return time_text(std::max<std::int64_t>(seconds, 0) * 1000); }

std::string_view kind_of(const SecretRow& row) {
    if (!row.use) return row.kept && row.kept->given ? "given" : "made";
    switch (row.use->kind) {
        case SecretUse::Kind::made:
            return "made";
        case SecretUse::Kind::given:
            return "given";
        case SecretUse::Kind::password:
            return "password";
    }
    return {};
}

// A value of the other kind is none: what was made once is nothing that somebody gave.
bool has_value(const SecretRow& row) {
    return row.kept && (!row.use || row.use->kind != SecretUse::Kind::given || row.kept->given);
}

std::optional<std::int64_t> due_in(const SecretRow& row, sys_seconds now) {
    if (!row.use || !row.use->rotate || !has_value(row)) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(*row.use->rotate).count() -
           seconds_between(row.kept->since, now);
}

std::string state_text(const SecretRow& row, sys_seconds now, const Paint& paint) {
    if (!row.use) return "named by no file any more";
    if (row.is_missing())
        return paint(Color::red, fmt::format("missing: `tenantry secret set {} {}`", row.environment, row.name));
    if (!has_value(row)) return "made by the first `up`";
    const auto due = due_in(row, now);
    if (!due) return {};
    if (*due > 0) return "due in " + age_text(*due);
    return paint(Color::yellow, fmt::format("due since {}: `tenantry secret rotate {} {}`", age_text(-*due),
                                            row.environment, row.name));
}

std::string utc(sys_seconds at) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(at.time_since_epoch().count())));
}

}  // namespace

bool SecretRow::is_missing() const { return use && use->kind == SecretUse::Kind::given && !has_value(*this); }

std::vector<SecretRow> secret_rows(const blueprint::Blueprint& blueprint, std::span<const std::string> environments,
                                   const KeptSecrets& kept) {
    std::vector<SecretRow> rows;
    for (const blueprint::Environment& environment : blueprint.environments) {
        const std::string name = environment.name();
        if (std::ranges::find(environments, name) == environments.end()) continue;
        const auto of = kept.find(name);
        std::map<std::string, KeptSecret> left = of == kept.end() ? std::map<std::string, KeptSecret>() : of->second;
        for (SecretUse& use : compile::secret_uses(blueprint.shape(environment))) {
            SecretRow row{name, use.name, {}, {}};
            if (const auto value = left.find(use.name); value != left.end()) row.kept = value->second;
            left.erase(use.name);
            row.use = std::move(use);
            rows.push_back(std::move(row));
        }
        for (const auto& [secret, value] : left) rows.push_back({name, secret, {}, value});
    }
    return rows;
}

std::string secrets_text(std::span<const SecretRow> rows, sys_seconds now, const Style& style) {
    const Paint paint(style.color);
    if (rows.empty()) return "No environment that was named has a secret.\n";
    std::string out, environment;
    for (const SecretRow& row : rows) {
        if (row.environment != environment) {
            environment = row.environment;
            out += paint(Color::bold, environment) + "\n";
        }
        const std::string age = has_value(row) ? age_text(seconds_between(row.kept->since, now)) : "";
        std::string line = fmt::format("  {:<28} {:<8} {:>4} {:>7}  ", row.name, kind_of(row),
                                       has_value(row) ? fmt::format("v{}", row.kept->version) : "", age);
        std::string readers;
        if (row.use)
            for (const std::string& reader : row.use->readers) readers += (readers.empty() ? "" : ", ") + reader;
        line += fmt::format("{:<24} {}", readers, state_text(row, now, paint));
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

void secrets_json(std::span<const SecretRow> rows, sys_seconds now, JsonText& json) {
    json.key("secrets").array();
    for (const SecretRow& row : rows) {
        json.object(Layout::line).member("environment", row.environment).member("name", row.name);
        json.member("kind", kind_of(row)).member("present", has_value(row)).member("missing", row.is_missing());
        json.member("inFile", row.use.has_value());
        if (has_value(row)) {
            json.member("valueVersion", row.kept->version).member("since", utc(row.kept->since));
            json.member("ageSeconds", seconds_between(row.kept->since, now));
        }
        if (const auto due = due_in(row, now)) json.member("dueInSeconds", *due);
        json.key("readers").array();
        if (row.use)
            for (const std::string& reader : row.use->readers) json.value(reader);
        json.end().end();
    }
    json.end();
}

std::string certificates_text(std::span<const CertificateRow> rows, sys_seconds now, const Style& style) {
    const Paint paint(style.color);
    if (rows.empty()) return "No environment that was named has a certificate.\n";
    std::string out;
    for (const CertificateRow& row : rows) {
        const auto days = std::chrono::floor<std::chrono::days>(row.until - now);
        const std::string left = fmt::format("{:>4} days", days.count());
        std::string hosts;
        for (const std::string& host : row.hosts) hosts += (hosts.empty() ? "" : ", ") + host;
        out += fmt::format("{:<24} {}  until {}  {}  {}\n", row.environment,
                           days < soon ? paint(Color::red, left) : left, utc(row.until), row.serial, hosts);
    }
    return out;
}

void certificates_json(std::span<const CertificateRow> rows, sys_seconds now, JsonText& json) {
    json.key("certificates").array();
    for (const CertificateRow& row : rows) {
        json.object(Layout::line).member("environment", row.environment).member("serial", row.serial);
        json.member("until", utc(row.until));
        json.member("daysLeft", std::chrono::floor<std::chrono::days>(row.until - now).count());
        json.key("hosts").array();
        for (const std::string& host : row.hosts) json.value(host);
        json.end().end();
    }
    json.end();
}

}  // namespace tenantry::view
