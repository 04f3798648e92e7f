"""A test cell leaves nothing behind, however it ends."""

import os
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import CELL

pytestmark = pytest.mark.root
KINDS = ["mnt", "net", "pid", "ipc", "uts"]
SHOW_NAMESPACES = "; ".join(f"readlink /proc/self/ns/{kind}" for kind in KINDS)


def namespace(pid, kind):
    try:
        return os.readlink(f"/proc/{pid}/ns/{kind}")
    except OSError:
        return None


def processes_in(namespaces):
    pids = [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if any(namespace(pid, kind) in namespaces for kind in KINDS)]


def mounts():
    return Path("/proc/self/mountinfo").read_text()


def wait_until_empty(namespaces, ceiling=20):
    """The kernel takes a moment to end the processes of a pid namespace."""
    end = time.monotonic() + ceiling
    while processes_in(namespaces) and time.monotonic() < end:
        select.select([], [], [], 0.02)
    return processes_in(namespaces)


def test_cell_has_namespaces_of_its_own_and_empty_state(cell):
    done = cell("bash", "-c", f"{SHOW_NAMESPACES}; ls -A /run/tenantry /var/lib/tenantry; ls -d /proc/[0-9]* | wc -l")
    assert done.returncode == 0, done.stderr
    inside = done.stdout.split()
    assert all(mine != namespace("self", kind) for mine, kind in zip(inside, KINDS))
    assert inside[5:7] == ["/run/tenantry:", "/var/lib/tenantry:"]
    assert int(inside[7]) < 8, "a cell sees only its own processes"


def test_cell_passes_on_exit_code_and_input(cell):
    assert cell("bash", "-c", "exit 7").returncode == 7
    assert cell("cat", input="through").stdout == "through"


def test_nothing_remains_after_the_command_even_of_a_daemon(cell):
    before = mounts()
    done = cell("bash", "-c", f"{SHOW_NAMESPACES}; setsid tail -f /dev/null > /dev/null 2>&1 & mount -t tmpfs x /mnt; {SHOW_NAMESPACES}")
    inside = set(done.stdout.split())
    assert len(inside) == len(KINDS)
    assert wait_until_empty(inside) == []
    assert mounts() == before


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_remains_after_the_cell_is_killed(signal_number):
    before = mounts()
    script = f"mount -t tmpfs x /mnt; setsid tail -f /dev/null & {SHOW_NAMESPACES}; tail -f /dev/null"
    killed = subprocess.Popen([CELL, "bash", "-c", script], stdout=subprocess.PIPE, text=True)
    inside = {killed.stdout.readline().strip() for _ in KINDS}
    assert processes_in(inside), "the cell runs"
    killed.send_signal(signal_number)
    assert wait_until_empty(inside) == []
    killed.wait(timeout=20)
    assert mounts() == before
