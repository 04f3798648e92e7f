"""What must hold of jobs that run at times of their own, and of resets, one function a scenario:
    job_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import zoneinfo
from pathlib import Path

from live_machine import BIN, Daemon, ask, is_alive, until
from store_scenarios import ACME, application, documents, everything_kept, lending, psql

UTC = datetime.timezone.utc
MADRID = zoneinfo.ZoneInfo("Europe/Madrid")
# The jobs `migrate` and `seed` are in the platform already. No clock here comes to the day of `hangs`.
FAR_DAY = (datetime.datetime.now(MADRID) + datetime.timedelta(days=5)).strftime("%a")
JOBS = f"""
  accrue: {{ image: lend/api, command: [accrue], at: "02:00 Europe/Madrid", stores: {{ books: readWrite }} }}
  hangs: {{ image: lend/api, command: [worker], at: "{FAR_DAY} 12:00 Europe/Madrid", timeout: 2s, stores: {{ books: readWrite }} }}
  fails: {{ image: lend/api, command: [nonsense], at: "04:00 Europe/Madrid" }}
"""
INTEREST = "SELECT count(*) FROM entries WHERE kind = 'interest'"


class Clock:
    """The clock of the daemon that is made for tests: ahead of the machine's by what a file says."""

    def __init__(self):
        self.file = Path(tempfile.mkdtemp(dir="/mnt")) / "ahead"
        self.file.write_text("0\n")
        os.environ["TENANTRY_AHEAD"] = str(self.file)

    def now(self):
        return datetime.datetime.fromtimestamp(time.time() + int(self.file.read_text()), UTC)

    def set(self, moment):
        whole = self.file.with_suffix(".new")
        whole.write_text(f"{round(moment.timestamp() - time.time()) + 1}\n")
        whole.rename(self.file)

    def next(self, hour, weekday=None):
        """The first time behind now when clocks in Madrid show that hour; 6 is Sunday."""
        day = self.now().astimezone(MADRID).date()
        while True:
            moment = datetime.datetime(day.year, day.month, day.day, hour, tzinfo=MADRID).astimezone(UTC)
            if moment > self.now() and weekday in (None, day.weekday()):
                return moment
            day += datetime.timedelta(days=1)


def start(cgroup, kill=""):
    return Daemon(cgroup, "tenantryd_killed", kill)


def with_jobs():
    lend = lending()
    lend.edit("\nstores:\n", JOBS + "\nstores:\n")
    return lend


def run_job(platform, name, *words, code=0):
    argv = [BIN / "tenantry", "job", "run", "-C", platform.folder, name, *words]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def times(platform, job, environment=ACME):
    return platform.tasks(environment)[f"{job}-1"]["times"]


def scheduled(platform, job):
    """Ended runs that the clock brought: when they were due, and whether they ended well."""
    return [(run["dueAt"], run["well"]) for run in times(platform, job)["runs"] if run["dueAt"] and run["ended"]]


def text(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def jobs_run_by_hand_at_their_times_and_not_twice(cgroup):
    clock = Clock()
    daemon, lend = start(cgroup), with_jobs()
    said = lend("up", "acme")
    assert "at its times" not in said and "reset" not in said, said
    # By hand: what it does is there when the command ends.
    assert psql(lend, "api", INTEREST) == "0"
    assert "ended well" in run_job(lend, f"{ACME}/accrue")
    assert int(psql(lend, "api", INTEREST)) > 0
    done = json.loads(run_job(lend, f"{ACME}/fails", "--json", code=1))
    assert done["run"]["number"] == 1 and not done["run"]["well"] and done["run"]["how"].startswith("exit code"), done
    assert "it has no job `migrate` with times of its own" in run_job(lend, f"{ACME}/migrate", code=1)
    # One that hangs is ended, with its process; a second run beside it is refused.
    hangs = threading.Thread(target=run_job, args=(lend, f"{ACME}/hangs"), kwargs={"code": 1})
    hangs.start()
    pid = until(lambda: lend.tasks(ACME)["hangs-1"]["pid"], "it runs")
    assert "`hangs` runs already" in run_job(lend, f"{ACME}/hangs", code=1)
    hangs.join()
    assert times(lend, "hangs")["runs"][-1]["how"] == "it ran longer than its timeout of 2 s"
    until(lambda: not is_alive(pid), "its process is gone")
    # By the clock, as zoneinfo has it; put back and on again it brings no second run.
    two, four = clock.next(2), clock.next(4)
    assert times(lend, "accrue")["next"] == text(two)
    clock.set(two)
    until(lambda: scheduled(lend, "accrue") == [(text(two), True)], "it runs at its time")
    clock.set(four)
    until(lambda: scheduled(lend, "fails") == [(text(four), False)], "so does one that fails")
    assert lend.phase(ACME) == "up"
    shown = lend("status", "--tasks", "acme")
    assert f"run 2 of {text(four)} failed" in shown and f"02:00 Europe/Madrid, next {text(two + datetime.timedelta(days=1))}"[:30] in shown, shown
    clock.set(two - datetime.timedelta(hours=1))
    until(lambda: times(lend, "accrue")["next"] == text(clock.next(2) + datetime.timedelta(days=1)), "the clock was put back; that time is over")
    clock.set(two)
    until(lambda: times(lend, "accrue")["next"] == text(clock.next(2)), "and on again")
    # A daemon that was off makes up for one run, and a killed one for none.
    daemon.end()
    late = clock.next(2) + datetime.timedelta(days=1)
    clock.set(late + datetime.timedelta(hours=5))
    daemon = start(cgroup)
    until(lambda: scheduled(lend, "accrue")[-1] == (text(late), True), "what was missed runs")
    daemon.kill()
    killed = start(cgroup)
    until(lambda: lend.phase(ACME) == "up", "it is up again")
    assert scheduled(lend, "accrue") == [(text(two), True), (text(late), True)], scheduled(lend, "accrue")
    assert f"run 3 of the job accrue begins, due at {text(late)}" in daemon.words(), "the ledger has it"
    lend("verify", "--live")
    lend("down", "*")
    killed.end()


def loans(platform, environment=ACME):
    books = psql(platform, "api", "SELECT string_agg(id, ' ' ORDER BY id) FROM applications", environment).split()
    kept = documents(platform, "api", "' '.join(sorted(one['_id'] for one in db.applications.find()))", environment=environment).split()
    assert books == kept, (books, kept)
    return books


class Visitor:
    """Asks all the time; what came back, apart from connections that broke."""

    def __init__(self):
        self.statuses, self.ends = [], threading.Event()
        self.thread = threading.Thread(target=self.visit)
        self.thread.start()

    def visit(self):
        while not self.ends.is_set():
            self.statuses.append(ask("acme.lend.localhost", "/api/applications/loan-1")[0])

    def end(self):
        self.ends.set()
        self.thread.join()
        return self.statuses


def a_reset_empties_the_stores_and_fills_them_again(cgroup):
    clock = Clock()
    daemon, lend = start(cgroup), with_jobs()
    lend.edit("when: after-create,", 'when: after-create, reset: "Sun 03:00 Europe/Madrid",')
    lend("up")
    assert "which destroys what stores hold: `--reset`" in run_job(lend, f"{ACME}/seed", code=1)
    demos = loans(lend)
    for tenant in ("acme", "norte"):
        assert application(lend, "loan-1", f"{tenant}/demo")[0] == 201
    kept, others = everything_kept(), {name: task["pid"] for name, task in lend.tasks("norte/demo").items()}
    visitor = Visitor()
    until(lambda: visitor.statuses, "somebody asks")
    run_job(lend, f"{ACME}/seed", "--reset")
    until(lambda: visitor.statuses[-1] == 404, "that loan is no more")
    statuses = visitor.end()
    assert lend.phase(ACME) == "up" and loans(lend) == demos, loans(lend)
    # Nobody who came meanwhile was told anything but that it is not there.
    assert set(statuses) <= {200, 404, 503} and 503 in statuses, sorted(set(statuses))
    assert statuses[0] == 200 and statuses[-1] == 404, statuses
    assert everything_kept() == kept, "passwords and keys stay"
    assert loans(lend, "norte/demo") == sorted([*demos, "loan-1"])
    assert {name: task["pid"] for name, task in lend.tasks("norte/demo").items()} == others, "another one's tasks run on"
    assert application(lend, "loan-1")[0] == 201
    # At its time, with a daemon that is killed once stores are being emptied: the next one goes on.
    sunday = clock.next(3, weekday=6)
    assert times(lend, "seed")["next"] == text(sunday)
    clock.set(sunday)
    until(lambda: lend.phase(ACME) != "up" or scheduled(lend, "seed"), "the reset has begun")
    daemon.kill()
    daemon = start(cgroup)
    until(lambda: lend.phase(ACME) == "up" and scheduled(lend, "seed") == [(text(sunday), True)], "it is up again")
    assert loans(lend) == demos
    lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def a_reset_that_is_killed_at_any_command_ends_equal(cgroup):
    """The daemon ends by SIGKILL at each command of a reset, before its effect, after it, after its result."""
    Clock()
    daemon, lend = start(cgroup, "count"), with_jobs()
    lend.edit("when: after-create,", 'when: after-create, reset: "Sun 03:00 Europe/Madrid",')
    lend("up", "acme")
    demos, kept = loans(lend), everything_kept()
    daemon.end()
    daemon = start(cgroup, "count")
    until(lambda: lend.phase(ACME) == "up", "it is up")
    first = len(re.findall("^command ", daemon.words(), re.M)) + 1
    run_job(lend, f"{ACME}/seed", "--reset")
    last = len(re.findall("^command ", daemon.words(), re.M))
    daemon.end()
    assert last - first >= 15, "stops, emptying, starts, users, jobs, a check"
    # How often connections are directed is not the same each time.
    moments = [f"{moment}:{number}" for number in range(first, last - 1) for moment in ("before", "after", "result")]
    for kill in moments[:: int(os.environ.get("TENANTRY_EVERY", "40"))]:
        daemon = start(cgroup, kill)
        until(lambda: lend.phase(ACME) == "up" and application(lend, "loan-1")[0] in (200, 201), "a loan is there")
        argv = [BIN / "tenantry", "job", "run", "-C", lend.folder, f"{ACME}/seed", "--reset"]
        subprocess.run(argv, capture_output=True, timeout=60)
        until(lambda: daemon.process.poll() is not None, f"the daemon was killed at {kill}")
        daemon = start(cgroup)
        until(lambda: lend.phase(ACME) == "up", f"up after {kill}")
        assert loans(lend) == demos and everything_kept() == kept, kill
        assert " 0 violated" in lend("verify", "--live"), kill
        daemon.end()
    daemon = start(cgroup)
    lend("down", "*")
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
