#include "image_program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <elf.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t ownMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t ownMachine = EM_AARCH64;
#endif

// What execve(2) reads of a script's first line.
constexpr std::size_t mostOfScript = 256;

Result<Descriptor> open_top(const std::filesystem::path& files) {
    Descriptor top(open(files.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (top.number() < 0) return fail("opening {}: {}", files.string(), reason(errno));
    return top;
}

// As a process whose root the folder is opens it.
Descriptor open_inside(const Descriptor& top, const std::string& path, std::uint64_t flags, std::uint64_t resolve) {
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
    return Descriptor(static_cast<int>(syscall(SYS_openat2, top.number(), path.c_str(), &how, sizeof how)));
}

enum class Runs : std::uint8_t { yes, missing, notProgram };
struct Program {
    Runs runs = Runs::missing;
    Descriptor file;
};

Program open_program(const Descriptor& top, const std::string& path) {
    Program program{Runs::missing, open_inside(top, path, O_RDONLY | O_NONBLOCK, RESOLVE_IN_ROOT)};
    struct stat status{};
    if (program.file.number() < 0 || fstat(program.file.number(), &status) != 0) return program;
    program.runs = S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0 ? Runs::yes : Runs::notProgram;
    return program;
}

std::string bytes_at(const Descriptor& file, std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = pread(file.number(), bytes.data(), size, static_cast<off_t>(offset));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

template <class Header>
std::optional<Header> header_at(const Descriptor& file, std::uint64_t offset) {
    Header header{};
    const std::string bytes = bytes_at(file, offset, sizeof header);
    if (bytes.size() != sizeof header) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
}

// `#!/bin/sh -e` -> `/bin/sh`
std::string script_interpreter(std::string_view line) {
    line.remove_prefix(2);
    line = line.substr(0, line.find('\n'));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return std::string(line.substr(0, line.find_first_of(" \t")));
}

// The loader of a linked program; empty: it has none. Nothing where this machine cannot run it.
std::optional<std::string> loader_of(const Descriptor& file) {
    const auto head = header_at<Elf64_Ehdr>(file, 0);
    if (!head || head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_machine != ownMachine) return std::nullopt;
    for (std::uint64_t i = 0; i < head->e_phnum; ++i) {
        const auto part = header_at<Elf64_Phdr>(file, head->e_phoff + i * sizeof(Elf64_Phdr));
        if (!part) return std::nullopt;
        if (part->p_type != PT_INTERP) continue;
        const std::string path = bytes_at(file, part->p_offset, std::min<std::size_t>(part->p_filesz, 4096));
        return path.substr(0, path.find('\0'));
    }
    return "";
}

Result<void> check_interpreter(const Descriptor& top, const Descriptor& file, const std::string& path) {
    const std::string start = bytes_at(file, 0, mostOfScript);
    std::string interpreter;
    if (start.starts_with("#!")) {
        interpreter = script_interpreter(start);
    } else if (start.starts_with(ELFMAG)) {
        auto loader = loader_of(file);
        if (!loader) return fail("its program {} is made for another machine than this", path);
        interpreter = *std::move(loader);
    } else {
        return fail("its program {} is neither a script that begins with `#!` nor a program of Linux", path);
    }
    if (!interpreter.empty() && open_program(top, interpreter).runs != Runs::yes)
        return fail("its program {} needs {}, which the image has not", path, one_line(interpreter));
    return {};
}

std::vector<std::string> places_of(const ImageProcess& process) {
    const std::string& program = process.args.front();
    if (program.starts_with('/')) return {program};
    if (program.find('/') != std::string::npos) return {process.folder + "/" + program};
    std::vector<std::string> places;
    std::string_view folders = process.variable("PATH");
    while (!folders.empty()) {
        const std::string_view one = folders.substr(0, folders.find(':'));
        folders.remove_prefix(std::min(one.size() + 1, folders.size()));
        if (!one.empty()) places.push_back(std::string(one) + "/" + program);
    }
    return places;
}

}  // namespace

Result<void> check_program(const std::filesystem::path& files, const ImageProcess& process) {
    if (process.args.empty() || process.args.front().empty())
        return fail(
            "it has no entry point and no command, and the service names no `command`: there is nothing to run");
    const Descriptor top = TRY(open_top(files));
    bool there = false;
    for (const std::string& place : places_of(process)) {
        const Program program = open_program(top, place);
        if (program.runs == Runs::yes) return check_interpreter(top, program.file, one_line(place));
        there = there || program.runs == Runs::notProgram;
    }
    const std::string shown = one_line(process.args.front());
    if (there) return fail("its program {} is no file that may be run", shown);
    return fail("its program {} is not in the image", shown);
}

bool has_folder(const std::filesystem::path& files, const std::string& folder) {
    const auto top = open_top(files);
    return top && open_inside(*top, folder, O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT).number() >= 0;
}

Result<void> check_folder(const std::filesystem::path& files, std::string_view folder) {
    const Descriptor top = TRY(open_top(files));
    const std::string path(folder.substr(std::min(folder.find_first_not_of('/'), folder.size())));
    const Descriptor found = open_inside(top, path, O_PATH | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (found.number() < 0) return fail("it has no folder {} (a link to one is none)", folder);
    return {};
}

}  // namespace tenantry::host
