"""What must hold when programs die at random moments while loans come, one function a scenario:
    fault_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds

TENANTRY_FAULTS is how many are killed (18: two of each kind), TENANTRY_FAULT_SEED what the order is drawn from."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from live_machine import Daemon, context, parent_of, until
from store_scenarios import ACME, application, documents, lending, psql

TASKS = {"a task": ["api-1", "scoring-1", "worker-1"], "HAProxy": ["load-balancer-1"], "nginx": ["web-1"], "PostgreSQL": ["books-1", "documents-postgresql-1"], "Redis": ["cache-1"], "FerretDB": ["documents-1"]}
KINDS = [*TASKS, "the daemon", "conmon", "the edge"]


class Applicants:
    """Each sends one loan after the other under ids of its own, and each until it is acknowledged. The random numbers that say when
    something is killed count acknowledged loans, so that kills meet requests in every state."""

    def __init__(self, platform, count=3):
        self.platform, self.over, self.acknowledged, self.unanswered = platform, threading.Event(), {}, Counter()
        self.trusted = context()
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def run(self, applicant):
        number = 0
        while not self.over.is_set():
            identity = f"fault-{applicant}-{number}"
            status, body = self.ask(identity)
            if status in (200, 201):
                self.acknowledged[identity] = json.loads(body)["decision"]
                number += 1
            else:
                self.unanswered[status] += 1

    def ask(self, identity):
        try:
            return application(self.platform, identity, trusted=self.trusted)
        except (OSError, IndexError, ValueError, http.client.HTTPException):
            return 0, ""  # the connection ended before there was an answer

    def wait_for(self, more, why):
        goal = len(self.acknowledged) + more
        until(lambda: len(self.acknowledged) >= goal, f"loans are booked {why}", ceiling=90)


class Machine:
    def __init__(self, cgroup, seed):
        self.cgroup, self.random = cgroup, random.Random(seed)
        self.daemon, self.lend = Daemon(cgroup), lending()
        self.lend("up", "acme")

    def kill(self, kind):
        if kind == "the daemon":
            self.daemon.kill()
            self.daemon = Daemon(self.cgroup)
        elif kind == "the edge":
            os.kill(int(until(edge_pid, "the edge runs")), signal.SIGKILL)
        else:
            tasks = TASKS.get(kind) or sum(TASKS.values(), [])
            task = self.random.choice(tasks)
            try:
                pid = until(lambda: self.pid(task), f"{task} runs", ceiling=60)
            except AssertionError as error:
                raise AssertionError(self.lend("status", "--tasks") + self.lend("events") + self.daemon.words()) from error
            end(parent_of(pid) if kind == "conmon" else pid)

    def pid(self, task):
        return self.lend.tasks(ACME).get(task, {}).get("pid")


def edge_pid():
    try:
        return json.loads(Path("/run/tenantry/edge/task.json").read_text())["pid"]
    except (FileNotFoundError, ValueError):
        return None


def end(pid):
    """Of a process that may have ended meanwhile; never of this cell's first one."""
    if pid > 1:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def order(generator, count):
    """Every kind once, in one order after the other."""
    kinds = []
    while len(kinds) < count:
        kinds += generator.sample(KINDS, len(KINDS))
    return kinds[:count]


def no_acknowledged_loan_is_lost_or_booked_twice_whatever_is_killed(cgroup):
    count, seed = int(os.environ.get("TENANTRY_FAULTS", "18")), int(os.environ.get("TENANTRY_FAULT_SEED", "1"))
    machine = Machine(cgroup, seed)
    killed = Counter()
    with Applicants(machine.lend) as applicants:
        applicants.wait_for(3, "before anything is killed")
        for kind in order(machine.random, count):
            machine.kill(kind)
            killed[kind] += 1
            if machine.random.random() < 0.75:  # else the next one dies before this one is back
                applicants.wait_for(machine.random.randint(1, 12), f"again when {kind} was killed (seed {seed}, {sum(killed.values())} kills)")
        applicants.wait_for(3, "at the end")
    check(machine.lend, applicants)
    print(f"{count} kills ({', '.join(f'{kind} {number}' for kind, number in sorted(killed.items()))}): {len(applicants.acknowledged)} loans acknowledged, "
          f"none lost, none twice; {applicants.unanswered.total()} requests had to be sent again")  # fmt: skip
    machine.lend("verify", "--live")
    machine.lend("down", "*")
    machine.daemon.end()


def is_well(lend):
    phases = {task["phase"] for task in lend.tasks(ACME).values()}
    return lend.phase(ACME) == "up" and phases <= {"ready", "running", "finished", "scheduled"}


def check(lend, applicants):
    try:
        until(lambda: is_well(lend), "all is well", ceiling=60)
    except AssertionError as error:
        raise AssertionError(lend("status", "--tasks")) from error
    rows = psql(lend, "api", "SELECT id, decision FROM applications WHERE id LIKE 'fault-%'").splitlines()
    booked = dict(row.split("|") for row in rows)
    assert len(booked) == len(rows), "booked twice"
    acknowledged = applicants.acknowledged
    assert acknowledged.items() <= booked.items(), acknowledged.items() - booked.items()
    # What an applicant was not told of is the one loan that it sent last.
    assert len(booked) - len(acknowledged) <= len(applicants.threads), (len(booked), len(acknowledged))
    paid = "SELECT a.id, count(e.*) FROM applications a LEFT JOIN entries e ON e.application = a.id AND e.kind = 'payout' WHERE a.id LIKE 'fault-%' GROUP BY a.id"
    payouts = dict(row.split("|") for row in psql(lend, "api", paid).splitlines())
    wrong = {one: number for one, number in payouts.items() if number != ("2" if booked[one] == "approved" else "0")}
    assert not wrong, f"two entries are one payout: {wrong}"
    kept = set(documents(lend, "api", "' '.join(one['_id'] for one in db.applications.find())").split())
    assert set(booked) <= kept, set(booked) - kept


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
