"""Real packets between everything that runs and everything that is there, one function a scenario. What may arrive is told by
the platform's file alone, read here.
    packet_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import json
import os
import re
import socket
import struct
import subprocess
import sys
from collections import Counter, namedtuple
from pathlib import Path

import yaml

from hostile_scenarios import own_address
from kernel_network import Fence, inside
from kernel_probe import Ears, frame
from live_machine import Daemon, Platform
from live_scenarios import nft, router_of
from packets import CALLER_PORT, Kind
from store_scenarios import FOLDER, lending

ENVIRONMENTS = ("acme/demo", "norte/demo")
ENGINES = {"postgresql": 5432, "redis": 6379, "mongodb": 27017}
FRONTEND = 8080  # where nginx of a frontend listens
OF_MACHINE = "198.51.100.7"  # an address that the machine gets, as a stranger's network would give it
ECHO, REDIRECT = Kind(1, 8 << 8, 0x1234), Kind(1, 5 << 8, 0x1234)

Task = namedtuple("Task", "environment name service address space")


class Declared:
    """(caller, called, port) of services and stores, from the platform's file."""

    def __init__(self, text):
        platform = yaml.safe_load(text)
        self.ports = {name: service.get("port", FRONTEND if service["tier"] == "frontend" else None) for name, service in platform["services"].items()}
        self.ports |= {name: ENGINES[store["engine"]] for name, store in platform["stores"].items()}
        self.calls = set()
        for name, service in platform["services"].items():
            if service["tier"] == "frontend":
                self.calls.add(("load-balancer", name, FRONTEND))
            for called in (*service.get("routes", {}).values(), *service.get("calls", []), *service.get("stores", {})):
                self.calls.add((name, called, self.ports[called]))


class World:
    """What runs: its tasks, routers, the machine; what addresses there are."""

    def __init__(self, platform, daemon):
        self.declared = Declared((platform.folder / "platform.yaml").read_text())
        self.tasks, self.virtual = [], {}
        self.routers = {environment: router_of(platform, daemon, environment) for environment in ENVIRONMENTS}
        for environment in ENVIRONMENTS:
            for name, task in platform.tasks(environment).items():
                if task["pid"]:
                    space = f"/proc/{task['pid']}/ns/net"
                    self.tasks.append(Task(environment, name, name.rpartition("-")[0], inside(space, own_address), space))
            own = {task.address for task in self.tasks}
            for hosts in Path(f"{FOLDER}/{environment}/services").glob("*/hosts"):
                for address, name in (line.split()[:2] for line in hosts.read_text().splitlines() if line):
                    if name in self.declared.ports and address not in own:
                        self.virtual[address] = (environment, name)
        self.spaces = {task.space: task for task in self.tasks} | {path: None for path in (*self.routers.values(), "/proc/self/ns/net")}
        ports = {port for port in self.declared.ports.values() if port} | {22, 53, 80, 443, 8080, 8443}
        self.kinds = [Kind(protocol, CALLER_PORT, port) for protocol in (6, 17) for port in sorted(ports)] + [ECHO, REDIRECT]

    def addresses(self):
        """Everything that a packet could be for."""
        local = inside("/proc/self/ns/net", lambda: subprocess.run(["ip", "-j", "-4", "address"], capture_output=True, text=True, check=True).stdout)
        machine = [row["local"] for link in json.loads(local) for row in link["addr_info"]]
        assert OF_MACHINE in machine
        blocks = {re.sub(r"\d+$", "255", task.address) for task in self.tasks}
        return [*(task.address for task in self.tasks), *self.virtual, *machine, *blocks,
                "169.254.1.1", "169.254.169.254", "192.0.2.1", "255.255.255.255", "224.0.0.1", "239.1.2.3", "0.0.0.0"]  # fmt: skip

    def wanted(self, task, address, kind):
        """The tasks of which one gets it."""
        if kind.protocol != 6:
            return []
        service = self.virtual.get(address, (None, None))
        return [to for to in self.tasks if to.environment == task.environment and (task.service, to.service, kind.dport) in self.declared.calls
                and (to.address == address or service == (to.environment, to.service))]  # fmt: skip


class Wire:
    """A task's end of its link: what is put here goes past everything that the task's own kernel would say."""

    def __init__(self, task):
        self.task = task
        tell = lambda *words: json.loads(inside(task.space, lambda: subprocess.run(["ip", "-j", *words], capture_output=True, text=True, check=True).stdout))  # noqa: E731
        link = next(link for link in tell("link") if link["ifname"] != "lo")
        far = next(row["lladdr"] for row in tell("neighbor") if row["dst"] == "169.254.1.1")
        self.near = bytes.fromhex(link["address"].replace(":", ""))
        self.far = bytes.fromhex(far.replace(":", ""))
        self.socket = inside(task.space, lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
        self.socket.bind((link["ifname"], 0))

    def send(self, number, source, destination, kind, to_all=False):
        macs = (b"\xff" * 6 if to_all else self.far) + self.near
        self.socket.send(frame(number, source, destination, kind, "new", macs))


def heard(ears, sent):
    """Number of the packet -> the namespaces that got it."""
    arrived = {}
    for space, packet in ears.heard():
        number, source = struct.unpack("!4xH6x4s4x", packet[:20])
        if number in sent and sent[number][0] == socket.inet_ntoa(source) and sent[number][2].protocol == packet[9]:
            arrived.setdefault(number, []).append(space)
    return arrived


def send_all(world, task, ears, fence, packets):
    """{(source, destination, kind): namespaces that got it} of those that somebody got."""
    wire, sent = Wire(task), {}
    for number, (source, destination, kind) in enumerate(packets, 1):
        sent[number] = (source, destination, kind)
        wire.send(number, source, destination, kind, to_all=destination.startswith(("224.", "239.", "255.")))
    fence.wait()
    wire.socket.close()
    return {sent[number]: spaces for number, spaces in heard(ears, sent).items()}


def forged(world, task):
    """Sources that are not the task's own: of everybody else, of the router, of the machine."""
    return [other.address for other in world.tasks if other != task] + ["169.254.1.1", "127.0.0.1", OF_MACHINE, "0.0.0.0"]


def try_everything(world, ears, fence):
    """(how many were sent, how many arrived as they may, sentences on those that did not go as they should)"""
    sent, fine, wrong = 0, 0, []
    addresses = world.addresses()
    for task in world.tasks:
        packets = [(task.address, address, kind) for address in addresses for kind in world.kinds]
        called = [(address, Kind(6, CALLER_PORT, port)) for address, port in reachable(world)]
        packets += [(source, address, kind) for source in forged(world, task) for address, kind in called]
        assert len(packets) < 1 << 16, "a number each"
        got = send_all(world, task, ears, fence, packets)
        sent += len(packets)
        for packet in packets:
            source, address, kind = packet
            wanted = {to.space for to in world.wanted(task, address, kind)} if source == task.address else set()
            spaces = got.get(packet, [])
            if len(spaces) != (1 if wanted else 0) or not set(spaces) <= wanted:
                names = [world.spaces[space].name if world.spaces[space] else space for space in spaces]
                wrong.append(f"{task.environment}/{task.name} as {source} to {address} {kind}: {names or 'nobody'}")
            fine += bool(wanted) and len(spaces) == 1
    return sent, fine, wrong


def reachable(world):
    """(address, port) of every service and store, by its tasks and by its virtual address."""
    ports = world.declared.ports
    return [(task.address, ports[task.service]) for task in world.tasks if ports.get(task.service)] + \
           [(address, ports[name]) for address, (_, name) in world.virtual.items()]  # fmt: skip


def connects(task, address, port):
    def run():
        with socket.create_connection((address, port), timeout=20):
            return True

    return inside(task.space, run)


def every_packet_goes_as_declared_and_no_other(cgroup):
    subprocess.run(["ip", "address", "add", f"{OF_MACHINE}/32", "dev", "lo"], check=True)
    daemon, lend = Daemon(cgroup), lending()
    lend("up")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one queue for all packets: see Fence
    world, fence = World(lend, daemon), Fence()
    per_environment = Counter(task.environment for task in world.tasks)
    assert per_environment["acme/demo"] == per_environment["norte/demo"] == 9 and len(world.virtual) >= 4, (per_environment, world.virtual)
    ears = Ears(world.spaces)
    sent, fine, wrong = try_everything(world, ears, fence)
    print(f"{sent} packets of {len(world.tasks)} tasks, {fine} may arrive")
    assert not wrong, "\n".join([str(len(wrong)), *wrong[:20]])
    assert sent > 20_000 and fine >= 2 * len(world.declared.calls)
    # Who may connect is answered.
    for task in world.tasks:
        for address, port in reachable(world):
            if world.wanted(task, address, Kind(6, CALLER_PORT, port)):
                assert connects(task, address, port)
    no_space_has_ipv6(world)
    # What was not heard above is heard once the rules let it through.
    for chain in ("antispoof", "relay"):
        nft(world.routers["acme/demo"], f"add rule inet tenantry {chain} accept")
    _, _, wrong = try_everything(world, ears, fence)
    assert len(wrong) > 1000 and not [line for line in wrong if line.startswith("norte/")], len(wrong)
    for what in ("Kind(protocol=17", "Kind(protocol=1,", "Kind(protocol=6"):
        assert any(what in line for line in wrong), what
    neighbour = next(task for task in world.tasks if task.name == "web-1")
    assert any(f"acme/demo/api-1 as {neighbour.address} " in line for line in wrong), "under another's address"
    assert not [line for line in wrong if "norte" in line or "/proc/self" in line], "no rule leads to another environment, or to the machine"
    ears.close()
    lend("down", "*")
    daemon.end()


def connections_of_one_environment_are_in_no_table_of_another(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    routers = {environment: router_of(lend, daemon, environment) for environment in ("acme/production", "norte/production")}

    def count():
        return int(Path("/proc/sys/net/netfilter/nf_conntrack_count").read_text())  # of the namespace of who reads

    def tracked():
        return {environment: inside(router, count) for environment, router in routers.items()}

    tasks = lend.tasks("acme/production")
    space = {name: f"/proc/{tasks[name]['pid']}/ns/net" for name in ("web-1", "api-1")}
    api = inside(space["api-1"], own_address)
    before = tracked()

    def open_many():
        opened = [socket.create_connection((api, 9000), timeout=20) for _ in range(50)]
        there = tracked()
        for one in opened:
            one.close()
        return there

    after = inside(space["web-1"], open_many)
    assert after["acme/production"] >= before["acme/production"] + 50, (before, after)
    assert after["norte/production"] <= before["norte/production"] + 10, (before, after)
    lend("down", "*")
    daemon.end()


def no_space_has_ipv6(world):
    read = lambda: Path("/proc/thread-self/net/if_inet6").read_text()  # noqa: E731
    for space in world.spaces:
        if space != "/proc/self/ns/net":
            assert inside(space, read) == "", space
    assert read() != "", "the machine has it, where it is on"


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
