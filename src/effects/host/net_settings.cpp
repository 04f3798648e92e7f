#include "net_settings.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

namespace tenantry::host {
namespace {

const std::string forwardKey = "net.ipv4.ip_forward";
const std::string ipv6Key = "net.ipv6.conf.all.disable_ipv6";
const std::string portKey = "net.ipv4.ip_unprivileged_port_start";
const std::string reuseKey = "net.ipv4.tcp_tw_reuse";

std::string reason(int error) { return std::generic_category().message(error); }

std::string with_slashes(std::string_view key) {
    std::string path(key);
    std::ranges::replace(path, '.', '/');
    return path;
}

// Nothing: there is no such file.
Result<std::optional<std::string>> read_file(int folder, const std::string& path) {
    const Descriptor file(openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0 && errno == ENOENT) return std::nullopt;
    std::string text(4096, '\0');
    const ssize_t got = file.number() < 0 ? -1 : read(file.number(), text.data(), text.size());
    if (got < 0) return fail("reading {}: {}", path, reason(errno));
    text.resize(static_cast<std::size_t>(got));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

/// The settings of the namespace that the thread is in when it is made. The kernel finds a name beneath /proc/sys/net
/// by going through those of all namespaces: with hundreds of them, it is asked once.
class Settings {
  public:
    Settings()
        : ipv4_(open("/proc/sys/net/ipv4", O_PATH | O_CLOEXEC)),
          ipv6_(open("/proc/sys/net/ipv6", O_PATH | O_CLOEXEC)),
          hasNoIpv6_(ipv6_.number() < 0 && errno == ENOENT) {}

    [[nodiscard]] Result<std::string> read(const std::string& key) const {
        if (is_off_anyway(key)) return "1";
        const Place place = place_of(key);
        auto text = TRY(wrap(read_file(place.folder, place.path), "the setting {}", key));
        if (!text) return fail("the kernel has no setting {}", key);
        return *std::move(text);
    }

    [[nodiscard]] Result<void> write(const std::string& key, const std::string& value) const {
        // The switch of IPv6 for all is written again: that turns off the one interface that somebody turned on.
        if (key == ipv6Key ? is_off_anyway(key) : TRY(read(key)) == value) return {};
        const Place place = place_of(key);
        const Descriptor file(openat(place.folder, place.path.c_str(), O_WRONLY | O_CLOEXEC));
        if (file.number() < 0 ||
            ::write(file.number(), value.data(), value.size()) != static_cast<ssize_t>(value.size()))
            return fail("writing {} to {}: {}", value, key, reason(errno));
        return {};
    }

  private:
    struct Place {
        int folder;
        std::string path;
    };

    [[nodiscard]] Place place_of(std::string_view key) const {
        constexpr std::string_view ipv4 = "net.ipv4.", ipv6 = "net.ipv6.";
        if (key.starts_with(ipv4)) return {ipv4_.number(), with_slashes(key.substr(ipv4.size()))};
        if (key.starts_with(ipv6)) return {ipv6_.number(), with_slashes(key.substr(ipv6.size()))};
        return {AT_FDCWD, "/proc/sys/" + with_slashes(key)};
    }

    // A kernel without IPv6 has no switch for it, and it is off.
    [[nodiscard]] bool is_off_anyway(std::string_view key) const { return key.starts_with("net.ipv6.") && hasNoIpv6_; }

    Descriptor ipv4_, ipv6_;
    bool hasNoIpv6_;
};

std::string key_of(std::string_view interfaces, const LinkSetting& setting) {
    return fmt::format("net.ipv4.conf.{}.{}", interfaces, setting.name);
}

}  // namespace

Result<void> write_settings(const world::NamespaceSpec& spec) {
    const Settings settings;
    // First: it turns others over with itself (ip-sysctl: "resets all configuration parameters to their default").
    TRY_VOID(settings.write(forwardKey, spec.forwards ? "1" : "0"));
    for (const LinkSetting& setting : linkSettings)
        for (const std::string_view interfaces : {"all", "default"}) {
            const std::string value = std::to_string(wanted_setting(setting, spec.forwards));
            TRY_VOID(settings.write(key_of(interfaces, setting), value));
        }
    for (const auto& [key, value] : spec.sysctls) TRY_VOID(settings.write(key, value));
    return {};
}

Result<std::map<std::string, std::string>> read_settings(const std::vector<KernelLink>& links) {
    const Settings settings;
    std::map<std::string, std::string> found;
    for (const std::string& key : {forwardKey, ipv6Key, portKey, reuseKey}) found[key] = TRY(settings.read(key));
    const bool forwards = found[forwardKey] != "0";
    for (const LinkSetting& setting : linkSettings) {
        const std::string wanted = std::to_string(wanted_setting(setting, forwards));
        const std::string all = key_of("all", setting);
        if (std::string value = TRY(settings.read(all)); value != wanted) found[all] = std::move(value);
    }
    for (const KernelLink& link : links) {
        for (std::size_t i = 0; i < linkSettings.size(); ++i)
            if (link.settings[i] != wanted_setting(linkSettings[i], forwards))
                found[key_of(link.name, linkSettings[i])] = std::to_string(link.settings[i]);
        if (link.ipv6) found[fmt::format("net.ipv6.conf.{}.disable_ipv6", link.name)] = "0";
    }
    return found;
}

Result<std::vector<std::string>> old_tables() {
    std::vector<std::string> tables;
    for (const char* path : {"/proc/thread-self/net/ip_tables_names", "/proc/thread-self/net/arp_tables_names"}) {
        const std::string text = TRY(read_file(AT_FDCWD, path)).value_or("");
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            tables.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    return tables;
}

}  // namespace tenantry::host
