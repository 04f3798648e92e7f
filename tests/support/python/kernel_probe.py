"""Asks the kernel what the evaluator of packets.py claims to know. Runs as root in a test cell.

usage: kernel_probe.py FOLDER ENVIRONMENT < CASES
CASES: JSON list of {"name", "changes": {path: text}, "only" (optional): [[task, address, port]]}. For each case the environments are built for real, every task of
ENVIRONMENT puts every packet of the evaluator's universe on its wire, and what arrives where is compared; then every task
connects to every address and port. Prints a JSON list of {"name", "sent", "arrived", "connected": [[task, address, port,
namespace]], "failed": [[task, address, port, error]], "refused", "wrong"}.
"""

import errno
import json
import os
import socket
import struct
import sys
from itertools import count

import packets
import small_platform
from kernel_network import CannotBuild, Fence, inside, of_texts
from packets import CALLER_PORT, EVERYBODY, Connection, NotTheForm, Walk, World

PROTOCOLS = (1, 6, 17, 47)
TRIES = 24  # of a connection that one of several tasks answers: that one of two is never chosen has odds of 2^-23


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport(kind, source, destination, state, caller_port):
    """The bytes behind the IP header: as `kind` says, with a port of its own for the caller, and a wrong checksum where
    connection tracking shall call it invalid."""
    sport, dport = (caller_port if port == CALLER_PORT else port for port in (kind.sport, kind.dport))
    wrong = 1 if state == "invalid" else 0
    if kind.protocol == 1:
        head = struct.pack("!HHH", kind.sport, kind.dport, caller_port)
        return head + struct.pack("!H", (checksum(head) + wrong) & 0xFFFF)  # ~sum: makes the given checksum right
    if kind.protocol == 47:
        return struct.pack("!HHI", kind.sport & 0x0007, kind.dport, 0)
    if kind.protocol == 6:
        body = struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 5 << 4, 2, 1024, 0, 0)
    else:
        body = struct.pack("!HHHH", sport, dport, 8, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!HH", kind.protocol, len(body))
    at = 16 if kind.protocol == 6 else 6
    value = (checksum(pseudo + body) + wrong) & 0xFFFF or 0xFFFF
    return body[:at] + struct.pack("!H", value) + body[at + 2 :]


def frame(number, source, destination, kind, state, macs):
    body = transport(kind, source, destination, state, 33000 + number % 20000)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), number, 0, 64, kind.protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))  # fmt: skip
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return macs + b"\x08\x00" + head + body


class Ears:
    """Hears every packet that is delivered in any of the namespaces: raw sockets get a copy of each."""

    def __init__(self, paths):
        self.sockets = [(path, self._listen(path, protocol)) for path in paths for protocol in PROTOCOLS]

    def _listen(self, path, protocol):
        ear = inside(path, lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol))
        ear.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE
        ear.setblocking(False)
        return ear

    def heard(self):
        """(namespace, IP packet) of all since the last time."""
        for path, ear in self.sockets:
            while True:
                try:
                    yield path, ear.recv(2048)
                except BlockingIOError:
                    break

    def close(self):
        for _, ear in self.sockets:
            ear.close()


class Case:
    """One built world and what the evaluator says about it."""

    def __init__(self, network, world, environment, fence, untouched):
        self.network, self.world, self.environment, self.fence = network, world, environment, fence
        self.declared = small_platform.declared()
        self.universe = packets.universe_of(world, self.declared, world.touching(environment))
        self.sent, self.arrived, self.connected, self.failed, self.wrong = 0, 0, [], [], []
        self.ports_used = count(10_000)
        # Where both ports are fixed, and with a protocol that has none, a packet the other way belongs to the same connection:
        # once let through one way it is known the other way, which only the kernel remembers.
        self.kinds = [kind for kind in self.universe.axes["kind"] if kind.protocol == 1 or CALLER_PORT in kind and
                      (kind.protocol != 47 or untouched)]  # fmt: skip
        self.tasks = {name: path for name, path in world.tasks.items() if name.startswith(environment)}

    # Packets of every kind ---------------------------------------------------------------------------------------------

    def try_packets(self):
        ears = Ears(self.network.namespaces)
        try:
            for path in dict.fromkeys(self.tasks.values()):
                for interface, spec in self.world.namespaces[path].interfaces.items():
                    peers = self.world.peers.get((path, interface), ())
                    for far, name in peers:
                        macs = bytes.fromhex((self.world.namespaces[far].interfaces[name]["mac"] + spec["mac"]).replace(":", ""))
                        wire = inside(path, lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
                        wire.bind((interface, 0))
                        self._from_wire(path, interface, wire, macs, ears)
                        wire.close()
        finally:
            ears.close()

    def _from_wire(self, path, interface, wire, macs, ears):
        # Those that make no connection first: what the others leave behind would make them part of one.
        for state in ("invalid", "new"):
            for destination in self.universe.axes["daddr"]:
                spread = self._spread(path, interface, destination)
                sent = self._send(wire, macs, destination, state, spread)
                self.fence.wait()
                self._compare(path, interface, destination, state, sent, spread, ears)

    def _spread(self, path, interface, destination):
        """Kinds that may come to one of several, or to one and else, under the address of another, to nobody."""
        addressed = self.universe.equal("daddr", destination)
        walk = Walk(self.world, self.universe, strict=False).onto_wire(path, interface, addressed & self.universe.equal("state", "new"))
        ends = [*walk.delivered.values(), walk.lost & ~addressed]
        return {kind for kind in self.kinds if sum(bool(end & self.universe.equal("kind", kind)) for end in ends) > 1}

    def _send(self, wire, macs, destination, state, spread):
        sent = {}
        for source in self.universe.axes["saddr"]:
            for kind in self.kinds:
                if (kind.protocol, state) == (47, "invalid") or (*kind[:2], state) == (1, 3 << 8, "new"):
                    continue  # has no checksum to be wrong; an error about no connection is never new
                for _ in range(TRIES if kind in spread else 1):
                    number = len(sent) + 1
                    sent[number] = (source, kind)
                    wire.send(frame(number, source, destination, kind, state, macs))
        self.sent += len(sent)
        return sent

    def _compare(self, path, interface, destination, state, sent, spread, ears):
        # A target that answers nothing keeps the connection that was begun with it: all tries go there, and the others
        # of the same kind see none.
        arrived, kept = {}, 0
        for where, packet in ears.heard():
            number, source, to = struct.unpack("!4xH6x4s4s", packet[:20])
            source, kind = socket.inet_ntoa(source), sent.get(number, (None, None))[1]
            if sent.get(number, (None,))[0] == source and kind.protocol == packet[9]:  # else an answer of the kernel's
                spreads, kind = kind in spread, self._as_arrived(kind, packet)
                if spreads:
                    kept |= self.universe.equal("saddr", source) & self.universe.equal("kind", kind)
                arrived[where] = arrived.get(where, 0) | self._bit(source, socket.inet_ntoa(to), kind, state)
        packets = self._all_of(destination, state, sent)
        surely, maybe = (Walk(self.world, self.universe, strict).onto_wire(path, interface, packets) for strict in (True, False))
        self.arrived += sum(found.bit_count() for found in arrived.values())
        for where in set(arrived) | set(maybe.delivered):
            more = arrived.get(where, 0) & ~maybe.delivered.get(where, 0)
            less = surely.delivered.get(where, 0) & ~arrived.get(where, 0) & ~kept
            for found, what in ((more, "came though it should not"), (less, "did not come")):
                if found:
                    self.wrong.append(f"{path} to {destination}: {where} {what}: {self.universe.some(found)}")

    def _as_arrived(self, kind, packet):
        """With the port that a translation may have put in."""
        if kind.protocol not in (6, 17) or kind.dport == CALLER_PORT:
            return kind
        return kind._replace(dport=struct.unpack("!2xH", packet[20:24])[0])

    def _bit(self, source, destination, kind, state):
        u = self.universe
        return u.equal("saddr", source) & u.equal("daddr", destination) & u.equal("kind", kind) & u.equal("state", state)

    def _all_of(self, destination, state, sent):
        kinds = {kind for _, kind in sent.values()}
        return (self.universe.equal("daddr", destination) & self.universe.equal("state", state)
                & self.universe.where("kind", kinds.__contains__))  # fmt: skip

    # Connections -------------------------------------------------------------------------------------------------------

    def try_connections(self, only=None):
        """Of all tasks to all addresses and ports, or the given ones (the kernel says "unreachable" only a few times a second)."""
        every = [(name, target, port) for name, path in self.tasks.items() for target in self.universe.axes["daddr"]
                 for port in self.ports() if target not in (*EVERYBODY, "0.0.0.0")
                 # Without its address it would call under another one than the evaluator looks at.
                 and self.declared.tasks[name].address in self.world.namespaces[path].addresses]  # fmt: skip
        listeners, calls = self._listen(), {}
        for name, target, port in only or every:
            calls.setdefault((name, target), []).append(port)
        try:
            for (name, target), ports in calls.items():
                self._connect_all(self.declared.tasks[name], self.tasks[name], target, ports, listeners)
        finally:
            for _, listener in listeners:
                listener.close()

    def ports(self):
        return sorted({kind.dport for kind in self.universe.axes["kind"] if kind[:2] == (6, CALLER_PORT)})

    def _listen(self):
        def listen(port):
            listener = socket.create_server(("0.0.0.0", port), backlog=4096)
            listener.setblocking(False)
            return listener

        return [(path, inside(path, lambda: listen(port))) for path in self.network.namespaces for port in self.ports()]

    def _connect_all(self, task, path, target, ports, listeners):
        calls = {port: Connection(self.world, self.universe, task, target, port) for port in ports}
        wanted = {port: packets.answering(call) for port, call in calls.items()}
        # Each from a port of its own: where a translation makes two alike the kernel changes one's port.
        callers = [(port, inside(path, lambda: connecting(target, port, next(self.ports_used))))
                   for port in calls for _ in range(TRIES if len(wanted[port]) > 1 else 1)]  # fmt: skip
        self.fence.wait()
        connected = [is_connected(caller) for _, caller in callers]  # before the other end closes
        answered = {peer: where for where, listener in listeners for peer in accepted(listener)}
        found = {}
        for (port, caller), fine in zip(callers, connected):
            found.setdefault(port, set()).add(answered.get(caller.getsockname(), "nobody") if fine else "nobody")
            error = caller.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self.failed += [[task.name, target, port, errno.errorcode[error]]] if error and not fine else []
            abort(caller)
        for port, seen in found.items():
            self.connected += [[task.name, target, port, where] for where in sorted(seen - {"nobody"})]
            if seen != wanted[port]:
                self.wrong.append(f"{task.name} connects to {target}:{port}: {sorted(seen)} instead of {sorted(wanted[port])}")


def connecting(target, port, own):
    caller = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    caller.bind(("0.0.0.0", own))
    caller.setblocking(False)
    caller.connect_ex((target, port))
    return caller


def is_connected(caller):
    try:
        caller.getpeername()
        return True
    except OSError:
        return False


def abort(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def accepted(listener):
    """Whom a listener got connections from."""
    peers = []
    while True:
        try:
            connection, peer = listener.accept()
        except BlockingIOError:
            return peers
        abort(connection)
        peers.append(peer)


def judge(case, texts, environment, fence):
    for path, text in case["changes"].items():
        texts = packets.edited(texts, path, text)
    answer = {"name": case["name"], "sent": 0, "arrived": 0, "connected": [], "failed": [], "refused": None, "wrong": []}
    try:
        world = World(texts)
        network = of_texts(texts, sorted(small_platform.ENVIRONMENTS))
    except NotTheForm as error:
        return {**answer, "refused": str(error)}
    except CannotBuild as error:
        return {**answer, "refused": str(error), "wrong": [] if world.broken else [f"cannot be built: {error}"]}
    with network:
        if bool(network.refused) != bool(world.broken):
            answer["wrong"].append(f"nft says {network.refused!r}, the evaluator {world.broken}")
        if network.refused or answer["wrong"]:
            return {**answer, "refused": network.refused}
        trial = Case(network, world, environment, fence, untouched=not case["changes"])
        if "only" in case:
            trial.try_connections(case["only"])
        else:
            trial.try_packets()
            trial.try_connections()
    return {**answer, "sent": trial.sent, "arrived": trial.arrived, "connected": trial.connected, "failed": trial.failed,
            "wrong": trial.wrong}


def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one queue for all packets: see Fence
    texts, environment, fence = packets.read_folder(sys.argv[1]), sys.argv[2], Fence()
    print(json.dumps([judge(case, texts, environment, fence) for case in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
