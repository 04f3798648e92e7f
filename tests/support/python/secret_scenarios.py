"""What must hold of secrets and certificates while environments run, one function a scenario:
    secret_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import json
import os
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

from host_machine import PLATFORM
from live_machine import BIN, Daemon, Platform, answers, context, is_alive, until
from load_scenarios import Load
from store_scenarios import application, given, lending, psql, redis

ACME, PRODUCTION, DEMO = "acme.lend.localhost", "acme/production", "acme/demo"
CA = Path("/var/lib/tenantry/ca")
KEPT = Path("/var/lib/tenantry/placements/lend/acme/production")


def with_secrets():
    """One secret that is made, in a variable too, and one that somebody gives; the service reads both, the frontend none."""
    text = (PLATFORM / "platform.yaml").read_text().replace("    env: { LOG_LEVEL: info }", "    secrets: [bureau_key, jwt_key]\n    env: { LOG_LEVEL: info }")
    return Platform(text=text.replace("tenants:", "secrets:\n  bureau_key: { given: per tenant }\n  jwt_key: { make: 32 bytes, as: env, rotate: 90d }\n\ntenants:"))


def give(platform, *words, value, code=0):
    words = ["secret", "set", "-C", platform.folder, *words]
    done = subprocess.run([BIN / "tenantry", *words], input=value, capture_output=True, timeout=60)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return (done.stdout + done.stderr).decode()


def secret(platform, *words, code=0):
    done = subprocess.run([BIN / "tenantry", *words[:2], "-C", platform.folder, *words[2:]], capture_output=True, text=True, timeout=60)
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout if "--json" in words else done.stdout + done.stderr


def listed(platform, selector="*"):
    rows = json.loads(secret(platform, "secret", "list", selector, "--json"))["secrets"]
    return {(row["environment"], row["name"]): row for row in rows}


def variable(name):
    """What the service has in a variable."""
    return dict(line.split("=", 1) for line in answers(ACME, "/api/env").splitlines() if "=" in line)[name]


def ledger():
    with sqlite3.connect("file:/var/lib/tenantry/state.db?mode=ro", uri=True) as database:
        return [json.loads(body) for (body,) in database.execute("SELECT body FROM ledger ORDER BY number")]


def pids(platform, environment=PRODUCTION):
    return {name: task["pid"] for name, task in platform.tasks(environment).items()}


# Given and listed ----------------------------------------------------------------------------------------------------


def a_given_secret_is_missed_until_somebody_gives_it(cgroup):
    daemon, lend = Daemon(cgroup), with_secrets()
    for words in (("plan",), ("up", "acme")):
        said = lend(*words, code=2)
        assert "TN0703" in said and "`tenantry secret set acme/production bureau_key`" in said, said
    assert ("norte/production" in lend("plan", code=2)) and "norte" not in lend("up", "acme", code=2)
    assert listed(lend)[PRODUCTION, "bureau_key"]["missing"] and not listed(lend)[PRODUCTION, "jwt_key"]["missing"]

    # What cannot be one is refused.
    assert "more than 64 KiB" in give(lend, PRODUCTION, "bureau_key", value=b"x" * 65537, code=2)
    assert "is empty" in give(lend, PRODUCTION, "bureau_key", value=b"\n", code=2)
    assert "`tenantry secret rotate acme/production jwt_key`" in give(lend, PRODUCTION, "jwt_key", value=b"x", code=2)
    assert "did you mean `bureau_key`?" in give(lend, PRODUCTION, "bureau_kee", value=b"x", code=2)
    assert "each environment has a value of its own" in give(lend, "*", "bureau_key", value=b"x", code=64)
    assert listed(lend)[PRODUCTION, "bureau_key"]["missing"]

    # Before the first `up`; one line end at its end is no part of it.
    give(lend, PRODUCTION, "bureau_key", value=b"first\n\n")
    row = listed(lend)[PRODUCTION, "bureau_key"]
    assert row["present"] and row["kind"] == "given" and row["valueVersion"] == 1 and row["readers"] == ["api"], row
    assert listed(lend)["norte/production", "bureau_key"]["missing"], "the next lender has none"
    lend("up", "acme")
    assert given("api", "bureau_key", PRODUCTION) == "first\n"
    assert 0 < listed(lend)[PRODUCTION, "jwt_key"]["dueInSeconds"] <= 90 * 86400

    # The same value is no other one; a file is taken as it is.
    before = pids(lend)
    give(lend, "acme", "bureau_key", "--raw", value=b"first\n")
    assert pids(lend) == before and listed(lend)[PRODUCTION, "bureau_key"]["valueVersion"] == 1
    (lend.folder / "value").write_bytes(b"\x00\xff second\n")
    give(lend, "acme", "bureau_key", "--raw", "--from", lend.folder / "value", value=b"")
    assert Path(f"/run/tenantry/platforms/lend/environments/{PRODUCTION}/secrets/api/bureau_key").read_bytes() == b"\x00\xff second\n"
    assert pids(lend)["api-1"] != before["api-1"] and pids(lend)["web-1"] == before["web-1"]
    assert "is given" in secret(lend, "secret", "rotate", PRODUCTION, "bureau_key", code=1)

    told = [line for line in ledger() if "bureau_key" in line["what"]]
    assert len(told) == 3 and all(line.get("by") == "uid 0" for line in told), told
    assert "second" not in json.dumps(ledger())
    lend("up", "acme")
    assert lend.phase() == "up" and listed(lend)[PRODUCTION, "bureau_key"]["valueVersion"] == 2
    lend("down", "*")
    assert listed(lend)[PRODUCTION, "bureau_key"]["present"], "it is kept"
    daemon.end()


# Rotated -------------------------------------------------------------------------------------------------------------


def found_in(values, *places):
    """Files below the places that hold one of the values."""
    words = [word for value in values for word in ("-e", value)]
    return subprocess.run(["grep", "-rlF", *words, "--", *places], capture_output=True, text=True).stdout.split()


def processes_that_show(values):
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("environ", "cmdline"):
            try:
                text = (process / name).read_bytes().decode(errors="replace")
            except OSError:
                continue
            if any(value in text for value in values):
                yield int(process.name), name


def a_rotated_secret_replaces_its_readers_alone_and_is_nowhere_else(cgroup):
    daemon, lend = Daemon(cgroup), with_secrets()
    values = ["canary-given-first", "canary-given-second"]
    give(lend, PRODUCTION, "bureau_key", value=values[0].encode())
    lend("up", "acme")
    before = pids(lend)
    values.append(variable("JWT_KEY"))
    assert values[-1] == given("api", "jwt_key", PRODUCTION) and len(values[-1]) == 43
    with Load() as load:
        secret(lend, "secret", "rotate", PRODUCTION, "jwt_key")
    load.check()
    print(f"{len(load.sent)} requests, 0 failed, 0 twice, while a secret was rotated")
    values.append(variable("JWT_KEY"))
    first = pids(lend)
    give(lend, PRODUCTION, "bureau_key", value=values[1].encode())
    after = pids(lend)
    assert len({before["api-1"], first["api-1"], after["api-1"]}) == 3, "each time its reader is another task"
    assert {name: pid for name, pid in after.items() if name != "api-1"} == {name: pid for name, pid in before.items() if name != "api-1"}, (before, after)
    assert values[2] != values[3] == variable("JWT_KEY") == given("api", "jwt_key", PRODUCTION)
    assert given("api", "bureau_key", PRODUCTION) == values[1]
    assert listed(lend)[PRODUCTION, "jwt_key"]["valueVersion"] == 2
    lend("verify", "--live")

    # A variable was asked for: the task's own environment has it, and nothing else that can be read.
    shown = set(processes_that_show(values))
    assert shown == {(after["api-1"], "environ")}, shown
    secrets = f"/run/tenantry/platforms/lend/environments/{PRODUCTION}/secrets/"
    assert set(found_in(values, "/run/tenantry")) <= {secrets + "api/jwt_key", secrets + "api/bureau_key"}, found_in(values, "/run/tenantry")
    inside = lend("exec", f"{PRODUCTION}/api", "--", "/usr/bin/env")
    assert "JWT_KEY_FILE=/run/secrets/jwt_key" in inside and values[3] not in inside
    lend("down", "*")
    assert found_in(values, "/var/lib/tenantry", "/run/tenantry", daemon.log.name) == []
    assert not any(value in json.dumps(ledger()) for value in values)
    assert list(processes_that_show(values)) == []
    # Down, it may be rotated too.
    secret(lend, "secret", "rotate", "acme")
    lend("up", "acme")
    assert variable("JWT_KEY") not in values
    lend("down", "*")
    daemon.end()


def killed_at_any_moment_the_next_daemon_ends_with_the_last_value(cgroup):
    daemon, lend = Daemon(cgroup), with_secrets()
    give(lend, PRODUCTION, "bureau_key", value=b"0")
    lend("up", "acme")
    for number, wait in enumerate((0.0, 0.004, 0.012, 0.03, 0.08), 1):
        asked = subprocess.Popen([BIN / "tenantry", "secret", "rotate", "-C", lend.folder, "--detach", PRODUCTION, "jwt_key"], stderr=subprocess.DEVNULL)
        until(lambda: asked.poll() is not None or rotated_times() >= number, "the daemon has begun")
        time.sleep(wait)  # no verdict: each round is killed at another moment
        daemon.kill()
        asked.wait()
        daemon = Daemon(cgroup)
        until(lambda: lend.phase() == "up", "it is up again")
        assert variable("JWT_KEY") == given("api", "jwt_key", PRODUCTION), f"round {number}"
    assert listed(lend)[PRODUCTION, "jwt_key"]["valueVersion"] >= 2
    lend("down", "*")
    daemon.end()


def rotated_times():
    return sum("jwt_key is rotated" in line["what"] for line in ledger())


# Passwords -----------------------------------------------------------------------------------------------------------


class Applications:
    """Loans are applied for all the time."""

    def __init__(self, platform):
        self.platform, self.ending, self.answers = platform, threading.Event(), []
        self.client = threading.Thread(target=self.run)

    def __enter__(self):
        self.client.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.client.join()

    def run(self):
        while not self.ending.is_set():
            try:
                self.answers.append(application(self.platform, f"loan-{len(self.answers)}")[0])
            except OSError as error:
                self.answers.append(repr(error))


def as_user(platform, url):
    """What PostgreSQL says to somebody with this connection string, from inside a task."""
    return platform.run("exec", f"{DEMO}/api", "--", "/usr/bin/psql", "-qtAX", url, "-c", "SELECT 1")


def passwords_of_stores_are_rotated_while_loans_are_booked(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    before, old = pids(lend, DEMO), {name: given("api", name) for name in ("books.url", "cache.password", "documents.url")}
    job = given("migrate", "books.url")
    names = {name for environment, name in listed(lend, "acme")}
    assert {"jwt_key", "store.books.api", "store.books.migrate", "store.books.reporting", "store.cache.api"} <= names, names
    with Applications(lend) as loans:
        until(lambda: loans.answers, "loans are booked")
        said = secret(lend, "secret", "rotate", DEMO, "books")
        assert "store.books.api" in said and "store.books.worker" in said and "cache" not in said, said
        for store in ("store.cache.api", "documents"):
            secret(lend, "secret", "rotate", DEMO, store)
        count = len(loans.answers)
        until(lambda: len(loans.answers) > count + 3, "loans are booked with the new passwords")
    assert set(loans.answers) == {201}, [answer for answer in loans.answers if answer != 201]
    print(f"{len(loans.answers)} loans booked, 0 refused, while the passwords of three stores were rotated")
    booked = psql(lend, "api", "SELECT count(*) FROM applications WHERE id LIKE 'loan-%'")
    assert int(booked) == len(loans.answers)
    after = pids(lend, DEMO)
    same = {name for name in before if before[name] == after[name]}
    assert {"scoring-1", "web-1", "load-balancer-1", "books-1", "cache-1", "documents-1"} <= same and not {"api-1", "worker-1"} & same, (before, after)
    assert all(given("api", name) != value for name, value in old.items())
    assert given("migrate", "books.url") != job and lend.tasks(DEMO)["migrate-1"]["phase"] == "finished", "a job finds it, and does not run again"

    # What was known before is worth nothing.
    assert "authentication failed" in as_user(lend, old["books.url"]).stderr
    assert as_user(lend, given("api", "books.url")).returncode == 0
    script = 'redis-cli -h "$CACHE_HOST" --user "$CACHE_USER" --pass "$1" --no-auth-warning PING'
    assert "WRONGPASS" in lend("exec", f"{DEMO}/api", "--", "/usr/bin/sh", "-c", script + " 2>&1; true", "sh", old["cache.password"])
    assert redis(lend, "api", "PING") == "PONG"
    left = [path.name for path in Path("/var/lib/tenantry/placements/lend/acme/demo/secrets").iterdir()]
    assert not [name for name in left if name.endswith((".next", ".before", ".since"))], left
    lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def a_session_of_an_old_password_ends_when_its_readers_are_replaced(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    script = 'psql -qtAX "$(cat "$BOOKS_URL_FILE")" -c "SELECT 1" -c "SELECT pg_sleep(50)"'
    stays = subprocess.Popen([BIN / "tenantry", "exec", "-C", lend.folder, f"{DEMO}/worker", "--", "/usr/bin/sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    sleeps = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'worker' AND wait_event = 'PgSleep'"
    # It is somebody's outside of the task that is replaced: the same login from the next task's program.
    stranger = subprocess.Popen([BIN / "tenantry", "exec", "-C", lend.folder, f"{DEMO}/api", "--", "/usr/bin/psql", "-qtAX", given("worker", "books.url"), "-c", "SELECT pg_sleep(50)"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    until(lambda: sessions(daemon, sleeps) == 2, "both are in")
    secret(lend, "secret", "rotate", DEMO, "store.books.worker")
    assert "terminat" in stranger.communicate(timeout=20)[0]
    assert sessions(daemon, sleeps) == 0
    stays.communicate(timeout=20)
    lend("down", "*")
    daemon.end()


def sessions(daemon, statement):
    control = f"/run/tenantry/platforms/lend/environments/{DEMO}/stores/books/control"
    inside = ["nsenter", f"--mount=/proc/{daemon.pid}/ns/mnt", "psql", "-qtAX", "-h", control, "-U", "tenantry", "books", "-c", statement]
    return int(subprocess.run(inside, check=True, capture_output=True, text=True).stdout)


# Certificates --------------------------------------------------------------------------------------------------------


def served_serial():
    with socket.create_connection(("127.0.0.1", 8443), timeout=20) as plain:
        with context().wrap_socket(plain, server_hostname=ACME) as connection:
            return connection.getpeercert()["serialNumber"]


def short_lived(days, hosts):
    """A certificate of the machine's own authority that ends soon, as HAProxy reads it."""
    names = "subjectAltName=critical," + ",".join(f"DNS:{host}" for host in hosts)
    key = ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/mnt/key", "-subj", "/", "-out", "/mnt/request"]
    subprocess.run(key, check=True, capture_output=True)
    Path("/mnt/extensions").write_text(names + "\nextendedKeyUsage=serverAuth\n")
    sign = ["openssl", "x509", "-req", "-in", "/mnt/request", "-CA", CA / "ca.pem", "-CAkey", CA / "ca.key", "-CAserial", "/mnt/serial", "-CAcreateserial", "-days", str(days), "-extfile", "/mnt/extensions"]
    made = subprocess.run(sign, check=True, capture_output=True, text=True).stdout
    return made + Path("/mnt/key").read_text()


def certificates(platform, *words):
    return json.loads(secret(platform, "certificate", *words, "--json"))["certificates"]


def a_certificate_is_renewed_without_a_restart_or_a_failed_request(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    balancer, first = pids(lend)["load-balancer-1"], served_serial()
    (row,) = certificates(lend, "list")
    assert (row["environment"], row["serial"]) == (PRODUCTION, first) and row["daysLeft"] in (89, 90), row
    hosts = row["hosts"]
    with Load() as load:
        (row,) = certificates(lend, "renew", "acme")
        second = served_serial()
        assert row["serial"] == second != first
        # The daemon itself finds one that is about to end, when it begins, as it does every hour.
        daemon.kill()
        (KEPT / "tls/environment.pem").write_text(short_lived(29, hosts))
        daemon = Daemon(cgroup)
        until(lambda: served_serial() not in (first, second), "it serves another one")
        third = served_serial()
    load.check()
    print(f"{len(load.sent)} requests, 0 failed, 0 twice, while the certificate was renewed two times")
    assert pids(lend)["load-balancer-1"] == balancer
    assert certificates(lend, "list")[0]["serial"] == third and certificates(lend, "list")[0]["daysLeft"] in (89, 90)
    assert [line.get("by") for line in ledger() if "the certificate is renewed" in line["what"]][0] == "uid 0"
    # Whoever was killed between the file and the load balancer: the file counts.
    daemon.kill()
    (KEPT / "tls/environment.pem").write_text(short_lived(80, hosts))
    daemon = Daemon(cgroup)
    until(lambda: served_serial() not in (first, second, third), "it serves what the file has")
    assert pids(lend)["load-balancer-1"] == balancer and certificates(lend, "list")[0]["daysLeft"] in (79, 80)
    lend("verify", "--live", "--probe")
    lend("down", "*")
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
