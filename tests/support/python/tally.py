"""Counts tests from JUnit XML: the last line of `./dev all`. How it counts: docs/decisions/0001-what-make-test-counts.md"""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


PASSED, FAILED, SKIPPED = Tally(passed=1), Tally(failed=1), Tally(skipped=1)


def parse(line):
    """What str() of a tally says; anything else is the end of a program that did not get so far, a failure."""
    found = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped", line.strip())
    return Tally(*map(int, found.groups())) if found else FAILED


def total(tallies):
    return sum(tallies, Tally())


def of_check(ok):
    """A check that is no test program: formatting, clang-tidy."""
    return PASSED if ok else FAILED


def cases(path):
    return ElementTree.parse(path).getroot().iter("testcase")


def of_case(case):
    """One <testcase> of GoogleTest, pytest or ctest."""
    children = {child.tag for child in case}
    if children & {"failure", "error"} or case.get("status") == "fail":
        return FAILED
    if "skipped" in children or case.get("status") in ("notrun", "disabled"):
        return SKIPPED
    return PASSED


def of_junit(path):
    return total(of_case(case) for case in cases(path))


def of_ctest(report, commands, details):
    """What ctest ran (`report`), with the cases inside GoogleTest programs instead of the programs themselves.

    `commands` maps the name of every known test to its argument list, `details` is the folder of GoogleTest's own
    reports. A known test that is not in the report was left out and counts as skipped. A program whose own report
    shows no failure though ctest saw one (a crash, a leak, a time-out) counts as failed once more.
    """
    tally = total(of_junit(xml) for xml in Path(details).glob("*.xml"))
    seen = set()
    for case in cases(report):
        name = case.get("name")
        seen.add(name)
        own = [Path(details) / (Path(arg).name + ".xml") for arg in commands.get(name, [])]
        own = [xml for xml in own if xml.exists()]
        if not own:
            tally += FAILED if could_not_start(case) else of_case(case)
        elif of_case(case) == FAILED and total(map(of_junit, own)).failed == 0:
            tally += FAILED
    return tally + Tally(skipped=len(commands.keys() - seen))


def could_not_start(case):
    """ctest calls a test whose program is missing `notrun`, which must not look like a skip."""
    skipped = case.find("skipped")
    return case.get("status") == "notrun" and skipped is not None and "SKIP" not in skipped.get("message", "")
