"""What must hold of the operator's commands on what runs, one function a scenario:
    ops_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from live_machine import BIN, Daemon, Platform, answers, ask, until, wait_end
from typist import Typist

ACME, API = "acme.lend.localhost", "acme/production/api"


def objects(text):
    """Those of a command that prints one a line, behind its head."""
    head, *lines = [json.loads(line) for line in text.splitlines()]
    assert head["version"] == 1, head
    return lines


def ends(lend, path):
    """Has the service end, and waits until it is back."""
    pid = lend.tasks()["api-1"]["pid"]
    ask(ACME, f"/api{path}")
    until(lambda: lend.tasks()["api-1"]["phase"] == "ready" and lend.tasks()["api-1"]["pid"] != pid, "the task is back")


def logs_of_the_last_run_and_since_a_time_are_told_apart(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    answers(ACME, "/api/first")
    ends(lend, "/exit/3")
    answers(ACME, "/api/second")
    now, before = lend("logs", API), lend("logs", "--previous", API)
    assert "GET /second" in now and "GET /first" not in now, now
    assert "GET /first" in before and "GET /second" not in before and "GET /exit/3" in before, before
    assert lend("logs", "--since", "1h", API) == now and lend("logs", "--since", "2999-01-01T00:00:00Z", API) == ""
    assert lend("logs", "--lines", "1", API).count("\n") == 1
    lines = objects(lend("logs", "--json", "*/production/api"))
    assert {line["environment"] for line in lines} == {"acme/production", "norte/production"}
    assert {line["task"] for line in lines} == {"api-1"} and {line["stream"] for line in lines} == {"stdout"}
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines), "of all tasks together"
    second = next(line["time"] for line in lines if line["text"] == "GET /second")
    behind = objects(lend("logs", "--json", "--since", second, API))
    assert behind[0]["time"] >= second[:23] and "GET /second" in [line["text"] for line in behind], "as it was printed"
    assert lend("logs", "--times", API).startswith("20")
    for words in (["--follow", "--previous"], ["--since", "yesterday"], ["--since", "10"]):
        lend("logs", *words, API, code=64)
    lend("down", "*")
    assert "nothing" in lend("logs", API, code=1)
    daemon.end()


def top_counts_what_tasks_take(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    assert "Nothing runs" in lend("top")
    lend("up")
    busy = subprocess.Popen([BIN / "tenantry", "exec", "-C", lend.folder, "norte/production/api", "--", "/usr/bin/timeout", "20", "/usr/bin/sh", "-c", "while :; do :; done"])

    def is_busy():
        said = lend.json("top", "--interval", "1s")
        assert said["overMs"] >= 1000
        first = said["environments"][0]
        return said if first["environment"] == "norte/production" and first["tasks"][0]["cpuTenths"] > 100 else None

    said = until(is_busy, "the busy one stands first")
    for environment in said["environments"]:
        tasks = environment["tasks"]
        assert {task["name"] for task in tasks} == {"web-1", "api-1", "load-balancer-1"}
        for kind in ("cpuTenths", "memory", "processes"):
            assert environment[kind] == sum(task[kind] for task in tasks), environment
        for task in tasks:
            assert task["pid"] > 0 and task["processes"] > 0 and 0 < task["memory"] < task["mostMemory"], task
    limits = {task["name"]: task["mostMemory"] for task in said["environments"][0]["tasks"]}
    assert limits["api-1"] == 64 << 20
    busy.kill(), busy.wait()
    alone = lend("top", "acme/production/api")
    assert "acme/production" in alone and "api-1" in alone and "web-1" not in alone and "norte" not in alone
    lend("down", "*")
    daemon.end()


def events_tell_what_happened_and_the_ledgers_survive_the_daemon(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    following = subprocess.Popen([BIN / "tenantry", "events", "-f", "--json", "acme/production"], stdout=subprocess.PIPE, text=True)
    assert json.loads(following.stdout.readline())["command"] == "events"
    lend("up")
    ends(lend, "/exit/3")
    ends(lend, "/eat")
    whole = [("up asked for", ""), ("up", ""), ("task ended", "exit code 3"), ("task started again", ""), ("task ended", "out of memory"), ("task started again", "")]
    followed = [json.loads(following.stdout.readline()) for _ in whole]
    assert [(one["what"], one["why"]) for one in followed] == whole, followed
    assert [one["inLedger"] for one in followed] == [True, True] + 4 * [False] and followed[0]["by"] == "uid 0"
    assert [(one["task"], one["what"]) for one in objects(lend("events", "--json", API))] == [("api-1", what) for what, _ in whole[2:]]
    assert {one["environment"] for one in objects(lend("events", "--json"))} == {"acme/production", "norte/production"}
    assert lend("events", "--since", "2999-01-01T00:00:00Z") == ""
    daemon.kill()
    assert following.wait(timeout=20) == 1, "it says that nobody answers any more"
    daemon = Daemon(cgroup)
    kept = objects(lend("events", "--json", "acme"))
    assert [one["what"] for one in kept][:2] == ["up asked for", "up"] and all(one["inLedger"] for one in kept), kept
    lend("down", "*")
    assert [one["what"] for one in objects(lend("events", "--json", "acme"))][-2:] == ["down asked for", "absent"]
    daemon.end()


def exec_passes_on_what_is_read_and_written_until_either_ends(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")

    @contextlib.contextmanager
    def started(*words, **pipes):
        with subprocess.Popen([BIN / "tenantry", "exec", "-C", lend.folder, *words], **pipes) as one:
            try:
                yield one
            finally:
                one.kill()  # or a failure would wait for what never ends

    def ran(*words, given=b""):
        done = subprocess.run([BIN / "tenantry", "exec", "-C", lend.folder, *words], input=given, capture_output=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    api, much = "acme/production/api", os.urandom(3 << 20)
    assert ran("-i", api, "--", "/usr/bin/cat", given=much) == (0, much, b"")
    assert ran("-i", api, "--", "/usr/bin/sh", "-c", "cat >&2; echo end; exit 3", given=b"word\n") == (3, b"end\n", b"word\n")
    assert ran(api, "--", "/usr/bin/cat", given=much) == (0, b"", b""), "without -i it reads nothing"
    assert ran("-i", api, "--", "/usr/bin/true", given=much) == (0, b"", b""), "it need not read"
    assert ran(api, "--", "/usr/bin/sh", "-c", "sleep 300 & echo $!")[0] == 0, "what it leaves behind does not hold it"
    kept = json.loads(lend("exec", "--json", api, "--", "/usr/bin/sh", "-c", "echo out; echo err >&2; exit 4", code=4))
    assert (kept["code"], kept["output"]) == (4, "out\nerr\n"), kept

    script = ["/usr/bin/sh", "-c", "echo $$; exec sleep 1234"]
    with started(api, "--", *script, stdout=subprocess.PIPE) as one:
        assert one.stdout.readline().strip().isdigit(), "it is passed on at once"
        inside = pid_of_command("sleep", "1234")
        one.kill()
    wait_end(inside)  # whoever asked has gone
    with started(api, "--", *script, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as one:
        one.stdout.readline()
        inside = pid_of_command("sleep", "1234")
        daemon.end()
        assert one.wait(timeout=30) == 1 and b"the daemon" in one.stderr.read()
    wait_end(inside)
    daemon = Daemon(cgroup)
    told = lend("events")
    assert "/usr/bin/cat runs in api-1" in told and "1234" not in told, told
    lend("down", "*")
    daemon.end()


def exec_gives_a_terminal(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    api = "acme/production/api"

    def typist(*command, **environment):
        return Typist(BIN / "tenantry", "exec", "-t", "-C", lend.folder, api, "--", *command, **environment)

    one = typist("/usr/bin/bash", "--norc", "-i")
    one.type("echo $(tty) $TERM $(stty size) $(id -un)\n")
    one.sees("/dev/pts/0 vt220 40 100 task\r\n")
    one.sizes(20, 60)
    one.type("sleep 0.3; stty size\n")
    one.sees("20 60\r\n")
    one.type("sleep 1235\n")
    sleeper = pid_of_command("sleep", "1235")
    one.type("\x03")
    wait_end(sleeper)  # a signal of the terminal there, none for the command here
    one.type("yes\n")
    one.sees("y\r\n" * 10_000)
    one.type("\x03")
    one.sees("^C")
    one.type("ls /dev/pts; cat < /dev/tty\n")
    one.sees("0  ptmx\r\n")
    one.type("a word\n")
    one.sees("a word\r\na word\r\n")
    one.type("\x04exit 7\n")
    assert one.ends() == 7

    one = typist("/usr/bin/head", "-c", "1000000", "/dev/zero")
    assert len(one.sees_until_it_ends()) == 1_000_000, "all that it wrote is shown"
    assert one.ends() == 0

    one = typist("/usr/bin/nothing-of-this-name")
    one.sees("`/usr/bin/nothing-of-this-name` not found")
    assert one.ends() != 0
    one = typist("/usr/bin/id", terminal="vt220 --user=0")
    one.sees("TERM is no name of a terminal's type")
    assert one.ends() == 1
    one = typist("/usr/bin/sleep", "1236")
    sleeper = pid_of_command("/usr/bin/sleep", "1236")
    assert "/dev/pts of type" not in lend("verify", "--live"), "a terminal in use is as published"
    one.process.terminate()
    assert one.ends() == -signal.SIGTERM
    wait_end(sleeper)
    # Each task has its own, and a few of them: another's are not to be seen, and the machine's do not run out.
    many = "import os\ntry:\n  while True: os.openpty()\nexcept OSError: print(len(os.listdir('/dev/pts')) - 1)"
    assert lend("exec", api, "--", "/usr/bin/python3", "-c", many).strip() == "16"
    held = subprocess.Popen([BIN / "tenantry", "exec", "-C", lend.folder, api, "--", "/usr/bin/python3", "-u", "-c", many + "; import time; time.sleep(99)"], stdout=subprocess.PIPE)
    assert held.stdout.readline().strip() == b"16"
    one = typist("/usr/bin/id")
    one.sees("No space left on device")
    assert one.ends() == 1
    held.kill()
    held.wait()
    done = subprocess.run([BIN / "tenantry", "exec", "-t", "-C", lend.folder, api, "--", "/usr/bin/id"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 1 and "has none; -i passes on what is read here" in done.stderr, done.stderr
    assert not list(Path("/run/tenantry/n").iterdir())
    lend("down", "*")
    daemon.end()


def pid_of_command(*words):
    """Of the only one; waits until it is there."""
    [pid] = until(lambda: list(pids_of_command(*words)), f"{words} runs")
    return pid


def pids_of_command(*words):
    wanted = b"\0".join(word.encode() for word in words) + b"\0"
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if Path(f"/proc/{name}/cmdline").read_bytes() == wanted:
                yield int(name)
        except (FileNotFoundError, ProcessLookupError):
            pass


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
