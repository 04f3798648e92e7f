#include <charconv>
#include <set>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/wire/codec.hpp>
#include <tenantry/world/json.hpp>

namespace tenantry::world {

BOOST_DESCRIBE_STRUCT(LogLine, (), (time, stream, text))
BOOST_DESCRIBE_STRUCT(TaskUsage, (), (placement, task, pid, cpuNs, memory, mostMemory, processes, mostProcesses))
BOOST_DESCRIBE_STRUCT(Usage, (), (atNs, tasks))
BOOST_DESCRIBE_STRUCT(EventRecord, (), (number, at, placement, task, what, why, by, inLedger))

}  // namespace tenantry::world

namespace tenantry::wire {

BOOST_DESCRIBE_STRUCT(Bundle, (), (version, files, lock, images))
BOOST_DESCRIBE_STRUCT(UpRequest, (), (bundle, environments, onViolation))
BOOST_DESCRIBE_STRUCT(DownRequest, (), (version, placements, destroyData))
BOOST_DESCRIBE_STRUCT(Answer, (), (version, placements, error))
BOOST_DESCRIBE_STRUCT(ImageAnswer, (), (digest, error))
BOOST_DESCRIBE_STRUCT(Applied, (), (state, error))
BOOST_DESCRIBE_STRUCT(Observed, (), (texts, error))
BOOST_DESCRIBE_STRUCT(Logs, (), (lines, place, error))
BOOST_DESCRIBE_STRUCT(Usage, (), (usage, error))
BOOST_DESCRIBE_STRUCT(Events, (), (events, last, error))
BOOST_DESCRIBE_STRUCT(ExecRequest, (), (version, placement, task, command, descriptors, terminal, terminalType))
BOOST_DESCRIBE_STRUCT(ExecAnswer, (), (code, error))
BOOST_DESCRIBE_STRUCT(ProbeTarget, (), (address, port, source))
BOOST_DESCRIBE_STRUCT(ProbeRequest, (), (version, placement, task, targets))
BOOST_DESCRIBE_STRUCT(ProbeAnswer, (), (arrived, error))
BOOST_DESCRIBE_STRUCT(Authority, (), (certificate, error))
BOOST_DESCRIBE_STRUCT(KeptSecret, (), (name, version, madeAt, given))
BOOST_DESCRIBE_STRUCT(KeptSecrets, (), (placement, secrets))
BOOST_DESCRIBE_STRUCT(Secrets, (), (placements, error))
BOOST_DESCRIBE_STRUCT(SecretAnswer, (), (version, rolls, error))
BOOST_DESCRIBE_STRUCT(RotateRequest, (), (version, placement, name))
BOOST_DESCRIBE_STRUCT(RotateAnswer, (), (names, rolls, error))
BOOST_DESCRIBE_STRUCT(Certificate, (), (placement, hosts, serial, until))
BOOST_DESCRIBE_STRUCT(Certificates, (), (certificates, error))
BOOST_DESCRIBE_STRUCT(RenewRequest, (), (version, placements))
BOOST_DESCRIBE_STRUCT(JobRequest, (), (version, placement, job, reset))
BOOST_DESCRIBE_STRUCT(JobAnswer, (), (run, error))

namespace {

constexpr std::size_t mostFiles = 10'000;

Result<std::size_t> take_number(std::string_view& bytes, char end) {
    std::size_t number = 0;
    const auto [at, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), number);
    if (error != std::errc() || at == bytes.data() + bytes.size() || *at != end)
        return fail("a length in the image is missing");
    bytes.remove_prefix(static_cast<std::size_t>(at - bytes.data()) + 1);
    return number;
}

Result<std::string> take_bytes(std::string_view& bytes, std::size_t count) {
    if (count > bytes.size()) return fail("the image ends in the middle of a file");
    std::string taken(bytes.substr(0, count));
    bytes.remove_prefix(count);
    return taken;
}

}  // namespace

template <class T>
std::string encode(const T& message) {
    return world::to_json(message);
}
template <class T>
Result<T> decode(std::string_view text) {
    return world::from_json<T>(text);
}

#define TENANTRY_MESSAGE(Type)                      \
    template std::string encode<Type>(const Type&); \
    template Result<Type> decode<Type>(std::string_view);
TENANTRY_MESSAGE(Bundle)
TENANTRY_MESSAGE(UpRequest)
TENANTRY_MESSAGE(DownRequest)
TENANTRY_MESSAGE(Answer)
TENANTRY_MESSAGE(ImageAnswer)
TENANTRY_MESSAGE(Applied)
TENANTRY_MESSAGE(Observed)
TENANTRY_MESSAGE(Logs)
TENANTRY_MESSAGE(Usage)
TENANTRY_MESSAGE(Events)
TENANTRY_MESSAGE(ExecRequest)
TENANTRY_MESSAGE(ExecAnswer)
TENANTRY_MESSAGE(ProbeRequest)
TENANTRY_MESSAGE(ProbeAnswer)
TENANTRY_MESSAGE(Authority)
TENANTRY_MESSAGE(Secrets)
TENANTRY_MESSAGE(SecretAnswer)
TENANTRY_MESSAGE(RotateRequest)
TENANTRY_MESSAGE(RotateAnswer)
TENANTRY_MESSAGE(Certificates)
TENANTRY_MESSAGE(RenewRequest)
TENANTRY_MESSAGE(JobRequest)
TENANTRY_MESSAGE(JobAnswer)
TENANTRY_MESSAGE(world::Status)
#undef TENANTRY_MESSAGE

std::string encode(const std::vector<ImageFile>& files) {
    std::string bytes;
    for (const ImageFile& file : files)
        bytes += fmt::format("{} {} {}\n{}{}", file.path.size(), file.executable ? 'x' : '-', file.bytes.size(),
                             file.path, file.bytes);
    return bytes;
}

Result<std::vector<ImageFile>> decode_image(std::string_view bytes) {
    std::vector<ImageFile> files;
    std::set<std::string, std::less<>> seen;
    while (!bytes.empty()) {
        if (files.size() == mostFiles) return fail("the image has more than {} files", mostFiles);
        const std::size_t pathSize = TRY(take_number(bytes, ' '));
        if (!bytes.starts_with("x ") && !bytes.starts_with("- ")) return fail("the mode of a file is missing");
        ImageFile file{.path = {}, .executable = bytes.front() == 'x', .bytes = {}};
        bytes.remove_prefix(2);
        const std::size_t size = TRY(take_number(bytes, '\n'));
        file.path = TRY(take_bytes(bytes, pathSize));
        if (const auto refusal = grammar::relative_path(file.path))
            return fail("the path of a file of the image {}", *refusal);
        if (!seen.insert(file.path).second) return fail("the image has the file {} twice", file.path);
        file.bytes = TRY(take_bytes(bytes, size));
        files.push_back(std::move(file));
    }
    return files;
}

}  // namespace tenantry::wire
