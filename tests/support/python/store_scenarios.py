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
import threading
from pathlib import Path

from host_machine import PLATFORM
from live_machine import BIN, Daemon, Platform, context, everything, until
from live_scenarios import no_edge, rounds_leave_nothing

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


ASK = """
import os, sys, pymongo
client = pymongo.MongoClient(sys.argv[2] or open(os.environ["DOCUMENTS_URL_FILE"]).read(), serverSelectionTimeoutMS=3000)
db = client[os.environ["DOCUMENTS_DATABASE"]]
print(eval(sys.argv[1]))
"""


def documents(platform, user, expression, url="", environment=ACME, code=0):
    """What a Python expression on the database `db` gives, asked by pymongo from inside a task of `user`; code 1: it was refused."""
    asked = ("/usr/bin/python3", "-c", ASK, expression, url)
    return platform("exec", f"{environment}/{user}", "--", *asked, code=code).strip()


def given(user, name, environment=ACME):
    """A file that a service or job finds."""
    return Path(f"{FOLDER}/{environment}/secrets/{user}/{name}").read_text()


def as_administrator(daemon, store, statement, environment=ACME):
    """Somebody who is root on this machine changes the store behind the daemon's back. Sockets lie in the daemon's mounts."""
    keeper = "documents-postgresql" if store == "documents" else store
    socket = f"{FOLDER}/{environment}/stores/{keeper}/control"
    inside = ["nsenter", "--mount=/proc/%d/ns/mnt" % daemon.pid, "psql", "-qtAX", "-h", socket, "-U", "tenantry", store, "-c", statement]
    return subprocess.run(inside, check=True, capture_output=True, text=True).stdout.strip()


def application(platform, identity, environment=ACME, trusted=None):
    body = json.dumps({"name": "Ana", "email": "ana@example.com", "amount": 500000, "months": 24, "purpose": "car"})
    return request(f"/api/applications/{identity}", body, environment.split("/")[0], trusted)


def request(path, body, tenant, trusted=None):
    name = f"{tenant}.lend.localhost"  # the last stage has the short name
    with socket.create_connection(("127.0.0.1", 8443), timeout=20) as plain:
        with (trusted or context()).wrap_socket(plain, server_hostname=name) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: {name}\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n"
            connection.sendall((head + body).encode())
            text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    return int(text.split()[1]), text.partition("\r\n\r\n")[2]


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
    as_administrator(daemon, "books", "ALTER TABLE applications OWNER TO reporting")
    (finding,) = violated(lend, "DB-1")
    assert "reporting may connect, own, read, write" in json.dumps(finding), finding
    lend("up", "acme")
    lend("verify", "--live")
    lend("down", "*")
    daemon.end()


READS = "db.applications.count_documents({})"
CHANGES = [
    "db.applications.insert_one({})",
    "db.applications.delete_many({})",
    "db.applications.create_index('name')",
    "db.applications.drop()",
    "db.more.insert_one({})",
    "client.drop_database(db.name)",
    "client.other.things.insert_one({})",
]
DENIED = ("permission denied", "must be owner")


def documents_are_read_written_and_owned_as_declared(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend.edit("command: [worker]\n    drain: 5s\n    stores: { books: readWrite }", "command: [worker]\n    drain: 5s\n    stores: { books: readWrite, documents: read }")
    lend("up", "acme")
    assert int(documents(lend, "api", READS)) == int(documents(lend, "worker", READS)) > 0, "seed has filled it"
    for change in CHANGES:
        refused = documents(lend, "worker", change, code=1)
        assert any(word in refused for word in DENIED), (change, refused)
    # Who writes has collections of its own, which whoever reads sees, and cannot drop what the owner made.
    documents(lend, "api", "db.own.insert_one({'_id': 1})")
    assert documents(lend, "worker", "db.own.find_one()") == "{'_id': 1}"
    documents(lend, "api", "db.own.create_index('name')")
    for change in CHANGES[2:4] + CHANGES[5:]:
        refused = documents(lend, "api", change, code=1)
        assert any(word in refused for word in DENIED), (change, refused)
    # The owner may drop all of it, and begins anew with the same rights for all.
    owner = given("seed", "documents.url")
    documents(lend, "api", "db.own.drop_indexes()", owner)
    documents(lend, "api", "client.drop_database(db.name)", owner)
    documents(lend, "api", "db.applications.insert_one({'_id': 'new'})", owner)
    documents(lend, "api", "db.applications.insert_one({'_id': 'newer'})")
    assert documents(lend, "worker", READS) == "2"
    assert "permission denied" in documents(lend, "worker", CHANGES[0], code=1)
    documents(lend, "api", "client.other.things.insert_one({'_id': 1})", owner)
    assert documents(lend, "worker", "client.other.things.find_one()") == "{'_id': 1}"
    assert "permission denied" in documents(lend, "worker", CHANGES[-1], code=1)
    lend("verify", "--live")
    lend("up", "acme")
    assert documents(lend, "worker", READS) == "2"
    lend("down", "*")
    daemon.end()


def who_has_no_login_to_documents_is_told_nothing(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up")
    right = given("api", "documents.url")
    assert documents(lend, "api", READS, right) != "", "so it is reached"
    login = right.split("//")[1].split("@")[0]
    strangers = {
        "nobody": right.replace(f"{login}@", "").replace("authMechanism=PLAIN&", ""),
        "a wrong password": right.replace(login, "api:wrong"),
        "the next lender's": given("api", "documents.url", "norte/demo"),
        "one who is not declared": right.replace(login, "scoring:" + login.split(":")[1]),
        "the administrator": right.replace(login, "tenantry:x"),
        "whose name FerretDB has": right.replace(login, "none:x"),
        "a login that is no one's here": right.replace("PLAIN", "SCRAM-SHA-256"),
        "one without TLS": right.replace("tls=true", "tls=false").replace("&tlsCAFile=/run/secrets/documents.ca", ""),
    }
    for who, url in strangers.items():
        refused = documents(lend, "api", READS, url, code=1)
        assert re.search("authentication failed|no password|empty password|failed SASL|Unsupported authentication|ServerSelectionTimeout", refused), (who, refused)
    address = next(line.split()[0] for line in lend("exec", f"{ACME}/api", "--", "/usr/bin/cat", "/etc/hosts").splitlines() if line.endswith(" documents"))
    closed = lend("exec", f"{ACME}/worker", "--", "/usr/bin/bash", "-c", f"timeout 2 bash -c '</dev/tcp/{address}/27017'; echo $?")
    assert closed.strip().endswith(("1", "124")), closed
    lend("down", "*")
    daemon.end()


def rights_on_documents_given_by_hand_are_found_and_taken_away(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    by_hand = {
        'GRANT "tenantry.write" TO reporting': ("reporting", "write"),
        'GRANT "tenantry.owner" TO api': ("api", "own"),
        "CREATE ROLE mallory LOGIN PASSWORD 'x'; GRANT \"tenantry.read\" TO mallory": ("mallory", "read"),
        'ALTER SCHEMA documents OWNER TO "tenantry.write"': ("api", "own"),
        "CREATE TABLE documents.mine (_jsonb jsonb); ALTER TABLE documents.mine OWNER TO reporting": ("reporting", "own"),
        "GRANT SELECT ON ALL TABLES IN SCHEMA documents TO PUBLIC": ("Everybody", "read"),
        "GRANT CREATE ON DATABASE documents TO api": ("api", "own"),
    }
    for statement, words in by_hand.items():
        as_administrator(daemon, "documents", statement)
        (finding,) = violated(lend, "DB-1")
        assert all(word in json.dumps(finding) for word in words), (statement, finding)
        lend("up", "acme")
        lend("verify", "--live")
    # Whoever has found a password out is in for as long as that is not changed; FerretDB keeps the connection that it made.
    as_administrator(daemon, "documents", "ALTER ROLE api PASSWORD 'found'")
    found = re.sub("//api:[^@]*@", "//api:found@", given("api", "documents.url"))
    documents(lend, "api", READS, found)
    lend("up", "acme")
    assert "authentication failed" in documents(lend, "api", READS, found, code=1)
    documents(lend, "api", READS)
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
    assert documents(lend, "api", "db.applications.find_one('loan-1')['name']") == "Ana"
    assert everything_kept() == first, "keys and passwords stay"
    unsure = subprocess.run([BIN / "tenantry", "down", "-C", lend.folder, ACME, "--destroy-data"], input="acme\n", capture_output=True, text=True)
    assert unsure.returncode == 1 and lend.phase(ACME) == "up", unsure.stderr
    sure = subprocess.run([BIN / "tenantry", "down", "-C", lend.folder, ACME, "--destroy-data"], input=ACME + "\n", capture_output=True, text=True)
    assert sure.returncode == 0, sure.stderr
    assert not (KEPT / ACME / "stores").exists() and not (KEPT / ACME / "secrets").exists()
    assert (KEPT / "norte/demo/stores/books").exists(), "another one's data are not touched"
    lend("up", "acme")
    assert psql(lend, "api", "SELECT count(*) FROM applications WHERE id = 'loan-1'") == "0"
    assert documents(lend, "api", "db.applications.find_one('loan-1')") == "None"
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


def documents_lose_nothing_that_was_acknowledged_when_they_are_killed(cgroup):
    """Loans come all the time; FerretDB and the PostgreSQL behind it are killed by turns."""
    daemon, lend = Daemon(cgroup), lending()
    lend("up", "acme")
    acknowledged, tries, ends = [], [], threading.Event()

    def apply():
        number = 0
        while not ends.is_set():
            tries.append(None)
            if answered(lend, f"loan-{number}") in (200, 201):
                acknowledged.append(f"loan-{number}")
                number += 1

    client = threading.Thread(target=apply)
    client.start()
    try:
        for round in range(6):
            before = len(acknowledged)
            until(lambda: len(acknowledged) >= before + 3, "loans are booked")
            task = "documents-postgresql-1" if round % 2 else "documents-1"
            os.kill(lend.tasks(ACME)[task]["pid"], signal.SIGKILL)
            asked = len(tries)
            until(lambda: len(tries) > asked, "somebody has applied meanwhile")
        before = len(acknowledged)
        until(lambda: len(acknowledged) >= before + 3, "loans are booked again")
    finally:
        ends.set()
        client.join()
    kept = set(documents(lend, "api", "' '.join(one['_id'] for one in db.applications.find())").split())
    booked = set(psql(lend, "api", "SELECT string_agg(id, ' ') FROM applications").split())
    assert set(acknowledged) <= kept and set(acknowledged) <= booked, (set(acknowledged) - kept, set(acknowledged) - booked)
    assert booked <= kept, "no loan without what the applicant sent"
    lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def answered(platform, identity):
    """The status of the answer; 0 where there was none."""
    try:
        return application(platform, identity)[0]
    except OSError:
        return 0


def without_ferretdb_it_is_said_what_to_run(cgroup):
    cache, os.environ["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME"), "/nowhere"
    daemon, lend = Daemon(cgroup), lending()
    before = everything(cgroup)
    said = lend("up", "acme", code=1)
    assert "the store `documents` is of the engine mongodb" in said and "/nowhere/tenantry/ferretdb/" in said and "`make ferretdb`" in said, said
    told = lend("doctor")
    assert re.search(r"^stores +ok +postgresql, redis; no mongodb: .*/nowhere/.*\n += help: .*`make ferretdb`", told, re.M), told
    assert everything(cgroup) == before and not KEPT.exists()
    lend.edit("  documents: { engine: mongodb }\n", "")
    lend.edit(", documents: readWrite", "")
    lend.edit(", documents: owner", "")
    lend.edit(", documents: read", "")
    lend("up", "acme")
    lend("down", "*")
    daemon.end()
    if cache:
        os.environ["XDG_CACHE_HOME"] = cache


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


def down_leaves_nothing_of_stores(cgroup):
    daemon, lend = Daemon(cgroup), lending()
    booked = lambda: until(lambda: answered(lend, "loan-1") in (200, 201), "a loan is booked")
    rounds_leave_nothing(cgroup, daemon, lend, int(os.environ.get("TENANTRY_ROUNDS", "2")), booked)
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
