#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/base/check.hpp>
#include <tenantry/host/vault.hpp>
#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

using world::Placement;

constexpr std::string_view magic = "TNSEAL1\n";
constexpr std::size_t headSize = magic.size() + sizeof(std::uint32_t) + sizeof(std::int64_t) + sizeof(std::uint8_t);
constexpr std::size_t nonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t keySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t longestName = 200;

const unsigned char* unsigned_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* unsigned_bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    randombytes_buf(bytes.data(), size);
    return bytes;
}

// Little-endian, as every machine is that Debian's amd64 and arm64 run on.
template <class Number>
void append(std::string& bytes, Number number) {
    std::array<char, sizeof(Number)> raw{};
    std::memcpy(raw.data(), &number, sizeof(number));
    bytes.append(raw.data(), raw.size());
}
template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
    Number number{};
    std::memcpy(&number, bytes.data() + at, sizeof(number));
    return number;
}

struct Head {
    std::uint32_t version = 1;
    std::int64_t made = 0;  // seconds since 1970
    SecretOrigin origin = SecretOrigin::made;
};
std::string text_of(const Head& head) {
    std::string text(magic);
    append(text, head.version);
    append(text, head.made);
    append(text, static_cast<std::uint8_t>(head.origin));
    return text;
}
std::optional<Head> head_of(std::string_view file) {
    if (file.size() < headSize + nonceSize + tagSize || !file.starts_with(magic)) return std::nullopt;
    const bool given = number_at<std::uint8_t>(file, headSize - 1) != 0;  // who changed it finds that it does not open
    return Head{number_at<std::uint32_t>(file, magic.size()),
                number_at<std::int64_t>(file, magic.size() + sizeof(std::uint32_t)),
                given ? SecretOrigin::given : SecretOrigin::made};
}

// What a file is sealed for: neither part holds a zero byte.
std::string place_of(std::string_view head, const Placement& placement, std::string_view name) {
    std::string place(head);
    return place.append(placement.str()).append(1, '\0').append(name);
}

Result<void> check_name(std::string_view name) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    if (name.empty() || name.size() > longestName || name[0] == '.' ||
        name.find_first_not_of(letters) != std::string_view::npos)
        return fail("`{}` is no name of a secret", name);
    return {};
}

// link(2) does not replace: of two that make the key at once, both take the first one's.
Result<void> make_key(const std::filesystem::path& path) {
    const std::filesystem::path temporary = path.parent_path() / (".machine.key." + random_id());
    const Secret key(random_bytes(keySize));
    TRY_VOID(write_whole(temporary, key.reveal(), 0600));
    const bool linked = link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST;
    const int error = errno;
    unlink(temporary.c_str());
    if (!linked) return fail("{}", reason(error));
    // What is sealed with it may reach the disk only after it.
    const Descriptor folder(open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() < 0 || fsync(folder.number()) != 0) return fail("{}", reason(errno));
    return {};
}

Result<Secret> machine_key(const std::filesystem::path& folder) {
    TENANTRY_CHECK(sodium_init() >= 0, "libsodium begins");
    static std::mutex one;  // its maker looks first
    const std::lock_guard lock(one);
    const std::filesystem::path path = folder / "machine.key";
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0 && errno == ENOENT) {
        TRY_VOID(make_folder(folder));
        TRY_VOID(wrap(make_key(path), "making {}", path.string()));
    }
    Secret key(TRY(read_small(path)));
    if (key.reveal().size() != keySize) return fail("{} holds no key: restore it from a backup", path.string());
    return key;
}

std::filesystem::path folder_of(const std::string& state, const Placement& placement) {
    return std::filesystem::path(state) / "placements" / placement.platform / placement.environment / "secrets";
}

struct Opened {
    Head head;
    Secret value;
};

Result<Opened> open_file(std::string_view file, const Secret& key, const Placement& placement, std::string_view name) {
    const auto head = head_of(file);
    const std::string place = place_of(file.substr(0, std::min(headSize, file.size())), placement, name);
    std::string value(head ? file.size() - headSize - nonceSize - tagSize : 0, '\0');
    const auto opens = [&] {
        const std::string_view sealed = file.substr(headSize + nonceSize);
        unsigned long long size = 0;
        return crypto_aead_xchacha20poly1305_ietf_decrypt(
                   unsigned_bytes(value), &size, nullptr, unsigned_bytes(sealed), sealed.size(), unsigned_bytes(place),
                   place.size(), unsigned_bytes(file.substr(headSize)), unsigned_bytes(key.reveal())) == 0;
    };
    if (!head || !opens())
        return fail(
            "it was changed, belongs to another place, or was sealed with another machine's key: restore it and "
            "machine.key from one backup, or remove the file for a new secret");
    return Opened{*head, Secret(std::move(value))};
}

std::string sealed(const Head& head, const Secret& value, const Secret& key, const Placement& placement,
                   std::string_view name) {
    std::string file = text_of(head);
    const std::string place = place_of(file, placement, name), nonce = random_bytes(nonceSize);
    std::string box(value.reveal().size() + tagSize, '\0');
    unsigned long long size = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(unsigned_bytes(box), &size, unsigned_bytes(value.reveal()),
                                               value.reveal().size(), unsigned_bytes(place), place.size(), nullptr,
                                               unsigned_bytes(nonce), unsigned_bytes(key.reveal()));
    return file.append(nonce).append(box);
}

Result<std::optional<Opened>> look(const std::string& state, const Placement& placement, std::string_view name) {
    TRY_VOID(check_name(name));
    const std::filesystem::path path = folder_of(state, placement) / name;
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    const std::string file = TRY(read_small(path));
    const Secret key = TRY(machine_key(state));
    return TRY(wrap(open_file(file, key, placement, name), "opening {}", path.string()));
}

std::string base64url(const std::string& bytes) {
    constexpr int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), form), '\0');
    sodium_bin2base64(text.data(), text.size(), unsigned_bytes(bytes), bytes.size(), form);
    text.pop_back();  // its zero byte
    return text;
}

SecretInfo info_of(std::string_view name, const Head& head) {
    return {std::string(name), std::chrono::sys_seconds(std::chrono::seconds(head.made)), head.version, head.origin};
}

// Those who change a placement's secrets look first and then write.
std::unique_lock<std::mutex> alone(const Placement& placement) {
    static std::array<std::mutex, 64> mutexes;
    return std::unique_lock(mutexes[std::hash<std::string>()(placement.str()) % mutexes.size()]);
}

// `value` gets the value that there is, and gives the one that shall be.
template <class Value>
Result<std::uint32_t> change(const std::string& state, const Placement& placement, std::string_view name,
                             SecretOrigin origin, Value value) {
    const auto change = [&]() -> Result<std::uint32_t> {
        const auto lock = alone(placement);
        const auto before = TRY(look(state, placement, name));
        const Secret after = value(before ? &before->value : nullptr);
        if (before && before->head.origin == origin && before->value.reveal() == after.reveal())
            return before->head.version;
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const Head head{before ? before->head.version + 1 : 1, now.time_since_epoch().count(), origin};
        const Secret key = TRY(machine_key(state));
        const std::filesystem::path folder = folder_of(state, placement);
        TRY_VOID(make_folder(folder, 0700));
        TRY_VOID(write_whole(folder / name, sealed(head, after, key, placement, name), 0600));
        return head.version;
    };
    return wrap(change(), "keeping the secret {} of {}", name, placement.str());
}

Secret random_value(std::size_t bytes) {
    TENANTRY_CHECK(sodium_init() >= 0, "libsodium begins");
    const Secret random(random_bytes(bytes));
    return Secret(base64url(random.reveal()));
}

}  // namespace

void Secret::wipe() noexcept {
    // A short value lies in the string itself, a longer one in its memory; both are within its capacity.
    value_.resize(value_.capacity());
    sodium_memzero(value_.data(), value_.size());
    value_.clear();
}

Result<std::optional<Secret>> Vault::get(const Placement& placement, std::string_view name) const {
    auto opened = TRY(wrap(look(folder_, placement, name), "reading the secret {} of {}", name, placement.str()));
    if (!opened) return std::nullopt;
    return std::move(opened->value);
}

Result<Secret> Vault::get_or_make(const Placement& placement, std::string_view name, std::size_t bytes) const {
    if (auto there = TRY(get(placement, name))) return *std::move(there);
    Secret made;
    TRY_VOID(change(folder_, placement, name, SecretOrigin::made,
                    [&](const Secret* before) { return made = before != nullptr ? *before : random_value(bytes); }));
    return made;
}

Result<std::uint32_t> Vault::set(const Placement& placement, std::string_view name, const Secret& value,
                                 SecretOrigin origin) const {
    return change(folder_, placement, name, origin, [&](const Secret* /*before*/) { return value; });
}

Result<std::uint32_t> Vault::renew(const Placement& placement, std::string_view name, std::size_t bytes) const {
    return change(folder_, placement, name, SecretOrigin::made,
                  [&](const Secret* /*before*/) { return random_value(bytes); });
}

Result<std::optional<SecretInfo>> Vault::info(const Placement& placement, std::string_view name) const {
    const auto opened = TRY(wrap(look(folder_, placement, name), "reading the secret {} of {}", name, placement.str()));
    if (!opened) return std::nullopt;
    return info_of(name, opened->head);
}

Result<std::vector<SecretInfo>> Vault::list(const Placement& placement) const {
    std::vector<SecretInfo> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_of(folder_, placement), error)) {
        const std::string name = entry.path().filename().string();
        if (!check_name(name)) continue;  // `.NAME.tmp` of a write that was interrupted
        const auto opened = TRY(wrap(look(folder_, placement, name), "listing the secrets of {}", placement.str()));
        if (!opened) continue;
        found.push_back(info_of(name, opened->head));
    }
    std::ranges::sort(found, {}, &SecretInfo::name);
    return found;
}

Result<std::vector<Placement>> Vault::placements(const std::string& platform) const {
    std::vector<Placement> found;
    std::error_code error;
    const std::filesystem::path top = std::filesystem::path(folder_) / "placements" / platform;
    for (const auto& tenant : std::filesystem::directory_iterator(top, error))
        for (const auto& stage : std::filesystem::directory_iterator(tenant.path(), error))
            if (std::filesystem::is_directory(stage.path() / "secrets", error))
                found.push_back({platform, tenant.path().filename().string() + "/" + stage.path().filename().string()});
    std::ranges::sort(found);
    return found;
}

Result<void> Vault::remove(const Placement& placement, std::string_view name) const {
    TRY_VOID(check_name(name));
    const auto lock = alone(placement);
    return wrap(remove_tree(folder_of(folder_, placement) / name), "removing the secret {} of {}", name,
                placement.str());
}

Result<void> Vault::remove_all(const Placement& placement) const { return remove_tree(folder_of(folder_, placement)); }

}  // namespace tenantry::host
