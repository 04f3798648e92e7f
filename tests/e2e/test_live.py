"""`tenantryd` and `tenantry` as a user has them, in a test cell. What must hold stands in tests/support/python/*_scenarios.py, a
function each."""

import inspect
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import fault_scenarios
import hostile_scenarios
import image_scenarios
import job_scenarios
import live_scenarios
import load_scenarios
import ops_scenarios
import packet_scenarios
import pages_scenarios
import scale_scenarios
import secret_scenarios
import store_scenarios

pytestmark = pytest.mark.root

MODULES = [
    fault_scenarios,
    hostile_scenarios,
    image_scenarios,
    job_scenarios,
    live_scenarios,
    load_scenarios,
    ops_scenarios,
    packet_scenarios,
    pages_scenarios,
    scale_scenarios,
    secret_scenarios,
    store_scenarios,
]
SCENARIOS = [
    (module.__name__, name)
    for module in MODULES
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
    done = cell(*words, top / f"tests/support/python/{module}.py", scenario, cgroup, timeout=1800)
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
@pytest.mark.usefixtures("ferretdb")
@pytest.mark.parametrize("module, scenario", [("live_scenarios", "down_leaves_nothing"), ("store_scenarios", "down_leaves_nothing_of_stores")])
def test_twenty_rounds_leave_nothing(cell, top, cgroup, module, scenario):
    run(cell, top, cgroup, scenario, module, TENANTRY_ROUNDS=20)


@pytest.mark.slow
@pytest.mark.usefixtures("ferretdb")
def test_two_hundred_kills_lose_no_loan(cell, top, cgroup):
    run(cell, top, cgroup, "no_acknowledged_loan_is_lost_or_booked_twice_whatever_is_killed", "fault_scenarios", TENANTRY_FAULTS=200)


@pytest.mark.slow
def test_killed_at_every_command_the_next_daemon_ends_equal(cell, top, cgroup):
    run(cell, top, cgroup, "killed_at_any_command_the_next_daemon_ends_equal", TENANTRY_EVERY=1)


@pytest.mark.slow
def test_a_greedy_environment_costs_its_neighbour_no_request(cell, top, cgroup):
    run(cell, top, cgroup, "a_greedy_environment_costs_its_neighbour_no_request", "neighbour_scenarios", TENANTRY_SECONDS=20)


@pytest.mark.slow
@pytest.mark.usefixtures("ferretdb")
def test_a_reset_killed_at_every_command_ends_equal(cell, top, cgroup):
    run(cell, top, cgroup, "a_reset_that_is_killed_at_any_command_ends_equal", "job_scenarios", TENANTRY_EVERY=1)


@pytest.mark.slow
def test_a_minute_of_load_loses_nothing(cell, top, cgroup):
    run(cell, top, cgroup, "no_request_is_lost_while_others_come_go_and_change", "load_scenarios", TENANTRY_SECONDS=60)
