"""What the benches of what runs share: what takes part and what it costs, waiting, rows."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path


class Groups:
    """Two groups below every hierarchy: the daemon's, and one that this process is in with all that it starts."""

    def __init__(self):
        self.top, self.own = f"tenantry-bench-{uuid.uuid4().hex[:8]}", f"tenantry-bench-{uuid.uuid4().hex[:8]}"
        self.folder = Path("/sys/fs/cgroup/cpuacct")
        (self.folder / self.own).mkdir()
        (self.folder / self.own / "cgroup.procs").write_text(str(os.getpid()))

    def cpu(self):
        """Milliseconds so far, without this process's own: it looks many times a second while it waits."""
        groups = [self.folder / name / "cpuacct.usage" for name in (self.top, self.own)]
        used = sum(int(group.read_text()) for group in groups if group.exists())
        return (used - time.process_time_ns()) / 1e6

    def pids(self, below=""):
        """Of the daemon's group, or of a group below it; not the daemon itself."""
        return [int(pid) for procs in (self.folder / self.top / below).rglob("cgroup.procs") for pid in procs.read_text().split()]

    def kill_all(self):
        """Ends what is left in the daemon's group; how many there were."""
        left = self.pids()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(left)

    def remove(self):
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))
        wait(lambda: not self.kill_all())
        for name in (self.top, self.own):
            for top in Path("/sys/fs/cgroup").glob(f"*/{name}"):
                subprocess.run(["find", top, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"], stderr=subprocess.DEVNULL)


def wait(condition, within=30):
    end = time.monotonic() + within
    while not (found := condition()):
        if time.monotonic() > end:
            sys.exit("waited too long")
        time.sleep(0.005)
    return found


def memory_of(pid):
    """PSS in MiB; of a process that has ended nothing."""
    try:
        return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1]) / 1024
    except (FileNotFoundError, ProcessLookupError, TypeError):
        return 0.0


class Rows:
    """Prints what was measured, and knows whether a goal was missed."""

    def __init__(self):
        self.missed = False

    def __call__(self, what, measured, goal="", holds=None):
        verdict = "" if holds is None else "holds" if holds else "MISSED"
        self.missed |= holds is False
        print(f"{what:<72} {measured:>14}  {goal:<12} {verdict}".rstrip(), flush=True)

    def at_most(self, what, measured, goal, unit="", digits=0):
        self(what, f"{measured:.{digits}f} {unit}".strip(), f"<= {goal} {unit}".strip(), measured <= goal)


def socket_to_the_edge(*_):
    """What http.client calls to connect, whatever the host's name."""
    return socket.create_connection(("127.0.0.1", 8443), timeout=5)
