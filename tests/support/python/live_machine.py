"""Platforms that run for real: `tenantryd` and `tenantry` as a user has them. Runs as root in a test cell."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path

from host_machine import BIN, PLATFORM, cgroups, is_alive, mounts, until, wait_end

SOCKET = "/run/tenantry/tenantry.sock"
os.environ["TENANTRY_MACHINE"] = "this"


class Daemon:
    """One daemon's life. `program` is tenantryd, or the one that ends where TENANTRY_KILL says."""

    def __init__(self, cgroup, program="tenantryd", kill=""):
        Path(SOCKET).unlink(missing_ok=True)
        self.log = tempfile.NamedTemporaryFile("w+", dir="/mnt", prefix="daemon-log")
        argv = [BIN / program, "--cgroup", cgroup]
        self.process = subprocess.Popen(argv, stderr=self.log, env={**os.environ, "TENANTRY_KILL": kill})
        until(lambda: Path(SOCKET).exists() or self.process.poll() is not None, "the daemon listens")
        if self.process.poll() is not None:
            raise AssertionError(self.words())

    def words(self):
        return Path(self.log.name).read_text()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0, self.words()

    @property
    def pid(self):
        return self.process.pid


class Platform:
    """A platform's folder with the images of tests/support/host."""

    def __init__(self, name="lend", text=None):
        self.name = name
        self.folder = Path(tempfile.mkdtemp(dir="/mnt"))
        text = text or (PLATFORM / "platform.yaml").read_text()
        (self.folder / "platform.yaml").write_text(re.sub(r"^platform: .*$", f"platform: {name}", text, flags=re.M))
        (self.folder / "build/web/srv/www").mkdir(parents=True)
        (self.folder / "build/web/srv/www/index.html").write_text("<p>static\n")
        shutil.copy(BIN / "hello_server", self.folder / "build/api")
        self("lock")

    def edit(self, before, after):
        path = self.folder / "platform.yaml"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def run(self, *words, timeout=60):
        return subprocess.run([BIN / "tenantry", words[0], "-C", self.folder, *words[1:]], capture_output=True, text=True, timeout=timeout)

    def __call__(self, *words, code=0):
        """What a command prints; its exit code must be `code`."""
        done = self.run(*words)
        assert done.returncode == code, f"tenantry {' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def json(self, *words, code=0):
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def tasks(self, environment="acme/production"):
        """Name -> what `status` says of it."""
        for one in self.json("status")["environments"]:
            if (one["platform"], one["environment"]) == (self.name, environment):
                return {task["name"]: task for task in one["tasks"]}
        return {}

    def phase(self, environment="acme/production"):
        found = [one["phase"] for one in self.json("status")["environments"] if (one["platform"], one["environment"]) == (self.name, environment)]
        return found[0] if found else "absent"


def parent_of(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0


def authority():
    done = subprocess.run([BIN / "tenantry", "trust"], capture_output=True, text=True, check=True)
    return done.stdout


def context(minimum=None, maximum=None):
    made = ssl.create_default_context(cadata=authority())
    if minimum:
        made.minimum_version = minimum
    if maximum:
        made.maximum_version = maximum
    return made


def ask(name, path="/", host=None, trusted=None, method="GET", timeout=20):
    """A request through the edge: (status, body)."""
    with socket.create_connection(("127.0.0.1", 8443), timeout=timeout) as plain:
        with (trusted or context()).wrap_socket(plain, server_hostname=name) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: {host or name}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    return int(text.split()[1]), text.partition("\r\n\r\n")[2]


def answers(name, path="/api/x", trusted=None):
    """The body, once it answers with 200."""

    def look():
        try:
            status, body = ask(name, path, trusted=trusted)
            return body if status == 200 else None
        except OSError:
            return None

    return until(look, f"{name} answers")


def everything(cgroup):
    """What may be left behind, counted: mounts, groups, processes, sockets, links, namespaces."""
    return {
        "mounts": mounts(),
        "cgroups": cgroups(cgroup),
        "processes": sorted(name for name in os.listdir("/proc") if name.isdigit() and is_alive(int(name)) and int(name) != os.getpid()),
        "unix sockets": sorted(line.split()[-1] for line in Path("/proc/net/unix").read_text().splitlines() if "/run/tenantry" in line),
        "links": sorted(os.listdir("/sys/class/net")),
        "net namespaces": sorted({os.readlink(f"/proc/{pid}/ns/net") for pid in os.listdir("/proc") if pid.isdigit() and is_alive(int(pid))}),
    }


def proportional_memory(pid):
    """(PSS, what of it no other process can share) in KiB: the rest changes when daemons of other tests begin and end."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return tuple(int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1]) for name in ("Pss", "Pss_Anon"))


__all__ = ["BIN", "Daemon", "Platform", "answers", "ask", "context", "everything", "is_alive", "proportional_memory", "signal", "until", "wait_end"]
