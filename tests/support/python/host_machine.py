"""An environment that runs on this machine: its network from the emitted texts, and the room `host` behind host_driver. Runs as
root in a test cell."""

import json
import os
import select
import socket
import ssl
import subprocess
import time
from pathlib import Path

import kernel_network

TOP = Path(__file__).resolve().parents[3]
PLATFORM = TOP / "tests/data/host"
BIN = Path(os.environ.get("TENANTRY_TEST_BIN", TOP / "build/dev/bin"))
PIN = "/run/tenantry/mounts/namespace"
CEILING = 20  # seconds that a state is waited for; a machine that works needs a fraction of one


class Refused(Exception):
    """The room's own error text."""


class Driver:
    """One daemon's life."""

    def __init__(self, cgroup, environment="acme/production", platform=PLATFORM):
        argv = [BIN / "host_driver", cgroup, platform, environment, BIN / "hello_server"]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.view = self.answer()

    def send(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the driver ended"}
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["value"]

    def __call__(self, *words):
        self.send(*words)
        return self.answer()

    def exec(self, task, *argv, milliseconds=10_000):
        self.send("exec", task, milliseconds, *argv)
        answer = json.loads(self.process.stdout.readline())
        return answer.get("value"), answer["output"]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


def until(look, what, ceiling=CEILING):
    """Waits for a state: the first true value of `look`."""
    nobody, _ = socket.socketpair()
    end = time.monotonic() + ceiling
    while time.monotonic() < end:
        value = look()
        if value:
            return value
        select.select([nobody], [], [], 0.005)
    raise AssertionError(f"not within {ceiling} s: {what}")


def wait_end(pid):
    """Waits for the end of a process."""
    try:
        opened = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ready, _, _ = select.select([opened], [], [], CEILING)
    os.close(opened)
    assert ready, f"process {pid} does not end"


def emitted(folder, platform=PLATFORM):
    """The texts of the platform, by path."""
    subprocess.run([BIN / "tenantry", "emit", "--target", "local", "-C", platform, "--out", folder], check=True, stdout=subprocess.DEVNULL)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in Path(folder).rglob("*") if path.is_file()}


def network(folder, *environments, platform=PLATFORM):
    """Must be made before the first driver: mounts made later are not seen in the daemon's view."""
    return kernel_network.of_texts(emitted(folder, platform), environments)


def inside(task, function, environment="acme/production"):
    return kernel_network.inside(f"/run/tenantry/platforms/lend/net/{environment}/{task}", function)


def get(task, path, address="10.0.0.4", port=9000):
    """What a task answers, asked from its own namespace; empty where it ends meanwhile."""

    def ask():
        with socket.create_connection((address, port), timeout=CEILING) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".encode())
            try:
                return b"".join(iter(lambda: connection.recv(65536), b"")).decode()
            except ConnectionResetError:
                return ""

    return inside(task, ask)


def through_edge(driver, name, path="/", host=None):
    """A browser's request for a host: (status, body). The certificate is checked against the machine's authority."""
    context = ssl.create_default_context(cadata=driver("authority"))
    with socket.create_connection(("127.0.0.1", 8443), timeout=CEILING) as plain:
        with context.wrap_socket(plain, server_hostname=name) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host or name}\r\nConnection: close\r\n\r\n".encode())
            text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    return int(text.split()[1]), text.partition("\r\n\r\n")[2]


def in_view(function):
    """The function's result in the daemon's mounts, from a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            import ctypes

            opened = os.open(PIN, os.O_RDONLY)
            assert ctypes.CDLL(None).setns(opened, 0) == 0
            os.write(write, json.dumps(function()).encode())
        finally:
            os._exit(0)
    os.close(write)
    text = b"".join(iter(lambda: os.read(read, 65536), b""))
    os.waitpid(child, 0)
    return json.loads(text)


def mounts():
    """Mount points of the daemon's view."""
    return in_view(lambda: sorted(line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()))


def files(*but):
    """Files and folders of ours, without what lies below `but`."""
    found = [path for folder in ("/run/tenantry", "/var/lib/tenantry") for path in Path(folder).rglob("*")]
    return sorted(str(path) for path in found if not any(str(path).startswith(prefix) for prefix in but))


def processes():
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit() and is_alive(int(name)))


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def cgroups(top):
    """Groups of ours in any hierarchy."""
    return sorted(str(path) for path in Path("/sys/fs/cgroup").glob(f"*/{top}/**/") if path.is_dir())
