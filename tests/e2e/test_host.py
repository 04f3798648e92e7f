"""An environment runs on this machine for real: conmon, crun, HAProxy, nginx, the edge, PostgreSQL, Redis, in a test cell. What
must hold stands in tests/support/python/host_scenarios.py and store_scenarios.py, a function each."""

import inspect
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import host_scenarios
import store_scenarios

pytestmark = pytest.mark.root

SCENARIOS = [
    (module.__name__, name)
    for module in (host_scenarios, store_scenarios)
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


@pytest.mark.parametrize(("module", "scenario"), SCENARIOS, ids=[name for _, name in SCENARIOS])
def test_host(cell, top, cgroup, module, scenario):
    done = cell(sys.executable, "-B", top / f"tests/support/python/{module}.py", scenario, cgroup)
    assert done.returncode == 0, done.stdout + done.stderr
