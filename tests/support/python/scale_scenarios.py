"""What must hold of ranges of tasks and of rules that are revoked, one function a scenario:
    scale_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import os
import re
import socket
import subprocess
import sys

import kernel_network
from live_machine import Daemon, Platform, answers, until
from load_scenarios import ACME, Load

# Small shares of a CPU, so that a few requests are load, on a machine that others use too.
RANGES = (("image: lend/web\n", "image: lend/web\n    cpu: 0.01\n    tasks: 1..2\n"), ("    cpu: 0.25\n    memory", "    cpu: 0.04\n    tasks: 1..2\n    memory"))
DESK = "  desk: { tier: middleware, image: lend/api, port: 9100, health: { path: /healthz }, calls: [api] }\n"


def counts(lend):
    """Service -> how many tasks it has, as `status` shows them."""
    return dict(re.findall(r"  (\w+) (\d+) \(1\.\.2\)", lend("status")))


def address_of_api(lend):
    return re.search(r"calledAt\W+([\d.]+)", lend("show", "acme/production"))[1]


def held(lend, task, address):
    """A connection to an address of `api`, from a task's namespace."""
    pid = lend.tasks()[task]["pid"]

    def connect():
        connection = socket.create_connection((address, 9000), timeout=10)
        connection.sendall(b"GET /hold HTTP/1.1\r\nHost: test\r\n\r\n")
        return connection

    return kernel_network.inside(f"/proc/{pid}/ns/net", connect)


def echoes(connection, text=b"ping"):
    connection.sendall(text)
    return connection.recv(64) == text


def a_range_follows_its_load_and_no_request_is_lost(cgroup):
    os.environ["TENANTRY_SCALE_EVERY"] = "200"
    daemon, lend = Daemon(cgroup, "tenantryd_killed"), Platform()
    for edit in RANGES:
        lend.edit(*edit)
    lend("up", "acme")
    assert counts(lend) == {"api": "1", "web": "1"}
    address = address_of_api(lend)
    assert " 0 violated" in lend("verify", "--live")
    with Load(suffix="/burn/1") as load:
        until(lambda: counts(lend) == {"api": "2", "web": "2"}, "both have grown")
        until(lambda: all(lend.tasks()[task]["phase"] == "ready" for task in ("api-2", "web-2")), "what came is ready")
        lend("up", "norte")
        lend("down", "norte")
        pids = {name: task["pid"] for name, task in lend.tasks().items()}
        log = daemon.words()
        daemon.kill()
        daemon = Daemon(cgroup, "tenantryd_killed")
        until(lambda: lend.phase() == "up", "up again")
        assert counts(lend) == {"api": "2", "web": "2"}
        assert {name: task["pid"] for name, task in lend.tasks().items()} == pids, "what ran goes on"
        assert " 0 violated" in lend("verify", "--live", "--probe")
        kept = [held(lend, "web-1", address) for _ in range(8)]  # to both tasks of api, but for one time in 128
    load.check(least=20)
    assert re.search(r"api scaled from 1 to 2 tasks.*CPU at [\d.]+ %, target 60 %", log), log
    with Load(pause=1) as few:  # what is left is far below what one task may take
        until(lambda: lend.tasks().get("api-2", {}).get("phase") == "stopping", "one leaves")
        assert all(echoes(connection) for connection in kept), "while it drains its connections live"
        for connection in kept:
            connection.close()
        until(lambda: counts(lend) == {"api": "1", "web": "1"} and not {"api-2", "web-2"} & set(lend.tasks()), "both have shrunk")
    few.failed += load.failed
    few.sent += load.sent
    few.check(least=30)
    print(f"{len(few.sent)} requests, 0 failed, 0 twice, while tasks came and left with the load")
    assert " 0 violated" in lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def a_call_that_is_revoked_ends_its_connections_and_no_others(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend.edit("\ntenants:\n", DESK + "\ntenants:\n")
    lend("up", "acme")
    address = address_of_api(lend)
    revoked, allowed = held(lend, "desk-1", address), held(lend, "web-1", address)
    assert echoes(revoked) and echoes(allowed)
    lend.edit(", calls: [api]", "")
    lend("up", "acme")
    try:
        assert revoked.recv(64) == b"", "nothing more comes"
    except ConnectionError:
        pass
    assert echoes(allowed), "the other one goes on"
    assert " 0 violated" in lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def a_frontend_without_tasks_comes_up_and_what_the_file_has_no_more_is_named(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    lend.edit("image: lend/web\n", "image: lend/web\n    tasks: 0\n")
    lend.edit("  norte: { name: Crédito del Norte }\n", "")
    said = lend("up")
    assert "norte/production runs here" in said and "`tenantry down norte/production`" in said, said
    assert lend.phase("norte/production") == "up", "nothing is taken away by itself"
    assert lend.phase() == "up" and "web-1" not in lend.tasks()
    lend("down", "norte/production")
    assert "runs here" not in lend("up")
    lend.edit("    tasks: 0\n", "")
    lend("up")
    assert answers(ACME) == "hello from acme\n"
    lend("down", "*")
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
