"""A task that tries every way out (tests/e2e/hostile), in two environments of two tenants; docs/threats.md has the ways. Every
trial has a control that shows that it can succeed: the same program on the machine itself, or in a sandbox that lacks what stops it.
    hostile_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import kernel_network
import store_scenarios
from live_machine import BIN, Daemon, Platform, ask, context, until

PROGRAM = BIN / "hostile_task"
NESTED = "/run/tenantry/platforms/lend/environments"


class Task:
    """A running hostile task; asked in its own network, where it listens."""

    def __init__(self, platform, environment, name="api-1"):
        self.environment, self.name = environment, name
        self.pid = platform.tasks(environment)[name]["pid"]
        network = f"/proc/{self.pid}/ns/net"
        self.address = kernel_network.inside(network, own_address)
        self.connect = lambda: kernel_network.inside(network, lambda: socket.create_connection((self.address, 9000), timeout=60))

    def _ask(self, trial, words):
        connection = self.connect()
        body = "\n".join(words).encode()
        connection.sendall(f"POST /{trial} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = connection.makefile("rb")
        while answer.readline() not in (b"\r\n", b""):
            pass
        return connection, answer

    def __call__(self, trial, *words):
        connection, answer = self._ask(trial, words)
        with connection:
            return told(trial, answer.read().decode())

    @contextlib.contextmanager
    def holding(self, trial, *words):
        """Holds what the trial takes; the yielded list has its answer behind the block."""
        connection, answer = self._ask(trial, words)
        with connection:
            assert answer.readline() == b"ready\n", trial
            outcome = []
            yield outcome
            connection.shutdown(socket.SHUT_WR)
            outcome.append(told(trial, answer.read().decode()))


def told(trial, text):
    try:
        return json.loads(text.splitlines()[-1])
    except (IndexError, ValueError):
        raise AssertionError(f"{trial} told nothing: {text!r}") from None


def outside(trial, *words, **options):
    """The same on the machine itself, as root."""
    done = subprocess.run([PROGRAM, trial, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, **options)
    return told(trial, done.stdout)


@contextlib.contextmanager
def holding_outside(trial, *words):
    process = subprocess.Popen([PROGRAM, trial, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    outcome = []
    yield outcome
    outcome.append(told(trial, process.communicate()[0]))


def own_address():
    text = subprocess.run(["ip", "-j", "-4", "address"], capture_output=True, text=True, check=True).stdout
    return next(row["local"] for link in json.loads(text) if link["ifname"] != "lo" for row in link["addr_info"])


def hostile(cgroup, tasks=1, answers=True):
    """(daemon, platform) with a hostile service in each of two environments; it is replaced where it does not answer, or only where it ends."""
    daemon, lend = Daemon(cgroup), Platform()
    if not answers:
        lend.edit("    health: { path: /healthz }\n", "")
    shutil.copy(PROGRAM, lend.folder / "build/api")
    lend.edit("    cpu: 0.25\n    memory: 64MiB\n", f"    cpu: 1\n    memory: 256MiB\n    tasks: {tasks}\n")
    lend("up")
    return daemon, lend


def end(daemon, platform):
    platform("down", "*")
    daemon.end()


# Calls of the kernel ---------------------------------------------------------------------------------------------------

# What stops a trial, where it is not the filter's EPERM.
STOPPED = {"socket-inet6": "EAFNOSUPPORT", "clone3-user": "ENOSYS"}
# Trials that have a test of their own below.
SWEEPS = {"every-call", "every-socket", "every-clone", "other-abis"}
VIEWS = {"unix-sockets", "socket-files", "abstract-sockets", "other-roots", "devices", "set-user-id", "writable", "writable-folders", "readable", "lines",
         "cgroups", "pressure", "processes", "descriptors", "core", "inodes", "raise-limits", "outlive-others", "reach-processes"}  # fmt: skip
MEETINGS = {"hold-locks", "find-locks", "watch", "touch", "make-named", "find-named"}
FILLS = {"fill-processes", "fill-memory", "fill-descriptors", "fill-files", "fill-connections"}
CLONE3 = 435  # refused by a rule of its own
UNASKED = {335, 336}  # uretprobe and uprobe: the kernel asks no filter (kernel/seccomp.c), and they do nothing where no probe was set
FILTERED = 600  # an errno that no kernel has: who sees it was stopped by the filter


def calls():
    """Names of the trials that are one call."""
    return sorted(set(outside("names")["found"]) - SWEEPS - VIEWS - MEETINGS - FILLS)


def no_call_leads_out(cgroup):
    daemon, lend = hostile(cgroup)
    task, missing = Task(lend, "acme/production"), []
    assert len(calls()) > 60
    for trial in calls():
        got, control = task(trial)["errno"], outside(trial)["errno"]
        assert got == STOPPED.get(trial, "EPERM"), f"{trial}: {got}"
        assert control != got, f"{trial}: the machine itself says {control} too, so that nothing is shown"
        missing += [trial] if control in ("ENOSYS", "EAFNOSUPPORT", "EPROTONOSUPPORT") else []
    print(f"{len(calls())} calls; this kernel has none of {missing}")
    assert task("raise-limits", "1")["found"] == [] and outside("raise-limits", "0")["found"] != []
    assert task("outlive-others", "-1000")["errno"] == "EACCES" and outside("outlive-others", "500")["errno"] == "0"
    end(daemon, lend)


def in_edited_sandbox(edit, trial, environment="acme/production"):
    """The trial in a sandbox of its own, made from that of the environment's api-1, after `edit` has changed its config.json."""
    config = json.loads(Path(f"{NESTED}/{environment}/tasks/api-1/run/config.json").read_text())
    config["process"]["args"] = [config["process"]["args"][0], trial]
    config["linux"]["cgroupsPath"] += "-edited"
    edit(config)
    bundle = Path("/mnt/edited")
    bundle.mkdir(exist_ok=True)
    (bundle / "config.json").write_text(json.dumps(config))
    words = ["nsenter", "--mount=/run/tenantry/mounts/namespace", "crun", "--root", "/mnt/crun", "run", "--bundle", bundle, "edited"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return told(trial, done.stdout)


def marked(config):
    """The filter refuses what it refused, and says so."""
    config["linux"]["seccomp"]["defaultErrnoRet"] = FILTERED


def unfiltered(config):
    del config["linux"]["seccomp"]


ALARM = str(int(signal.SIGALRM))


def by_key(outcome):
    """`KEY... ERROR` -> {key: error}"""
    return dict(line.rsplit(" ", 1) if "signal" not in line else line.split(" signal ") for line in outcome["found"])


def published():
    """Numbers of the calls that the task's config.json lets through, some of them by their arguments. RUN-1 holds it against what is
    published."""
    seccomp = json.loads(Path(f"{NESTED}/acme/production/tasks/api-1/run/config.json").read_text())["linux"]["seccomp"]
    names = {name for rule in seccomp["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}
    resolve = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name
    return {number for number in (resolve(name.encode()) for name in names) if number >= 0}


def every_call_of_the_kernel_is_refused_but_those_published(cgroup):
    daemon, lend = hostile(cgroup)
    task = Task(lend, "acme/production")
    verdicts = {one["claim"]: one["answer"] for one in lend.json("verify", "--live")["verdicts"]}
    assert verdicts["RUN-1"] == "holds", "the list is the published one"
    got, filtered = by_key(task("every-call")), by_key(in_edited_sandbox(marked, "every-call"))
    native = by_key(in_edited_sandbox(unfiltered, "every-call"))
    passed = {int(number) for number, error in filtered.items() if error != str(FILTERED)}
    assert passed - published() <= UNASKED | {CLONE3} and published() <= passed, (passed - published(), published() - passed)
    passed -= {CLONE3}
    for number, error in got.items():
        if int(number) in passed:
            # One that waits, as sync does for a busy disk, is ended by its alarm.
            assert error in (native[number], ALARM) or native[number] == ALARM, f"call {number}: {error}, without a filter {native[number]}"
        else:
            assert error in ("EPERM", "ENOSYS"), f"call {number}: {error}"
    stopped = [number for number in got if int(number) not in passed and native[number] not in ("EPERM", "ENOSYS")]
    assert len(got) > 700 and len(stopped) > 40, f"{len(stopped)}: without a filter the kernel has more to offer"
    # By their arguments.
    allowed = lambda family, type, protocol: family in (1, 16) and protocol == 0 or family == 1 or family == 2 and (type, protocol) in ((1, 0), (1, 6), (2, 0), (2, 17))  # noqa: E731
    for kind, error in by_key(in_edited_sandbox(marked, "every-socket")).items():
        family, type, protocol = map(int, kind.split())
        wanted = allowed(family, type, protocol)
        assert (error == "EAFNOSUPPORT") if family == 10 else (error != str(FILTERED)) == wanted, f"socket({kind}): {error}"
        assert wanted or family == 10 or error == str(FILTERED)
    spaces = {"17", "25", "26", "27", "28", "29", "30"}  # CLONE_NEW* of sched.h
    bits = by_key(in_edited_sandbox(marked, "every-clone"))
    assert {bit for bit, error in bits.items() if error == str(FILTERED)} == spaces, bits
    assert set(by_key(task("other-abis")).values()) == {"31"}, "SIGSYS"
    assert "31" not in by_key(in_edited_sandbox(unfiltered, "other-abis")).values()
    end(daemon, lend)


# What a task sees ------------------------------------------------------------------------------------------------------

DEVICES = {"/dev/full c 1:7", "/dev/null c 1:3", "/dev/pts/ptmx c 5:2", "/dev/random c 1:8", "/dev/tty c 5:0", "/dev/urandom c 1:9", "/dev/zero c 1:5"}
# Of the machine or of another environment.
FOREIGN = ["/etc/shadow", "/proc/kallsyms", "/proc/cmdline", "/proc/interrupts", "/proc/iomem", "/proc/slabinfo", "/proc/zoneinfo", "/proc/vmallocinfo",
           "/proc/pressure/cpu", "/var/lib/tenantry/ca/ca.key", f"{NESTED}/norte/production/services/api/hosts"]  # fmt: skip


def listening_paths():
    """Path and abstract names of every unix socket of the machine. (The kernel tells by which name a socket was bound, not which it has.)"""
    names = {line.split()[-1] for line in Path("/proc/net/unix").read_text().splitlines()[1:] if len(line.split()) == 8}
    paths = {str(path) for path in Path("/run/tenantry").rglob("*") if path.is_socket()} | {name for name in names if name.startswith("/")}
    return sorted(paths), sorted(name[1:] for name in names if name.startswith("@"))


def in_daemons_view(daemon, trial, *words):
    """On the machine, where what the daemon mounted is seen."""
    done = subprocess.run(["nsenter", f"--mount=/proc/{daemon.pid}/ns/mnt", PROGRAM, trial, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return told(trial, done.stdout)


def in_another_root(trial):
    """By a process 1 that is elsewhere: in a root of its own, which is no mount."""
    jail = Path("/mnt/jail")
    for folder in ("usr", "proc"):
        (jail / folder).mkdir(parents=True)
    for link in ("lib", "lib64"):
        (jail / link).symlink_to(f"usr/{link}")
    shutil.copy(PROGRAM, jail / "hostile")
    for folder in ("usr", "proc"):
        subprocess.run(["mount", "--rbind", f"/{folder}", jail / folder], check=True)
    program = f"import os; os.chroot('{jail}'); os.execv('/hostile', ['/hostile', '{trial}'])"  # and stays where it is
    done = subprocess.run([sys.executable, "-c", program], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return told(trial, done.stdout)


def a_task_sees_nothing_of_the_machine_or_of_others(cgroup):
    daemon, lend = hostile(cgroup)
    acme, norte = Task(lend, "acme/production"), Task(lend, "norte/production")
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\0of-the-machine")
    abstract.listen()
    paths, names = listening_paths()
    assert "/run/tenantry/tenantry.sock" in paths and any(path.startswith("/run/tenantry/in/") for path in paths) and "of-the-machine" in names
    found = lambda trial, *words: acme(trial, *words)["found"]  # noqa: E731

    def nothing(trial, *words):
        got = found(trial, *words)
        assert got == [], f"{trial}: {got}"

    nothing("unix-sockets", *paths)
    assert {"/run/tenantry/tenantry.sock"} < set(in_daemons_view(daemon, "unix-sockets", *paths)["found"])
    nothing("socket-files")
    assert "/run/tenantry/tenantry.sock" in outside("socket-files", "/run/tenantry")["found"]
    nothing("abstract-sockets", *names)
    assert "of-the-machine" in outside("abstract-sockets", *names)["found"]
    nothing("other-roots")
    assert {"..", "/proc/1/root"} <= set(in_another_root("other-roots")["found"])
    assert set(found("devices")) == DEVICES and len(outside("devices", "/dev")["found"]) > len(DEVICES)
    nothing("set-user-id")
    assert outside("set-user-id", user=65534, group=65534)["found"] != []
    nothing("writable", "/proc", "/sys")
    assert len(outside("writable", "/proc")["found"]) > 10
    nothing("writable-folders", "/", "/tmp", "/dev/shm", "/run")
    assert outside("writable-folders", "/run", "/run/lock")["found"] != []
    nothing("readable", *FOREIGN)
    assert set(FOREIGN) - set(in_daemons_view(daemon, "readable", *FOREIGN)["found"]) <= {"/proc/slabinfo", "/proc/vmallocinfo"}, "not in every kernel"
    nothing("cgroups")
    assert outside("cgroups", "/sys/fs/cgroup/pids")["found"] != []
    nothing("pressure")
    assert outside("pressure")["found"] != [], "waiting for what others do to the machine"
    assert {line.split(" ", 1)[1] for line in found("processes")} == {"api"} and any(line.endswith(" tenantryd") for line in outside("processes")["found"])
    everybody = [name for name in os.listdir("/proc") if name.isdigit()]
    nothing("reach-processes", *everybody)
    assert str(daemon.pid) in outside("reach-processes", *everybody)["found"]
    assert acme("core")["errno"] == "EPERM" and outside("core", "/mnt")["errno"] == "0"
    its_descriptors_lead_nowhere(acme, norte)
    no_file_is_in_both(acme, norte)
    end(daemon, lend)


def its_descriptors_lead_nowhere(acme, norte):
    """Input is nothing, output a pipe each to its own monitor, and no inode of these is in both environments."""
    seen = {}
    for task in (acme, norte):
        descriptors = {int(words[0]): words for words in (line.split() for line in task("descriptors")["found"])}
        unix = {line.split()[6] for line in task("lines", "/proc/1/net/unix")["found"]}
        assert descriptors[0][1] == "/dev/null" and descriptors[1][1].startswith("pipe:") and descriptors[2][1].startswith("pipe:")
        others = [words for number, words in descriptors.items() if number > 2]
        assert others and all(words[1].startswith("socket:") and words[3] not in unix for words in others), "what it listens on and is asked by"
        seen[task.environment] = {tuple(words[2:]) for words in descriptors.values()}
    assert not seen["acme/production"] & seen["norte/production"], seen


def inodes(outcome):
    """(device, inode) -> path"""
    return {tuple(line.split(" ", 2)[:2]): line.split(" ", 2)[2] for line in outcome["found"]}


def no_file_is_in_both(acme, norte):
    """The same inode would carry locks and watches from one to the other."""
    of_acme, of_norte = inodes(acme("inodes")), inodes(norte("inodes"))
    assert len(of_acme) > 5000 and len(of_norte) > 5000, "the whole tree was walked"
    shared = [of_acme[inode] for inode in set(of_acme) & set(of_norte)]
    assert shared == [], sorted(shared)[:20]
    once = inodes(outside("inodes", "/usr/bin"))
    assert len(set(once) & set(inodes(outside("inodes", "/usr/bin")))) == len(once), "on the machine two processes see the same files"


# Two that want to meet ---------------------------------------------------------------------------------------------------


def two_environments_find_no_place_to_meet(cgroup):
    daemon, lend = hostile(cgroup, tasks=2)
    acme, second, norte = Task(lend, "acme/production"), Task(lend, "acme/production", "api-2"), Task(lend, "norte/production")
    paths = sorted(set(inodes(acme("inodes")).values()) & set(inodes(norte("inodes")).values()))
    tops = ["/usr/bin/", "/usr/lib/x86_64-linux-gnu/lib", "/usr/share/zoneinfo/A"]
    places = [path for path in paths if not path.startswith("/usr/")] + [path for top in tops for path in [path for path in paths if path.startswith(top)][:300]]
    assert any(path.startswith("/proc/sys/") for path in places) and {"/usr", "/etc/hosts", "/dev/null", "/run", "/tmp", "/proc"} <= set(places)
    held, met, told_by_watch = 0, [], []
    for at in range(0, len(places), 800):
        part = places[at : at + 800]
        with acme.holding("hold-locks", *part) as locks:
            met += norte("find-locks", *part)["found"]
        held += len(locks[0]["found"])
        with acme.holding("watch", *part) as events:
            norte("touch", *part)
        told_by_watch += events[0]["found"]
        assert events[0]["errno"] == "0", "it could watch"
    assert met == [] and told_by_watch == [], (met[:10], told_by_watch[:10])
    assert held > 1000, held
    # Of one environment they may, which shows that both trials work inside the sandbox; on the machine too.
    own = [path for path in places if path.startswith("/usr/bin/")][:200]
    with acme.holding("hold-locks", *own) as locks:
        found = set(second("find-locks", *own)["found"])
        assert norte("lines", "/proc/locks")["found"] == [] != outside("lines", "/proc/locks")["found"], "nobody is told who locks what"
    assert len(found) > 100 and set(locks[0]["found"]) <= found
    with acme.holding("watch", *own) as events:
        second("touch", *own)
    assert len(events[0]["found"]) > 100
    with holding_outside("hold-locks", *own) as locks:
        found = set(outside("find-locks", *own)["found"])
        assert norte("find-locks", *own)["found"] == []
    assert len(found) > 100 and set(locks[0]["found"]) <= found
    with holding_outside("watch", *own) as events:
        outside("touch", *own)
    assert len(events[0]["found"]) > 100
    names_do_not_meet(acme, second, norte)
    end(daemon, lend)


def names_do_not_meet(acme, second, norte):
    with acme.holding("make-named") as made:
        assert norte("find-named")["found"] == [] and second("find-named")["found"] == [] and outside("find-named")["found"] == []
    assert made[0]["found"] == ["semaphores", "memory", "posix memory", "abstract socket"]
    with holding_outside("make-named"):
        assert len(outside("find-named")["found"]) == 6, "on the machine everything is found"
        assert norte("find-named")["found"] == []


# Stores ------------------------------------------------------------------------------------------------------------------


def processes_of(cgroup, environment):
    """Process ids in the environment's groups."""
    groups = Path("/sys/fs/cgroup").glob(f"*/{cgroup}/environments/lend+{environment.replace('/', '+')}/**/cgroup.procs")
    return {int(pid) for group in groups for pid in group.read_text().split()}


def users_of(cgroup, environment):
    """Every user and group id that a process of the environment has."""
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in processes_of(cgroup, environment)]
    return {int(number) for status in statuses for line in status.splitlines() if line.startswith(("Uid:", "Gid:", "Groups:")) for number in line.split()[1:]}


def two_environments_have_no_user_and_no_store_in_common(cgroup):
    daemon, lend = Daemon(cgroup), store_scenarios.lending()
    lend("up")
    users = {environment: users_of(cgroup, environment) for environment in ("acme/demo", "norte/demo")}
    assert all(len(ids) >= 8 for ids in users.values()) and not users["acme/demo"] & users["norte/demo"], users
    assert min(users["acme/demo"] | users["norte/demo"]) >= 1 << 20, "none is the machine's"
    identities = {store_scenarios.as_administrator(daemon, store, "SELECT system_identifier FROM pg_control_system()", environment)
                  for environment in users for store in ("books", "documents")}  # fmt: skip
    assert len(identities) == 4, identities
    lend("down", "*")
    # Somebody who is root gives one the log of the other.
    logs = {environment: store_scenarios.KEPT / environment / "stores/books" for environment in users}
    of_acme, of_norte = (next(folder.rglob("pg_wal")) for folder in (logs["acme/demo"], logs["norte/demo"]))
    for segment in of_norte.iterdir():
        if segment.is_file():
            segment.write_bytes((of_acme / segment.name).read_bytes())  # its owner stays
    lend("up", "norte", "--detach")
    written = store_scenarios.KEPT / "norte/demo/logs"
    until(lambda: any("WAL file is from different database system" in log.read_text() for log in written.glob("books-1.log*")), "it is refused")
    assert lend.phase("norte/demo") != "up"
    daemon.kill()  # the end of the cell ends the rest


# Browsers ----------------------------------------------------------------------------------------------------------------


def exchange(connection, path, *lines):
    """(lines of the head, body) of an answer."""
    head = "".join(f"{line}\r\n" for line in (f"GET {path} HTTP/1.1", "Host: acme.lend.localhost", "Connection: close", *lines))
    connection.sendall(f"{head}\r\n".encode())
    text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    head, _, body = text.partition("\r\n\r\n")
    return head.split("\r\n"), body


def what_a_browser_or_a_service_says_of_itself_is_not_believed(cgroup):
    daemon, lend = hostile(cgroup)
    task = Task(lend, "acme/production")
    lies = ["X-Forwarded-For: 192.0.2.7", "X-FORWARDED-HOST: norte.lend.localhost", "Forwarded: for=192.0.2.7", "X-Real-IP: 192.0.2.7"]
    until(lambda: ask("acme.lend.localhost", "/api/x")[0] == 200, "it answers")
    with socket.create_connection(("127.0.0.1", 8443)) as plain, context().wrap_socket(plain, server_hostname="acme.lend.localhost") as browser:
        _, seen = exchange(browser, "/api/headers", *lies)
    assert "192.0.2.7" not in seen and "norte" not in seen and "x-forwarded-for: 127.0.0.1" in seen.lower(), seen
    with task.connect() as inside:
        assert "192.0.2.7" in exchange(inside, "/headers", *lies)[1], "the same words come where nobody stands between"
    # A header of PROXY is believed on the inherited socket alone: before TLS the edge closes, within TLS it is no request.
    proxy = b"PROXY TCP4 192.0.2.7 127.0.0.1 1 8443\r\n"
    with socket.create_connection(("127.0.0.1", 8443)) as plain:
        plain.settimeout(20)
        plain.sendall(proxy + client_hello("acme.lend.localhost"))
        assert received(plain) == b"", "closed, and nobody was asked"
    with socket.create_connection(("127.0.0.1", 8443)) as plain, context().wrap_socket(plain, server_hostname="acme.lend.localhost") as browser:
        browser.sendall(proxy + b"GET /api/headers HTTP/1.1\r\nHost: acme.lend.localhost\r\nConnection: close\r\n\r\n")
        assert received(browser).startswith(b"HTTP/1.1 400 ")
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect("/run/tenantry/in/acme.lend.localhost")
        plain.sendall(proxy)
        with context().wrap_socket(plain, server_hostname="acme.lend.localhost") as browser:
            assert "x-forwarded-for: 192.0.2.7" in exchange(browser, "/api/headers")[1].lower(), "there it is believed"
    # Cookies are for the host that sets them.
    with task.connect() as inside:
        wide = [line for line in exchange(inside, "/cookies")[0] if line.startswith("Set-Cookie: ")]
    assert sum("lend.localhost" in line for line in wide) == 3
    with socket.create_connection(("127.0.0.1", 8443)) as plain, context().wrap_socket(plain, server_hostname="acme.lend.localhost") as browser:
        head, _ = exchange(browser, "/api/cookies")
    got = [line.partition(": ")[2] for line in head if line.lower().startswith("set-cookie: ")]
    assert got == ["own=1; Path=/; Secure; HttpOnly", "wide=1; Path=/; Secure; HttpOnly", "spaced=1; HttpOnly", "removed=;max-age=0"], got
    end(daemon, lend)


def received(connection):
    with contextlib.suppress(ConnectionResetError):
        return b"".join(iter(lambda: connection.recv(65536), b""))
    return b""


# The load balancer ---------------------------------------------------------------------------------------------------------

REPLACE = """
import json, os, sys
said = {}
for path in sys.argv[1:]:
    for name, act in (("unlink", lambda: os.unlink(path)), ("symlink", lambda: os.symlink("/run/mine", path)), ("rename", lambda: os.rename("/run/haproxy.sock", path)),
                      ("folder", lambda: os.listdir(os.path.dirname(path))), ("connect", lambda: __import__("socket").socket(1).connect(path))):
        try:
            act()
            said[name + " " + path] = "done"
        except OSError as error:
            said[name + " " + path] = error.strerror
print(json.dumps(said))
"""


def client_hello(name):
    sent = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return sent.read()


def a_load_balancer_cannot_swap_its_ingress_socket(cgroup):
    daemon, lend = hostile(cgroup)
    folder = Path("/run/tenantry/in")
    mine, others = folder / "acme.lend.localhost", folder / "norte.lend.localhost"
    before = {path: os.stat(path, follow_symlinks=False) for path in (mine, others)}
    said = json.loads(lend("exec", "acme/production/load-balancer", "--", "/usr/bin/python3", "-c", REPLACE, mine, others, "/run/tenantry/tenantry.sock"))
    assert len(said) == 15 and "done" not in said.values(), said
    after = {path: os.stat(path, follow_symlinks=False) for path in (mine, others)}
    assert all(stat.S_ISSOCK(after[path].st_mode) and after[path].st_ino == before[path].st_ino for path in after)
    assert os.stat(folder).st_uid == 0 and os.stat(folder).st_mode & 0o022 == 0, "root's alone"
    # Whoever could would be whom the edge goes to: root can.
    os.rename(others, folder / "kept")
    with socket.socket(socket.AF_UNIX) as taken, socket.create_connection(("127.0.0.1", 8443)) as browser:
        taken.bind(str(others))
        taken.listen()
        taken.settimeout(20)
        os.chmod(others, 0o777)
        browser.sendall(client_hello("norte.lend.localhost"))
        assert taken.accept()[0].recv(100).startswith(b"PROXY TCP4 ")
    os.unlink(others), os.rename(folder / "kept", others)
    until(lambda: ask("norte.lend.localhost")[0] == 200, "it is as it was")
    end(daemon, lend)


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
