"""What must hold under load, one function a scenario:
    load_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

from live_machine import Daemon, Platform, answers, ask, context, until

ACME = "acme.lend.localhost"


class Load:
    """GET and POST through one environment's address, each with an id that the service writes to its log: half of the clients with a
    connection for each request, half with one for many."""

    def __init__(self, clients=4, suffix="", pause=0):
        self.trusted = context()
        self.suffix, self.pause = suffix, pause  # of each request's path; seconds between two of a client
        self.ending, self.sent, self.failed = threading.Event(), [], []
        self.clients = [threading.Thread(target=self.run, args=(client,)) for client in range(clients)]

    def __enter__(self):
        answers(ACME, trusted=self.trusted)
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for client in self.clients:
            client.join()

    def run(self, client):
        request = self.alone if client % 2 == 0 else self.on_one_connection()
        number = 0
        while not self.ending.wait(self.pause):
            number += 1
            identity = f"{client}-{number}{self.suffix}"
            try:
                status = request("POST" if number % 4 < 2 else "GET", f"/api/id/{identity}")
                (self.sent if status == 200 else self.failed).append((identity, status))
            except (OSError, http.client.HTTPException) as error:
                self.failed.append((identity, repr(error)))

    def alone(self, method, path):
        return ask(ACME, path, trusted=self.trusted, method=method)[0]

    def on_one_connection(self):
        held = None

        def request(method, path):
            nonlocal held
            if held is None:
                held = http.client.HTTPSConnection(ACME, context=self.trusted, timeout=20)
                held._create_connection = lambda *_: socket.create_connection(("127.0.0.1", 8443), timeout=20)
            try:
                held.request(method, path, body=b"" if method == "POST" else None, headers={"Host": ACME})
                answer = held.getresponse()
                answer.read()
            except BaseException:
                held.close()
                held = None
                raise
            if answer.will_close:
                held.close()
                held = None
            return answer.status

        return request

    def check(self, least=50):
        def served():
            logs = Path("/var/lib/tenantry/placements/lend/acme/production/logs").glob("api-*.log*")
            return [one for log in logs for one in re.findall(r"(?:GET|POST) /id/(\S+)", log.read_text())]

        assert self.failed == [], (len(self.failed), len(self.sent), self.failed[:3])
        sent = {identity for identity, _ in self.sent}
        until(lambda: sent <= set(served()), "the log has what was served last")
        assert len(served()) == len(set(served())), "served twice"
        assert sent == set(served()), "sent and served differ"
        assert len(self.sent) > least, len(self.sent)


def no_request_is_lost_while_others_come_go_and_change(cgroup):
    seconds = float(os.environ.get("TENANTRY_SECONDS", "6"))
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    over = threading.Event()
    threading.Timer(seconds, over.set).start()
    rounds = 0
    with Load() as load:
        while rounds < 2 or not over.is_set():
            lend("up", "norte")
            rounds += 1
            if rounds == 1:
                lend.edit("norte: { name: Crédito del Norte }", "norte: { name: Norte, production: { env: { LOG_LEVEL: debug } } }")
                lend("up", "norte")
            lend("down", "norte")
    load.check()
    print(f"{len(load.sent)} requests, 0 failed, 0 twice, while the other environment came and went {rounds} times")
    lend("down", "*")
    daemon.end()


def no_request_is_lost_while_its_own_tasks_change(cgroup):
    """A variable, the image, the number of tasks up and down, the certificate."""
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    with Load() as load:
        pids = {name: task["pid"] for name, task in lend.tasks().items()}
        lend.edit("env: { LOG_LEVEL: info }", "env: { LOG_LEVEL: debug }")
        lend("up", "acme")
        now = {name: task["pid"] for name, task in lend.tasks().items()}
        assert now["api-1"] != pids["api-1"] and now["web-1"] == pids["web-1"], (pids, now)
        assert "LOG_LEVEL=debug" in answers(ACME, "/api/env")
        (lend.folder / "build/web/srv/www/index.html").write_text("<p>changed\n")
        lend("up", "acme")
        assert lend.tasks()["web-1"]["pid"] != now["web-1"]
        lend.edit("api:\n    tier: middleware", "api:\n    tasks: 3\n    tier: middleware")
        lend("up", "acme")
        assert {"api-1", "api-2", "api-3"} <= set(lend.tasks()) and "api-4" not in lend.tasks()
        lend.edit("tasks: 3", "tasks: 1")
        lend("up", "acme")
        assert "api-2" not in lend.tasks()
        before = lend.tasks()["load-balancer-1"]["pid"]
        lend.edit("web:\n    tier: frontend", "web:\n    tasks: 2\n    tier: frontend")
        lend("up", "acme")  # the load balancer knows one more
        assert lend.tasks()["load-balancer-1"]["pid"] != before
        assert "load-balancer-2" not in lend.tasks()
    load.check()
    print(f"{len(load.sent)} requests, 0 failed, 0 twice, while tasks were replaced, added and taken away")
    assert "holds" in lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def a_change_that_does_not_come_up_leaves_what_serves(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    pid = lend.tasks()["api-1"]["pid"]
    with Load() as load:
        (lend.folder / "build/api").write_text("#!/bin/sh\nexit 7\n")
        said = lend("up", "acme", code=1)
        assert "api-" in said and "exit code 7" in said, said
        assert lend.tasks()["api-1"]["pid"] == pid
    load.check(least=10)
    lend("down", "*")
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
