"""An environment that takes all that there is, and its neighbour, who must not notice.
    neighbour_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import contextlib
import ipaddress
import os
import re
import socket
import subprocess
import sys
import threading
import time

from hostile_scenarios import Task, end, hostile
from live_machine import ask, context, until

SECONDS = float(os.environ.get("TENANTRY_SECONDS", "2"))  # for each kind
SLOW = 300  # connections to the entry that begin a request and never end it


class Neighbour:
    """Asks norte all the time, each request over a connection of its own."""

    def __init__(self):
        self.trusted, self.times, self.wrong, self.ends = context(), [], [], threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while not self.ends.is_set():
            begin = time.monotonic()
            try:
                status, _ = ask("norte.lend.localhost", "/api/x", trusted=self.trusted)
                if status != 200:
                    self.wrong.append(status)
            except OSError as error:
                self.wrong.append(repr(error))
            self.times.append(time.monotonic() - begin)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    def served(self, what):
        """It goes on: some requests more, none of them wrong."""
        begin, until_ = len(self.times), time.monotonic() + SECONDS
        until(lambda: len(self.times) > begin + 20 and time.monotonic() > until_, f"the neighbour is answered: {what}", ceiling=SECONDS + 20)
        assert not self.wrong, (what, self.wrong[:5])
        return len(self.times) - begin


@contextlib.contextmanager
def slow_connections(name):
    """Half of a handshake, half of a request; never ended."""
    opened = []
    for number in range(SLOW):
        connection = socket.create_connection(("127.0.0.1", 8443))
        connection.sendall(b"\x16\x03\x01" if number % 2 else b"\x16")
        opened.append(connection)
    with contextlib.suppress(OSError):
        for _ in range(50):
            plain = socket.create_connection(("127.0.0.1", 8443))
            browser = context().wrap_socket(plain, server_hostname=name)
            browser.sendall(b"GET /api/x HTTP/1.1\r\nHost: ")
            opened.append(browser)
    yield opened
    for connection in opened:
        connection.close()


def a_greedy_environment_costs_its_neighbour_no_request(cgroup):
    daemon, lend = hostile(cgroup, answers=False)  # full of processes it answers nobody, for longer than three checks
    until(lambda: ask("norte.lend.localhost", "/api/x")[0] == 200, "it answers")
    acme = Task(lend, "acme/production")
    web = re.search(r"([\d.]+)/32", subprocess.run(["nsenter", f"--net=/proc/{lend.tasks()['web-1']['pid']}/ns/net", "ip", "-o", "-4", "address", "show", "eth0"],
                                                capture_output=True, text=True, check=True).stdout)[1]  # fmt: skip
    taken = {}
    with Neighbour() as neighbour:
        for trial, words, stopped in (
            ("fill-processes", (), "EAGAIN"),
            ("fill-descriptors", (), "EMFILE"),
            ("fill-files", (), "ENOSPC"),
            ("fill-memory", (), "signal 9"),
            ("fill-connections", (str(int(ipaddress.ip_address(web))), "8080"), None),
        ):
            with acme.holding(trial, *words) as outcome:
                neighbour.served(trial)
            assert stopped is None or outcome[0]["errno"] == stopped, outcome
            taken[trial] = int(outcome[0]["found"][0])
        with slow_connections("acme.lend.localhost"):
            neighbour.served("slow connections")
    assert 100 < taken["fill-processes"] < 256 and 900 < taken["fill-descriptors"] < 4096 and taken["fill-files"] > 3000, taken
    # It is well again by itself.
    until(lambda: lend.tasks()["api-1"]["phase"] == "ready", "who took all is ready again")
    assert len(neighbour.times) > 100
    print(f"{len(neighbour.times)} requests of the neighbour, the slowest {max(neighbour.times):.2f} s; taken: {taken}")
    end(daemon, lend)


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
