"""An environment runs on this machine for real: conmon, crun, HAProxy, nginx, the edge, in a test cell. What must hold stands in
tests/support/python/host_scenarios.py, a function each."""

import inspect
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import host_scenarios

pytestmark = pytest.mark.root

SCENARIOS = [
    name
    for name, function in vars(host_scenarios).items()
    if inspect.isfunction(function) and function.__module__ == "host_scenarios" and list(inspect.signature(function).parameters) == ["cgroup"]
]


@pytest.fixture
def cgroup():
    """A name of our own below every hierarchy; the cell does not part cgroups, so that we remove what it leaves."""
    name = f"tenantry-test-{uuid.uuid4().hex[:12]}"
    yield name
    for top in Path("/sys/fs/cgroup").glob(f"*/{name}"):
        subprocess.run(["find", top, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"], check=True)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_host(cell, top, cgroup, scenario):
    done = cell(sys.executable, "-B", top / "tests/support/python/host_scenarios.py", scenario, cgroup)
    assert done.returncode == 0, done.stdout + done.stderr
