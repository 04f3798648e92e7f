"""Things that do not belong in src/. A use that has a good reason is listed here with that reason."""

import re

import pytest

pytestmark = pytest.mark.fast

SIGNS = {
    "a shell or a program run as text": r"\b(system|popen|execlp|execvp)\s*\(",
    "a network tool as a process": r"\"(ip netns|nft |ip link|ip addr)",
    "unfinished work": r"\b(TODO|FIXME|XXX|HACK|for now|stub|placeholder|not implemented)\b",
    "an error that is forgotten": r"catch\s*\(\s*\.\.\.\s*\)\s*\{\s*\}",
}
IN_TESTS = {"a fixed sleep": r"\b(sleep|usleep|sleep_for|sleep_until)\s*\("}
# Rooms that touch the world or speak to a person; all others are pure.
IMPURE = {"host", "cloud", "store", "engine", "api", "client", "apps"}
IN_PURE_ROOMS = {
    "an order that depends on a hash": r"#include <unordered_(map|set)>",
    "a clock": r"\b(system_clock|steady_clock|gettimeofday|clock_gettime)\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)",
    "chance": r"#include <random>|\brandom_device\b|\b(rand|getrandom|randombytes_buf)\s*\(",
    "a file": r"#include <(fstream|cstdio|unistd\.h|fcntl\.h)>|\bfopen\s*\(",
    "the environment of the process": r"\bgetenv\s*\(",
}
# (file below src/, sign) -> why it is right there.
REASONS = {
    ("src/targets/local_emit/syscalls.cpp", "a clock"): "names of the system calls that a task may make",
    ("src/proof/verify/published.cpp", "a clock"): "names of the system calls that a task may make, as they are published",
    ("src/base/base/check.cpp", "a file"): "a bug of ours is told on stderr before the program ends",
}


def texts(top, pattern):
    return {path.relative_to(top).as_posix(): path.read_text() for path in sorted(top.glob(pattern))}


def found(texts, signs):
    return [
        f"{path}:{number}: {sign}: {line.strip()}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        for sign, pattern in signs.items()
        if re.search(pattern, line) and (path, sign) not in REASONS
    ]


def is_pure(path):
    return path.split("/")[2] not in IMPURE and not path.endswith("_test.cpp")


def code(top):
    return texts(top, "src/**/*.[ch]pp")


def test_no_sign_of_a_toy_in_src(top):
    assert code(top), "there is something to look at"
    assert found(code(top), SIGNS) == []


def test_no_fixed_sleep_in_tests(top):
    tests = {path: text for path, text in code(top).items() if path.endswith("_test.cpp")}
    tests |= texts(top, "tests/**/*.[ch]pp") | texts(top, "tests/e2e/**/*.py")
    assert found(tests, IN_TESTS) == []


def test_pure_rooms_touch_nothing(top):
    assert found({path: text for path, text in code(top).items() if is_pure(path)}, IN_PURE_ROOMS) == []


def test_every_reason_is_still_needed(top):
    everything = SIGNS | IN_PURE_ROOMS
    for path, sign in REASONS:
        assert re.search(everything[sign], (top / path).read_text()), f"{path} no longer shows {sign}"


@pytest.mark.parametrize("line", ['system("ls");', 'run("ip netns add x");', "// TODO later", "try {} catch (...) {}"])
def test_the_signs_are_recognised(line):
    assert found({"src/base/base/x.cpp": line}, SIGNS)
