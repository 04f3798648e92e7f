"""What all pytest tests share. Every test carries one of the labels of pytest.ini; `./dev all` runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
CELL = TOP / "tests/support/cell"
sys.path.insert(0, str(TOP / "tests/support/python"))
# The ranges of a machine that has 203.0.113.0/24 (RFC 5737) alone, so that no test depends on where it runs.
os.environ["TENANTRY_MACHINE"] = "203.0.113.0/24"
LABELS = {"fast", "root", "judge", "slow"}


def pytest_collection_modifyitems(items):
    """A test that cannot run here is skipped, and so counted, never left out in silence."""
    for item in items:
        labels = LABELS & {mark.name for mark in item.iter_markers()}
        if not labels:
            raise pytest.UsageError(f"{item.nodeid} has none of the labels {sorted(LABELS)}")
        if "root" in labels and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root"))
        if "slow" in labels and os.environ.get("TENANTRY_SLOW") != "1":
            item.add_marker(pytest.mark.skip(reason="runs with TENANTRY_SLOW=1"))


@pytest.fixture(scope="session")
def top():
    """The top folder of the tree."""
    return TOP


@pytest.fixture(scope="session")
def build():
    """The folder of the dev build, configured and built."""
    return TOP / "build/dev"


@pytest.fixture(scope="session")
def tenantry():
    """The built program: TENANTRY_BIN, else that of the dev build."""
    path = Path(os.environ.get("TENANTRY_BIN", TOP / "build/dev/bin/tenantry"))
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path


@pytest.fixture(scope="session")
def ferretdb():
    """FerretDB's program; built where it is not yet, which takes minutes."""
    done = subprocess.run([TOP / "third_party/ferretdb/build"], check=True, stdout=subprocess.PIPE, text=True)
    return Path(done.stdout.strip())


@pytest.fixture
def cell():
    """Runs a command in a test cell, with a ceiling on its time; takes what subprocess.run takes."""

    def run(*argv, timeout=120, **options):
        options = {"capture_output": True, "text": True, **options}
        return subprocess.run([CELL, *argv], timeout=timeout, **options)

    return run
