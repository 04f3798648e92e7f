"""`tenantryd` and `tenantry` as a user has them, in a test cell. What must hold stands in tests/support/python/live_scenarios.py,
load_scenarios.py, ops_scenarios.py, pages_scenarios.py and store_scenarios.py, a function each."""

import inspect
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import live_scenarios
import load_scenarios
import ops_scenarios
import pages_scenarios
import store_scenarios

pytestmark = pytest.mark.root

SCENARIOS = [
    (module.__name__, name)
    for module in (live_scenarios, load_scenarios, ops_scenarios, pages_scenarios, store_scenarios)
    for name, function in vars(module).items()
    if inspect.isfunction(function) and function.__module__ == module.__name__ and list(inspect.signature(function).parameters) == ["cgroup"]
]


@pytest.fixture
def cgroup():
    """A name of our own below every hierarchy; the cell does not part cgroups, so that we remove what it leaves."""
    name = f"tenantry-test-{uuid.uuid4().hex[:12]}"
    yield name
    for top in Path("/sys/fs/cgroup").glob(f"*/{name}"):
        subprocess.run(["find", top, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"], check=True)


def run(cell, top, cgroup, scenario, module="live_scenarios", **environment):
    words = ["env", *(f"{key}={value}" for key, value in environment.items()), sys.executable, "-B"]
    done = cell(*words, top / f"tests/support/python/{module}.py", scenario, cgroup, timeout=900)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("ferretdb")
@pytest.mark.parametrize("module, scenario", SCENARIOS, ids=[scenario for _, scenario in SCENARIOS])
def test_live(cell, top, cgroup, module, scenario):
    if module == "pages_scenarios" and not Path(pages_scenarios.PROGRAM).exists():
        pytest.skip(f"{pages_scenarios.PROGRAM} is not there: packaging/install browser")
    run(cell, top, cgroup, scenario, module)


def test_without_a_daemon_the_command_says_what_to_start(tenantry, top):
    for words in (["up", "-C", top / "examples/lending"], ["status"], ["down", "*"], ["logs", "acme"], ["trust"]):
        done = subprocess.run([tenantry, *words, "--socket", "/nowhere/tenantry.sock"], capture_output=True, text=True)
        assert done.returncode in (1, 2), done.stdout + done.stderr
        assert "`tenantryd`" in done.stderr or "`tenantry lock`" in done.stderr, done.stderr


@pytest.mark.slow
def test_twenty_rounds_leave_nothing(cell, top, cgroup):
    run(cell, top, cgroup, "down_leaves_nothing", TENANTRY_ROUNDS=20)


@pytest.mark.slow
def test_killed_at_every_command_the_next_daemon_ends_equal(cell, top, cgroup):
    run(cell, top, cgroup, "killed_at_any_command_the_next_daemon_ends_equal", TENANTRY_EVERY=1)


@pytest.mark.slow
def test_a_minute_of_load_loses_nothing(cell, top, cgroup):
    run(cell, top, cgroup, "no_request_is_lost_while_others_come_go_and_change", TENANTRY_SECONDS=60)
