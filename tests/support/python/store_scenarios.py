"""What must hold of stores, jobs and secrets that run, one function a scenario:
    store_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from host_machine import PLATFORM
from live_machine import BIN, Daemon, Platform, context, everything, until

ACME = "acme/demo"
FOLDER = "/run/tenantry/platforms/lend/environments"
KEPT = Path("/var/lib/tenantry/placements/lend")


def lending(name="lend"):
    platform = Platform(name, (PLATFORM / "lending.yaml").read_text())
    for program in ("api", "scoring"):
        shutil.copy(BIN / f"lending_{program}", platform.folder / "build" / program)
    return platform


def psql(platform, user, statement, environment=ACME, code=0):
    """A statement as a service, from inside its task, with what it finds there."""
    script = 'exec psql -qtAX -v ON_ERROR_STOP=1 "$(cat "$BOOKS_URL_FILE")" -c "$1"'
    return platform("exec", f"{environment}/{user}", "--", "/usr/bin/sh", "-c", script, "sh", statement, code=code).strip()


def redis(platform, user, *words, code=0):
    script = 'exec redis-cli -h "$CACHE_HOST" --user "$CACHE_USER" --pass "$(cat "$CACHE_PASSWORD_FILE")" --no-auth-warning "$@"'
    return platform("exec", f"{ACME}/{user}", "--", "/usr/bin/sh", "-c", script, "sh", *words, code=code).strip()


def as_administrator(daemon, store, statement, environment=ACME):
    """Somebody who is root on this machine changes the store behind the daemon's back. Sockets lie in the daemon's mounts."""
    socket = f"{FOLDER}/{environment}/stores/{store}/control"
    inside = ["nsenter", "--mount=/proc/%d/ns/mnt" % daemon.pid, "psql", "-qX", "-h", socket, "-U", "tenantry", store, "-c", statement]
    subprocess.run(inside, check=True)


def application(platform, identity, environment=ACME):
    body = json.dumps({"name": "Ana", "email": "ana@example.com", "amount": 500000, "months": 24, "purpose": "car"})
    return request(f"/api/applications/{identity}", body, environment.split("/")[0])


def request(path, body, tenant):
    name = f"{tenant}.lend.localhost"  # the last stage has the short name
    with socket.create_connection(("127.0.0.1", 8443), timeout=20) as plain:
        with context().wrap_socket(plain, server_hostname=name) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: {name}\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n"
            connection.sendall((head + body).encode())
            text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    return int(text.split()[1]), text.partition("\r\n\r\n")[2]


def no_edge():
    return not Path("/run/tenantry/edge").exists()


def violated(platform, claim):
    done = platform.json("verify", "--live", code=4)
    return [verdict for verdict in done["verdicts"] if verdict["claim"] == claim and verdict["answer"] == "violated"]


# What is declared works, and nothing else ----------------------------------------------------------------------------


def a_loan_is_booked_in_each_environment_alone(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up")
    for tenant in ("acme", "norte"):
        status, body = application(lend, "loan-1", f"{tenant}/demo")
        assert status == 201, body
        status, again = application(lend, "loan-1", f"{tenant}/demo")
        assert status == 200 and json.loads(again)["decision"] == json.loads(body)["decision"]
    application(lend, "loan-2", "acme/demo")
    count = "SELECT count(*) FROM applications WHERE id LIKE 'loan-%'"
    assert psql(lend, "api", count) == "2"
    assert psql(lend, "api", count, "norte/demo") == "1"
    verdicts = {one["claim"]: one["answer"] for one in lend.json("verify", "--live", "--probe")["verdicts"]}
    for claim in ("NET-1", "NET-4", "NET-5", "NET-6", "NET-9", "NET-10", "NET-12", "RUN-1", "RUN-2", "FS-1", "DB-1", "TLS-2"):
        assert verdicts[claim] == "holds", (claim, verdicts)
    lend("down", "*")
    daemon.end()


def who_reads_cannot_write_and_who_is_not_declared_comes_not_in(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend.edit("    command: [worker]\n    drain: 5s\n    stores: { books: readWrite }", "    command: [worker]\n    drain: 5s\n    stores: { books: read, cache: read }")
    lend("up", "acme")
    assert int(psql(lend, "worker", "SELECT count(*) FROM applications")) > 0, "seed has filled it"
    for statement in ("DELETE FROM applications", "CREATE TABLE mine (id int)", "CREATE SCHEMA mine", "CREATE ROLE mine", "COPY applications TO PROGRAM 'cat'"):
        assert "permission denied" in psql(lend, "worker", statement, code=1) or "must be" in psql(lend, "worker", statement, code=1), statement
    assert "permission denied" in psql(lend, "api", "CREATE TABLE mine (id int)", code=1), "a service makes no table"
    assert redis(lend, "api", "SET", "k", "v") == "OK" and redis(lend, "worker", "GET", "k") == "v"
    assert "NOPERM" in redis(lend, "worker", "SET", "k", "w")
    assert "NOPERM" in redis(lend, "api", "CONFIG", "GET", "*") and "NOPERM" in redis(lend, "api", "ACL", "LIST")
    # scoring declares no store: no name, no way, no file.
    books = next(line.split()[0] for line in lend("exec", f"{ACME}/api", "--", "/usr/bin/cat", "/etc/hosts").splitlines() if line.endswith(" books"))
    closed = lend("exec", f"{ACME}/scoring", "--", "/usr/bin/bash", "-c", f"timeout 2 bash -c '</dev/tcp/{books}/5432'; echo $?")
    assert closed.strip().endswith(("1", "124")), closed
    lend("exec", f"{ACME}/scoring", "--", "/usr/bin/ls", "/run/secrets", code=2)
    # Without TLS nobody is let in, and nobody with another's password.
    plain = 'psql "$(sed s/verify-full/disable/ "$BOOKS_URL_FILE")" -c "SELECT 1"'
    assert "no encryption" in lend("exec", f"{ACME}/api", "--", "/usr/bin/sh", "-c", plain, code=2)
    other = 'PGPASSWORD=$(cat "$BOOKS_PASSWORD_FILE") psql "host=books user=migrate dbname=books sslmode=require" -c "SELECT 1"'
    assert "authentication failed" in lend("exec", f"{ACME}/api", "--", "/usr/bin/sh", "-c", other, code=2)
    lend("down", "*")
    daemon.end()


def a_right_given_by_hand_is_found_and_taken_away_by_the_next_up(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    as_administrator(daemon, "books", "GRANT INSERT ON applications TO reporting")
    (finding,) = violated(lend, "DB-1")
    assert "reporting" in json.dumps(finding) and "access.reporting" in json.dumps(finding), finding
    lend("up", "acme")
    as_administrator(daemon, "books", "CREATE ROLE mallory LOGIN SUPERUSER PASSWORD 'x'")
    (finding,) = violated(lend, "DB-1")
    assert "mallory" in json.dumps(finding), finding
    lend("up", "acme")
    lend("verify", "--live")
    lend("down", "*")
    daemon.end()


# Data, jobs, secrets -------------------------------------------------------------------------------------------------


def data_outlive_a_down_and_go_when_their_name_is_written(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up")
    application(lend, "loan-1")
    first = everything_kept()
    lend("down", "*")
    assert lend.json("status")["environments"][0]["why"] == "its data is kept"
    lend("up", "acme")
    assert psql(lend, "api", "SELECT count(*) FROM applications WHERE id = 'loan-1'") == "1"
    assert everything_kept() == first, "keys and passwords stay"
    unsure = subprocess.run([BIN / "tenantry", "down", "-C", lend.folder, ACME, "--destroy-data"], input="acme\n", capture_output=True, text=True)
    assert unsure.returncode == 1 and lend.phase(ACME) == "up", unsure.stderr
    sure = subprocess.run([BIN / "tenantry", "down", "-C", lend.folder, ACME, "--destroy-data"], input=ACME + "\n", capture_output=True, text=True)
    assert sure.returncode == 0, sure.stderr
    assert not (KEPT / ACME / "stores").exists() and not (KEPT / ACME / "secrets").exists()
    assert (KEPT / "norte/demo/stores/books").exists(), "another one's data are not touched"
    lend("up", "acme")
    assert psql(lend, "api", "SELECT count(*) FROM applications WHERE id = 'loan-1'") == "0"
    lend("down", "*")
    daemon.end()


def everything_kept():
    return {path.name: path.read_bytes() for path in sorted((KEPT / ACME / "secrets").iterdir())}


def jobs_run_before_the_services_and_a_failing_one_keeps_them_from_starting(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    jobs = {name: task["phase"] for name, task in lend.tasks(ACME).items() if name.startswith(("migrate", "seed"))}
    assert jobs == {"migrate-1": "finished", "seed-1": "finished"}, jobs
    applied = lend("logs", f"{ACME}/migrate")
    assert applied, "its log is there when it has ended"
    lend("down", "acme")
    lend("up", "acme")
    assert lend("logs", f"{ACME}/migrate") == applied, "it does not run again where nothing changed"
    pid = lend.tasks(ACME)["api-1"]["pid"]
    lend.edit("command: [migrate]", "command: [nonsense]")
    said = lend("up", "acme", code=1)
    assert "the job migrate-1 failed: exit code" in said, said
    assert lend.tasks(ACME)["api-1"]["pid"] == pid, "what ran goes on"
    lend("up", "norte", code=1)
    assert lend.phase("norte/demo") == "absent", "what was half made is undone"
    lend("down", "*")
    daemon.end()


def a_job_is_not_run_twice_by_a_daemon_that_was_killed(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend.edit("command: [migrate]", 'command: ["-c", "echo ran; sleep 3"]')
    shutil.copy("/bin/sh", lend.folder / "build/api")
    lend("up", "acme", "--detach")
    log = KEPT / ACME / "logs/migrate-1.log"
    until(lambda: log.exists() and "ran" in log.read_text(), "the job runs")
    daemon.kill()
    daemon = Daemon(cgroup)
    until(lambda: lend.tasks(ACME).get("migrate-1", {}).get("phase") == "finished", "it is known to have ended")
    assert log.read_text().count("ran") == 1 and not log.with_name("migrate-1.log.1").exists(), log.read_text()
    lend("down", "*")
    daemon.end()


def a_killed_store_is_there_again_with_what_was_acknowledged(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    acknowledged = []
    for number in range(6):
        identity = f"loan-{number}"
        pid = lend.tasks(ACME)["cache-1" if number % 2 else "books-1"]["pid"]
        os.kill(pid, signal.SIGKILL)
        until(lambda: application(lend, identity)[0] in (200, 201), f"{identity} is booked")
        acknowledged.append(identity)
    found = psql(lend, "api", "SELECT string_agg(id, ' ' ORDER BY id) FROM applications WHERE id LIKE 'loan-%'").split()
    assert found == sorted(acknowledged), found
    assert psql(lend, "api", "SELECT count(*) FROM (SELECT id FROM applications GROUP BY id HAVING count(*) > 1) t") == "0"
    lend("down", "*")
    daemon.end()


def no_secret_is_where_it_does_not_belong(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    secrets = []
    for service in ("api", "worker"):
        listed = lend("exec", f"{ACME}/{service}", "--", "/usr/bin/sh", "-c", "cat /run/secrets/jwt_key /run/secrets/*.password 2>/dev/null; true")
        secrets += re.findall(r"[A-Za-z0-9_-]{43}", listed)
    assert len(set(secrets)) >= 4, "a key and three passwords"
    application(lend, "loan-1")
    lend("verify", "--live")
    lend("down", "acme")
    for secret in set(secrets):
        for place in ("/var/lib/tenantry", "/run/tenantry", daemon.log.name):
            found = subprocess.run(["grep", "-rlF", "--", secret, place], capture_output=True, text=True).stdout
            assert not found, (place, found)
    lend("up", "acme")
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("environ", "cmdline"):
            try:
                text = (process / name).read_bytes().decode(errors="replace")
            except OSError:
                continue
            assert not any(secret in text for secret in secrets), (process, name)
    lend("down", "*")
    daemon.end()


def what_cannot_be_run_is_refused_before_anything_is_made(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    before = everything(cgroup)
    for right, wrong, said in (
        ("jwt_key: { make: 32 bytes }", "jwt_key: { given: per tenant }", "no way to give the secret `jwt_key`"),
        ("cache: { engine: redis, role: cache }", "cache: { engine: mongodb }", "runs no mongodb"),
    ):
        lend.edit(right, wrong)
        assert "TN0701" in lend("plan")
        assert said in lend("up", code=1)
        lend.edit(wrong, right)
    assert everything(cgroup) == before and not KEPT.exists()
    daemon.end()


def down_leaves_nothing_of_stores(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    lend("down", "acme")
    until(no_edge, "the edge has ended")
    before = everything(cgroup)
    for _ in range(3):
        lend("up", "acme")
        lend("down", "acme")
        until(no_edge, "the edge has ended")
    after = everything(cgroup)
    for what, there in before.items():
        assert len(after[what]) == len(there), f"{what}: {there} -> {after[what]}"
    left = [str(path) for path in Path("/run/tenantry/platforms").rglob("*")]
    assert left == [], left
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
