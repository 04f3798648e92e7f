#include "control_file.hpp"

#include <cstring>

namespace tenantry::host {
namespace {

constexpr std::size_t controlSize = 8192;  // PG_CONTROL_FILE_SIZE
constexpr std::size_t nonceSize = 32;      // MOCK_AUTH_NONCE_LEN
// The struct has some 300 bytes and is at most PG_CONTROL_MAX_SAFE_SIZE, so that writing it is atomic.
constexpr std::size_t shortest = 128, longest = 512;
constexpr std::size_t logSystemAt = 24;

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
    Number number{};
    std::memcpy(&number, bytes.data() + at, sizeof(number));
    return number;
}
template <class Number>
void put_number(std::string& bytes, std::size_t at, Number number) {
    std::memcpy(bytes.data() + at, &number, sizeof(number));
}

constexpr std::array<std::uint32_t, 256> table() {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t byte = 0; byte < made.size(); ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0x82f63b78U : 0);
        made[byte] = rest;
    }
    return made;
}

// The checksum is the struct's last member, right behind the nonce, and is of all before it. Where the members before
// lie differs between versions, so that its place is found by what it says.
Result<std::size_t> checksum_place(std::string_view control) {
    if (control.size() != controlSize) return fail("pg_control has {} bytes, not {}", control.size(), controlSize);
    for (std::size_t at = shortest; at + sizeof(std::uint32_t) <= longest; at += sizeof(std::uint32_t))
        if (number_at<std::uint32_t>(control, at) == crc32c(control.substr(0, at))) return at;
    return fail("pg_control is broken, or of a form that is not known here");
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    static constexpr auto rows = table();
    std::uint32_t rest = ~0U;
    for (const char byte : bytes) rest = (rest >> 8) ^ rows[(rest ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~rest;
}

Result<std::uint64_t> system_of_control(std::string_view control) {
    TRY_VOID(checksum_place(control));
    return number_at<std::uint64_t>(control, 0);
}

Result<std::string> with_identity(std::string control, const ClusterIdentity& identity) {
    const std::size_t checksum = TRY(checksum_place(control));
    put_number(control, 0, identity.system);
    std::memcpy(control.data() + checksum - nonceSize, identity.nonce.data(), nonceSize);
    put_number(control, checksum, crc32c(std::string_view(control).substr(0, checksum)));
    return control;
}

Result<std::string> with_system(std::string log, std::uint64_t from, std::uint64_t to) {
    if (log.size() < logSystemAt + sizeof(to) || number_at<std::uint64_t>(log, logSystemAt) != from)
        return fail("the write-ahead log is not of this cluster, or of a form that is not known here");
    put_number(log, logSystemAt, to);
    return log;
}

}  // namespace tenantry::host
