"""What must hold of an environment that runs on this machine, one function a scenario:
    host_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import fcntl
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from host_machine import (
    BIN, PIN, PLATFORM, Driver, Refused, cgroups, emitted, files, get, in_view, inside, is_alive, mounts, network, processes, through_edge, until, wait_end,
)  # fmt: skip

TASKS = ["api-1", "web-1", "load-balancer-1"]  # the balancer finds its frontend at its first look
ACME, WHITE_LABEL = "acme.lend.localhost", "prestamos.acme.example"
FOLDER = "/run/tenantry/platforms/lend/environments/acme/production"
KEPT = "/var/lib/tenantry/placements/lend/acme/production"
EDGE_USER = 1_048_575


def begin(cgroup, *environments):
    """A driver beside the networks of the environments."""
    network(tempfile.mkdtemp(dir="/run/tenantry"), *(environments or ("acme/production",)))
    return Driver(cgroup)


def start_all(driver, tasks=TASKS):
    driver("files")
    driver("ingress")
    return {task: driver("start", task) for task in tasks}


def stop_all(driver, tasks=TASKS):
    for task in tasks:
        driver("stop", task)
    driver("no-ingress")
    driver("no-files")


def answers(driver, host=ACME):
    """Once the load balancer has found its frontend."""

    def look():
        try:
            return driver("answers", host) == 200
        except Refused:
            return False

    until(look, f"{host} answers 200")


def well(driver, task):
    def look():
        try:
            return driver("healthy", task)
        except Refused:
            return False

    until(look, f"{task} is well")


# What runs -----------------------------------------------------------------------------------------------------------


def a_browser_gets_answers_through_edge_balancer_and_frontend(cgroup):
    driver = begin(cgroup)
    driver("set", "api-1", "release", "r7")
    start_all(driver)
    driver("edge")
    answers(driver)
    for host in (ACME, WHITE_LABEL):
        assert through_edge(driver, host) == (200, "<p>static\n"), "the image's static files"
    status, body = until(lambda: (found := through_edge(driver, ACME, "/api/env"))[0] == 200 and found, "the service answers")
    assert "TENANTRY_RELEASE=r7\n" in body and "LOG_LEVEL=info\n" in body
    assert through_edge(driver, ACME, host=WHITE_LABEL)[0] == 421, "the name of TLS and the host differ"
    try:
        through_edge(driver, "norte.lend.localhost")
        raise AssertionError("a host that is not here was answered")
    except OSError:
        pass
    with socket.create_connection(("127.0.0.1", 8080)) as plain:
        plain.sendall(b"GET /x HTTP/1.1\r\nHost: acme.lend.localhost\r\n\r\n")
        assert plain.recv(4096).startswith(b"HTTP/1.1 308 ")


def every_task_runs_in_the_sandbox_of_its_config(cgroup):
    driver = begin(cgroup)
    started = start_all(driver)
    users = set()
    for task in TASKS:
        seen = driver("observe", task)
        assert seen["effective"] == seen["permitted"] == seen["bounding"] == 0
        assert seen["noNewPrivileges"] and seen["rootReadOnly"] and seen["coreLimit"] == 0
        assert (seen["seccompMode"], seen["seccompFilters"]) == (2, 1)
        assert seen["uid"] == seen["gid"] and 1_048_576 <= seen["uid"] < 1_048_576 + 65_536
        assert seen["cgroup"] == f"/{cgroup}/environments/lend+acme+production/{task}"
        pinned = os.stat(f"/run/tenantry/platforms/lend/net/acme/production/{task}").st_ino
        assert seen["network"] == f"net:[{pinned}]"
        users.add(seen["uid"])
    assert len(users) == len(TASKS)
    well(driver, "api-1")
    answers(driver)
    # Nothing of ours is open in a task but what it was given: the load balancer's two ingress sockets from 3 on.
    api = descriptors(started["api-1"]["pid"])
    assert api[0] == "/dev/null" and api[1].startswith("pipe:") and api[2].startswith("pipe:") and api[3].startswith("socket:")
    assert len(api) == 4, f"its own listening socket alone: {api}"
    balancer = descriptors(started["load-balancer-1"]["pid"])
    assert balancer[3].startswith("socket:") and balancer[4].startswith("socket:")
    root = f"/proc/{started['api-1']['pid']}/root"
    assert sorted(os.listdir(root + "/etc")) == ["group", "hosts", "ld.so.cache", "nginx", "nsswitch.conf", "passwd", "ssl"]
    code, output = driver.exec("api-1", "/usr/bin/id", "-u")
    assert (code, output) == (0, f"{driver('observe', 'api-1')['uid']}\n")
    assert driver.exec("api-1", "/usr/bin/env", "nothing-of-this-name")[0] == 127
    for path in ("/x", "/usr/x", "/app/x", "/etc/x"):
        assert driver.exec("api-1", "/usr/bin/touch", path)[0] == 1 and not Path(root + path).exists()
    assert driver.exec("api-1", "/bin/sleep", "1000", milliseconds=200) == (None, "")
    # Its end was awaited; process 1 of the cell takes it out of /proc a moment later.
    until(lambda: not any("sleep" in Path(f"/proc/{pid}/comm").read_text() for pid in processes()), "it ended with its deadline")


def what_runs_is_proved_by_what_was_observed(cgroup):
    """Every claim that is decided on live state holds for two environments, and an edit of what was observed is seen."""
    acme = begin(cgroup, "acme/production", "norte/production")
    norte = Driver(cgroup, "norte/production")
    folder = Path(tempfile.mkdtemp(dir="/run"))
    emitted(folder)
    acme("edge")
    (folder / "edge/observed.json").write_text(acme("observe-edge")["text"])
    for driver, tenant in ((acme, "acme"), (norte, "norte")):
        start_all(driver)
        for task in TASKS:
            where = folder / f"environments/{tenant}/production/tasks/{task}/observed.json"
            where.write_text(driver("observe", task)["text"])
    sockets = acme("sockets")["text"]
    assert [json.loads(sockets)["sockets"]] == [[{"holder": "edge", "protocol": "tcp", "address": "127.0.0.1", "port": port} for port in (8080, 8443)]]
    (folder / "edge/sockets.json").write_text(sockets)

    def answer():
        done = subprocess.run([BIN / "tenantry", "verify", "-C", PLATFORM, "--texts", folder, "--json"], capture_output=True, text=True)
        assert done.returncode in (0, 4), done.stderr
        told = json.loads(done.stdout)
        assert told["source"] == "live" and not told["notUnderstood"], told["notUnderstood"]
        return {verdict["claim"]: verdict for verdict in told["verdicts"]}

    for claim, verdict in answer().items():
        assert verdict["answer"] == ("holds" if verdict["decided"] else "unknown"), f"{claim}: {verdict}"
    where = folder / "environments/acme/production/tasks/api-1/observed.json"
    seen = where.read_text()
    for before, after, claim in [
        ('"mode": 2', '"mode": 0', "RUN-1"),
        ('"noNewPrivileges": true', '"noNewPrivileges": false', "RUN-1"),
        ('"rootReadOnly": true', '"rootReadOnly": false', "FS-1"),
        ('services/api/hosts", "options": ["ro"', 'services/api/hosts", "options": ["rw"', "FS-1"),
        ('/acme/production/services/api/hosts', '/norte/production/services/api/hosts', "NET-10"),
        ('/platforms/lend/environments/acme/production/services/api/hosts', '/in', "NET-9"),
    ]:  # fmt: skip
        changed = seen.replace(before, after, 1)
        assert changed != seen, f"{before} is not in {seen}"
        where.write_text(changed)
        assert answer()[claim]["answer"] == "violated", (before, after)
    # A lock that one environment holds is no obstacle in another: what is hidden of /proc is hidden by each for itself.
    held = Path(f"/proc/{acme('find', 'api-1')['pid']}/root/proc/kallsyms").open()
    fcntl.flock(held, fcntl.LOCK_EX)
    assert norte.exec("api-1", "/usr/bin/flock", "-n", "/proc/kallsyms", "/bin/true")[0] == 0


def descriptors(pid):
    """Of a process that has started; what it opens and closes again is not looked for."""
    folder, found = f"/proc/{pid}/fd", {}
    for name in os.listdir(folder):
        try:
            found[int(name)] = os.readlink(f"{folder}/{name}")
        except FileNotFoundError:
            pass
    return found


def the_edge_runs_in_a_sandbox_and_sees_only_the_sockets(cgroup):
    driver = begin(cgroup)
    start_all(driver)
    pid = driver("edge")["pid"]
    assert driver("edge")["pid"] == pid, "the same texts: it is left alone"
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    assert status["Uid"].split() == [str(EDGE_USER)] * 4 and status["Gid"].split() == [str(EDGE_USER)] * 4
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert os.sched_getscheduler(pid) == os.SCHED_BATCH
    assert os.stat(f"/proc/{pid}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino
    assert sorted(os.listdir(f"/proc/{pid}/root/run/tenantry")) == ["edge", "in"]
    assert sorted(os.listdir(f"/proc/{pid}/root/run/tenantry/in")) == [ACME, WHITE_LABEL]
    driver("no-edge")
    assert driver("find-edge") is None and not is_alive(pid) and not Path("/run/tenantry/edge").exists()


def what_two_environments_see_of_the_host_is_not_one_inode(cgroup):
    acme = begin(cgroup, "acme/production", "norte/production")
    norte = Driver(cgroup, "norte/production")
    for driver in (acme, norte):
        driver("files")

    def look():
        """(device, inode) of a program and an image's file in both; whether both can lock it alone."""
        seen, locks = [], []
        for path in ("root/usr/bin/env", "images/lend+api/api"):
            for tenant in ("acme", "norte"):
                opened = os.open(f"/run/tenantry/platforms/lend/environments/{tenant}/production/{path}", os.O_RDONLY)
                status = os.fstat(opened)
                seen.append([status.st_dev, status.st_ino])
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises where another has it
                locks.append(opened)
        return seen

    seen = in_view(look)
    host = os.stat("/usr/bin/env")
    assert len({tuple(pair) for pair in [*seen, (host.st_dev, host.st_ino)]}) == 5


# How it ends -----------------------------------------------------------------------------------------------------------


def how_a_task_ended_is_told(cgroup):
    driver = begin(cgroup)
    driver("files")
    assert driver("ended", "api-1") is None, "nothing is known of it"

    def end(path=None, signal_number=None):
        process = driver("start", "api-1")
        well(driver, "api-1")
        assert driver("ended", "api-1") is None, "it runs"
        get("api-1", path) if path else os.kill(process["pid"], signal_number)
        wait_end(process["pid"])
        assert driver("find", "api-1") is None
        return until(lambda: driver("ended", "api-1"), "its end is known")

    assert end("/exit/3") == {"code": 3, "outOfMemory": False, "text": "exit code 3"}
    assert driver("lines", "api-1", 2) == ["GET /healthz", "GET /exit/3"]
    assert end(signal_number=signal.SIGKILL) == {"code": 137, "outOfMemory": False, "text": "signal 9 (SIGKILL)"}
    assert end("/eat") == {"code": 137, "outOfMemory": True, "text": "out of memory"}
    assert "GET /healthz" in Path(f"{KEPT}/logs/api-1.log.1").read_text(), "the run before"


def a_task_that_does_not_hear_is_killed(cgroup):
    driver = begin(cgroup)
    driver("files")
    process = driver("start", "api-1")
    well(driver, "api-1")
    get("api-1", "/stay")
    driver("stop", "api-1")
    assert not is_alive(process["pid"]) and not is_alive(process["monitor"])
    driver("stop", "api-1")  # fine where there is none


def a_log_is_bounded(cgroup):
    driver = begin(cgroup)
    driver("files")
    driver("start", "api-1")
    well(driver, "api-1")
    for _ in range(4):
        get("api-1", "/write/3000")
    log = Path(f"{KEPT}/logs/api-1.log")
    until(lambda: (lines := driver("lines", "api-1", 3)) and "w" * 1023 in lines, "the lines are written")
    assert log.stat().st_size <= 8 << 20


def a_program_that_is_not_there_is_told(cgroup):
    driver = begin(cgroup)
    driver("files")
    [image] = Path("/var/lib/tenantry/images").iterdir()
    (image / "api").unlink()
    driver("no-files")
    driver("files")
    try:
        driver("start", "api-1")
        raise AssertionError("it started")
    except Refused as refused:
        assert str(refused).startswith("starting api-1 of local/lend/acme/production: "), refused
        assert "were changed on this machine" in str(refused), refused
    assert driver("find", "api-1") is None
    assert sorted(os.listdir(f"{FOLDER}/tasks/api-1")) == ["config.json"], "what was half made is gone"


def a_task_without_its_monitor_is_replaced(cgroup):
    driver = begin(cgroup)
    driver("files")
    first = driver("start", "api-1")
    os.kill(first["monitor"], signal.SIGKILL)
    wait_end(first["monitor"])
    assert driver("find", "api-1") is None
    second = driver("start", "api-1")
    assert not is_alive(first["pid"]) and second["pid"] != first["pid"]
    well(driver, "api-1")


def a_task_that_was_made_but_not_begun_is_made_again(cgroup):
    """Who starts a task may be killed when its container is made and does not run its program yet."""
    driver = begin(cgroup)
    driver("files")

    def mounted(*words):
        subprocess.run(["nsenter", f"--mount={PIN}", *words], check=True)

    crun, killer = Path("/run/tenantry/crun-itself"), Path("/run/tenantry/crun-killer")
    crun.touch()
    killer.write_text(f'#!/bin/sh\ncase " $* " in *" start "*) kill -9 $PPID; exit 1;; esac\nexec {crun} "$@"\n')
    killer.chmod(0o755)
    mounted("mount", "--bind", "/usr/bin/crun", crun)
    mounted("mount", "--bind", killer, "/usr/bin/crun")
    driver.send("start", "api-1")
    driver.process.wait()
    mounted("umount", "/usr/bin/crun")
    record = json.loads(Path(f"{FOLDER}/tasks/api-1/task.json").read_text())
    assert is_alive(record["pid"]), "it waits for its start"
    driver = Driver(cgroup)
    begun = driver("start", "api-1")
    well(driver, "api-1")
    assert begun["pid"] != record["pid"] and not is_alive(record["pid"])


def another_digest_is_another_task(cgroup):
    driver = begin(cgroup)
    driver("files")
    first = driver("start", "api-1")
    driver("set", "api-1", "digest", "another")
    try:
        driver("start", "api-1")
        raise AssertionError("it was taken for the one that is wanted")
    except Refused as refused:
        assert "stop it first" in str(refused)
    driver("stop", "api-1")
    assert driver("start", "api-1")["pid"] != first["pid"]


# The daemon ends and begins again --------------------------------------------------------------------------------------


def a_new_daemon_adopts_what_runs(cgroup):
    driver = begin(cgroup)
    started = start_all(driver)
    answers(driver)
    sockets = {path.name: path.stat().st_ino for path in Path("/run/tenantry/in").iterdir()}
    driver.kill()
    driver = Driver(cgroup)
    assert driver.view == "entered"
    driver("files")
    driver("ingress")
    assert {path.name: path.stat().st_ino for path in Path("/run/tenantry/in").iterdir()} == sockets, "taken back, not made"
    for task in TASKS:
        assert driver("find", task) == started[task] == driver("start", task)
    answers(driver)
    # The sockets that it took back are the ones that a new load balancer gets.
    driver("stop", "load-balancer-1")
    driver("start", "load-balancer-1")
    assert {path.name: path.stat().st_ino for path in Path("/run/tenantry/in").iterdir()} == sockets
    answers(driver)
    assert driver("ended", "api-1") is None


def a_connection_waits_while_a_balancer_starts_again(cgroup):
    driver = begin(cgroup)
    start_all(driver)
    answers(driver)
    driver("stop", "load-balancer-1")
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.connect(f"/run/tenantry/in/{ACME}")
        waiting.settimeout(20)
        driver("start", "load-balancer-1")
        waiting.sendall(b"PROXY TCP4 127.0.0.1 127.0.0.1 1 8443\r\nno TLS")
        assert waiting.recv(100) != b"unread", "HAProxy took the connection: it answers with an alert or closes"
    answers(driver)


def hosts_come_and_go(cgroup):
    driver = begin(cgroup)
    start_all(driver)
    stop_all(driver)
    assert os.listdir("/run/tenantry/in") == []
    # After a restart without a running task the sockets are made anew, in the place of those that nobody listens on.
    driver("ingress")
    driver.kill()
    driver = Driver(cgroup)
    driver("ingress")
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.connect(f"/run/tenantry/in/{ACME}")


def kill_at_any_moment(cgroup):
    """Whatever the daemon was doing, the next one comes to the same end."""
    import select

    driver = begin(cgroup)
    driver("files")
    nobody, _ = socket.socketpair()
    outside = set(processes())
    for round in range(100):
        command = ["start api-1", "stop api-1", "files", "ingress"][round % 4]
        if command.startswith("stop"):
            driver("start", "api-1")
        driver.send(command)
        select.select([nobody], [], [], round // 4 * 0.002)  # up to 48 ms: a start takes less
        outside.discard(driver.process.pid)
        driver.kill()
        driver = Driver(cgroup)
        outside.add(driver.process.pid)
        start_all(driver, ["api-1"])
        well(driver, "api-1")
        ours = [pid for pid in processes() if pid not in outside]
        task = driver("find", "api-1")
        assert sorted(ours) == sorted([task["pid"], task["monitor"]]), f"after a kill in `{command}`: {ours}"
    stop_all(driver, ["api-1"])
    assert [pid for pid in processes() if pid not in outside] == []


def twenty_times_leave_nothing(cgroup):
    driver = begin(cgroup)
    start_all(driver)
    driver("edge")
    driver("no-edge")
    stop_all(driver)
    kept = ("/var/lib/tenantry/placements", "/var/lib/tenantry/edge")
    before = (mounts(), cgroups(cgroup), processes(), files(*kept), len(os.listdir(f"/proc/{driver.process.pid}/fd")))
    for _ in range(20):
        start_all(driver)
        driver("edge")
        driver("no-edge")
        stop_all(driver)
    after = (mounts(), cgroups(cgroup), processes(), files(*kept), len(os.listdir(f"/proc/{driver.process.pid}/fd")))
    assert before == after, [(set(a) ^ set(b)) for a, b in zip(before[:4], after[:4])]
    assert before[1] == sorted(path for path in before[1] if Path(path).name in (cgroup, "daemon", "helpers", "monitors", "environments"))


# Files -----------------------------------------------------------------------------------------------------------------


def certificates_are_kept_and_their_keys_are_private(cgroup):
    driver = begin(cgroup)
    driver("files")
    pem = Path(f"{FOLDER}/tls/environment.pem")
    first, uid = pem.read_text(), balancer_user()
    status = pem.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o400, uid, uid)
    folder = pem.parent.stat()
    assert (stat.S_IMODE(folder.st_mode), folder.st_uid, folder.st_gid) == (0o750, 0, uid)
    for private in (f"{KEPT}/tls/environment.pem", "/var/lib/tenantry/ca/ca.key"):
        status = os.stat(private)
        assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o600, 0), private
    assert stat.S_IMODE(os.stat("/var/lib/tenantry/ca").st_mode) == 0o700
    driver("no-files")
    assert not Path(FOLDER).exists()
    driver("files")
    assert pem.read_text() == first, "the one that was kept"
    Path(f"{KEPT}/tls/environment.pem").write_text("no certificate")
    driver("files")
    assert pem.read_text() != first


def balancer_user():
    import json

    return json.loads(Path(f"{FOLDER}/tasks/load-balancer-1/config.json").read_text())["process"]["user"]["uid"]


def texts_are_those_of_the_environment_and_no_others(cgroup):
    driver = begin(cgroup)
    driver("files")
    texts = {path: text for path, text in emitted(tempfile.mkdtemp(dir="/run/tenantry")).items() if "environments/acme/production/" in path}

    def there():
        names = [*Path(FOLDER).glob("*.json"), *Path(FOLDER).glob("services/*/*"), *Path(FOLDER).glob("tasks/*/config.json")]
        return {str(path).removeprefix("/run/tenantry/platforms/lend/"): path.read_text() for path in names}

    assert there() == texts
    process = driver("start", "api-1")
    for stranger in ("services/web/more", "services/old/hosts", "tasks/old-1/config.json", "old.json"):
        path = Path(FOLDER, stranger)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    Path(FOLDER, "services/web/hosts").write_text("127.0.0.1 elsewhere\n")
    Path(FOLDER, "nftables.json").unlink()
    Path(FOLDER, "nftables.json").symlink_to("/etc/passwd")
    driver("files")
    assert there() == texts and not Path(FOLDER, "services/old").exists() and not Path(FOLDER, "tasks/old-1").exists()
    assert not Path("/etc/passwd").read_text().startswith("{")
    assert driver("find", "api-1") == process, "what runs is not touched"


def an_image_is_read_only_and_mounted_where_the_task_expects_it(cgroup):
    driver = begin(cgroup)
    driver("files")

    def look():
        line = next(line for line in Path("/proc/self/mountinfo").read_text().splitlines() if line.split()[4] == f"{FOLDER}/images/lend+api")
        return [line.split()[5], sorted(os.listdir(f"{FOLDER}/images/lend+api"))]

    options, names = in_view(look)
    assert {"ro", "nosuid", "nodev"} <= set(options.split(",")) and names == ["api", "srv", "web"]
    for path in Path("/var/lib/tenantry/images").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o444 if path.name == "index.html" else 0o555), path


# Questions ---------------------------------------------------------------------------------------------------------------


def a_probe_says_what_came_instead(cgroup):
    driver = begin(cgroup)
    driver("files")

    def refusal(*words):
        try:
            return f"answered {driver(*words)}"
        except Refused as refused:
            return str(refused)

    assert refusal("healthy", "api-1") == "asking api-1 at 10.0.0.4:9000: connecting: Connection refused"
    driver("start", "api-1")
    well(driver, "api-1")
    get("api-1", "/unwell")
    assert refusal("healthy", "api-1") == "asking api-1 at 10.0.0.4:9000: /healthz answers 503"
    driver("stop", "api-1")
    for answer, said in ((b"hello\r\n", "the answer is no HTTP: `hello`"), (b"x" * 5000, "the answer's first line has more than 4096 bytes"),
                         (b"", "the connection was closed without an answer")):  # fmt: skip
        listener = inside("api-1", lambda: socket.create_server(("10.0.0.4", 9000), reuse_port=True))
        driver.send("healthy", "api-1")
        connection, _ = listener.accept()
        connection.recv(4096)
        connection.sendall(answer)
        if not answer:
            connection.close()
        try:
            driver.answer()
            raise AssertionError(f"{answer[:20]} is well")
        except Refused as refused:
            assert str(refused) == f"asking api-1 at 10.0.0.4:9000: {said}"
        connection.close()
        listener.close()
    silent = inside("api-1", lambda: socket.create_server(("10.0.0.4", 9000), reuse_port=True))
    assert refusal("healthy", "api-1") == "asking api-1 at 10.0.0.4:9000: no answer within 2000 ms"
    silent.close()
    assert refusal("answers", ACME) == f"asking {ACME} of local/lend/acme/production: connecting: No such file or directory"
    assert refusal("answers", "../../etc") == "asking ../../etc of local/lend/acme/production: it is no host name"


def a_foreign_certificate_is_no_answer(cgroup):
    driver = begin(cgroup)
    start_all(driver)
    answers(driver)
    # Another authority: the load balancer keeps the certificate of the first one.
    driver.kill()
    for name in ("ca.pem", "ca.key"):
        Path(f"/var/lib/tenantry/ca/{name}").unlink()
    driver = Driver(cgroup)
    driver("ingress")
    try:
        raise AssertionError(f"answered {driver('answers', ACME)}")
    except Refused as refused:
        assert "the certificate is not valid for the host: " in str(refused), refused


def main(name, cgroup):
    globals()[name](cgroup)


if __name__ == "__main__":
    main(*sys.argv[1:])
