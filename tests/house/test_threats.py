"""docs/threats.md is true: the tests that it names are there, every trial of the hostile task is made, and a row that nobody tries says
why."""

import re

import pytest

pytestmark = pytest.mark.fast

REFERENCE = re.compile(r"`(\w+)\.(\w+)`")


def rows(top):
    lines = (top / "docs/threats.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")]
    return [row for row in cells if row[0] != "way"]


def defines(top, file, name):
    """A function of a file of Python, or a test of one of C++."""
    for path in (*(top / "tests").rglob(f"{file}.py"), *(top / "tests").rglob(f"{file}.cpp"), *(top / "src").rglob(f"{file}.cpp")):
        if re.search(rf"^def {name}\(|^TEST(_P|_F)?\(\w+, {name}\)", path.read_text(), re.M):
            return True
    return False


def test_each_row_has_a_test_or_a_reason(top):
    every = rows(top)
    assert len(every) > 20
    for row in every:
        assert len(row) == 3, row
        way, stops, tried = row
        if tried.startswith("nobody: "):
            assert len(tried) > 20, way
            continue
        assert stops and REFERENCE.findall(tried), f"{way}: who tries it?"
        for file, name in REFERENCE.findall(tried):
            assert defines(top, file, name), f"{way}: there is no {name} in {file}"


def test_each_scenario_of_the_hostile_task_is_named(top):
    page = (top / "docs/threats.md").read_text()
    for file in ("hostile_scenarios", "packet_scenarios", "neighbour_scenarios"):
        text = (top / f"tests/support/python/{file}.py").read_text()
        for name in re.findall(r"^def (\w+)\(cgroup\):", text, re.M):
            assert f"`{file}.{name}`" in page, name


def test_each_trial_is_made(top):
    trials = set()
    for path in (top / "tests/e2e/hostile").glob("*.cpp"):
        if path.name == "sweeps.cpp":  # its own lines are no trials
            trials |= set(re.findall(r'trials\["([a-z-]+)"', path.read_text()))
            continue
        trials |= set(re.findall(r'(?:add\(|trials\[)"([a-z0-9-]+)"', path.read_text())) - {"names"}
    scenarios = "".join((top / f"tests/support/python/{file}.py").read_text() for file in ("hostile_scenarios", "neighbour_scenarios"))
    single = {name for name in trials if f'"{name}"' not in scenarios}
    assert len(trials) > 90
    calls = (top / "tests/e2e/hostile/calls.cpp").read_text()
    assert all(re.search(rf'add\("{name}",', calls) for name in single), "`no_call_leads_out` makes every one that is a call alone"
