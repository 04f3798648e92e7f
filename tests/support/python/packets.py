"""Which packets the emitted network lets through: an obvious evaluator, written from docs/local-files.md, to judge the
verifier by. It reads network.json, nftables.json and config.json itself and looks at every packet that matters.

    world = World(read_folder("out"))
    opened(world, declared, {"acme/production"})   what a task can send though it is not declared
    closed(world, declared, {"acme/production"})   what is declared and does not work
"""

import copy
import functools
import ipaddress
import json
from dataclasses import dataclass, field
from pathlib import Path

from nft_model import Kind, Refused, Ruleset, Universe

OUTSIDE = "203.0.113.9"  # RFC 5737: an address on the Internet
CALLER_PORT = 40000
EVERYBODY = ("255.255.255.255", "224.0.0.1")


class NotTheForm(Exception):
    """A text is not what docs/local-files.md describes."""


@dataclass(frozen=True)
class Task:
    """A task as the test declares it: `acme/production/api-1`."""

    name: str
    service: str
    address: str
    spare: bool = False  # nothing is spread to it before a change

    @property
    def environment(self):
        return self.name.rsplit("/", 1)[0]


@dataclass(frozen=True)
class Call:
    """Tasks of `caller` connect to those of `called`: by a virtual address, or (None) each by its own."""

    environment: str
    caller: str
    called: str
    port: int
    virtual: str | None


@dataclass
class Declared:
    """What the platform's author wants, written down by hand."""

    tasks: dict = field(default_factory=dict)  # name -> Task
    calls: list = field(default_factory=list)  # of Call

    def may_call(self, sender, receiver):
        ends = (sender.environment, sender.service, receiver.environment, receiver.service)
        return [call.port for call in self.calls if (call.environment, call.caller, call.environment, call.called) == ends]

    def running(self, environment, service):
        return [task for task in self.tasks.values() if (task.environment, task.service) == (environment, service)]


class Namespace:
    """A network stack. `interfaces`: name -> addresses, mac; `broken` says what of it cannot be built."""

    def __init__(self, spec, environment):
        self.path, self.name, self.environment = spec["path"], spec["name"], environment
        self.interfaces = {}
        self.rules, self.broken = None, []
        for interface in spec["interfaces"]:
            if interface["name"] in self.interfaces or len(interface["name"]) > 15:
                self.broken.append(f"{self.name}: interface {interface['name']}")
            if len(set(interface["addresses"])) < len(interface["addresses"]):
                self.broken.append(f"{self.name}: an address twice on {interface['name']}")
            self.interfaces[interface["name"]] = {key: interface[key] for key in ("name", "mac", "addresses")}
        self.addresses = {str(ipaddress.IPv4Interface(text).ip)
                          for interface in self.interfaces.values() for text in interface["addresses"]}  # fmt: skip
        routes = [*self._connected()] + [{**route, "to": ipaddress.IPv4Network(route["to"])} for route in spec["routes"]]
        self.routes = [route for route in routes if route.get("unreachable") or self._buildable(route, routes)]
        told = [route["to"] for route in self.routes]
        self.broken += [f"{self.name}: two routes to {to}" for to in set(told) if told.count(to) > 1]
        self.neighbours = {(entry["interface"], entry["address"]): entry["mac"] for entry in spec["neighbours"]}
        sysctl = spec["sysctls"].get("net.ipv4.ip_forward")
        # Where the two disagree it may forward, and nothing that is declared can count on it.
        self.may_forward = spec["forwards"] or sysctl == "1"
        self.surely_forwards = spec["forwards"] and sysctl == "1"

    def _connected(self):
        """Routes that the kernel makes for the ranges of addresses (fib_add_ifaddr)."""
        for interface in self.interfaces.values():
            for text in interface["addresses"]:
                range_ = ipaddress.IPv4Interface(text).network
                if range_.prefixlen < 32 and int(range_[0]) >> 24 != 0:
                    yield {"to": range_, "interface": interface["name"]}

    def _buildable(self, route, routes):
        fine = route.get("interface") in self.interfaces
        if fine and "via" in route:  # the kernel takes only a gateway that it has a direct route to, or is itself
            gateway = ipaddress.IPv4Address(route["via"])
            direct = [other["to"] for other in routes if not other.keys() & {"via", "unreachable"}
                      and other.get("interface") == route["interface"]]  # fmt: skip
            fine = route["via"] in self.addresses or any(gateway in to for to in direct)
        if not fine:
            self.broken.append(f"{self.name}: route {route}")
        return fine

    def exits(self, destination):
        """The routes that a packet may take: the longest prefix; several where they are equally long."""
        address = ipaddress.IPv4Address(destination)
        fitting = [(route["to"].prefixlen, route) for route in self.routes if address in route["to"]]
        longest = max((length for length, _ in fitting), default=None)
        return [route for length, route in fitting if length == longest]


def read_folder(folder):
    """Path -> text of every file."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


class World:
    """All environments of an output folder: namespaces by their path, links, and which task runs in which namespace."""

    def __init__(self, texts):
        self.namespaces, self.tasks, self.peers, self.broken = {}, {}, {}, []
        self.texts = texts
        try:
            self._read(texts)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotTheForm(repr(error)) from error

    def _read(self, texts):
        environments = sorted(path.rsplit("/", 1)[0] for path in texts if path.endswith("/network.json"))
        for folder in environments:
            self._network(json.loads(texts[f"{folder}/network.json"]), texts.get(f"{folder}/nftables.json"))
        for path, text in texts.items():
            if "/tasks/" in path and path.endswith("/config.json"):
                self._task(path, json.loads(text))

    def _network(self, spec, rules):
        environment = spec["environment"]
        for inner in spec["namespaces"]:
            namespace = Namespace(inner, environment)
            if namespace.path in self.namespaces:
                self.broken.append(f"two namespaces {namespace.path}")
            self.namespaces[namespace.path] = namespace
            self.broken += namespace.broken
            if namespace.name == "router":
                namespace.rules = self._rules(rules)
        paths, claims = {inner["name"]: inner["path"] for inner in spec["namespaces"]}, set()
        for inner in spec["namespaces"]:
            for interface in inner["interfaces"]:
                if "peer" not in interface:
                    continue
                peer = interface["peer"]
                far = (paths.get(peer["namespace"], peer["namespace"]), peer["interface"])
                claims.add(((inner["path"], interface["name"]), far))
        for near, far in sorted(claims):
            self._link(near, far)
            if (far, near) not in claims:
                self.broken.append(f"only {near} says that it is linked with {far}")

    def _rules(self, text):
        if text is None:
            return None
        try:
            return Ruleset(json.loads(text))
        except Refused as error:
            self.broken.append(f"nftables: {error}")
            return None

    def _link(self, near, far):
        self.peers.setdefault(near, set()).add(far)
        self.peers.setdefault(far, set()).add(near)

    def _task(self, path, spec):
        networks = [entry.get("path") for entry in spec["linux"]["namespaces"] if entry["type"] == "network"]
        folder, name = path.removeprefix("environments/").removesuffix("/config.json").split("/tasks/")
        if networks and networks[0] in self.namespaces:
            self.tasks[f"{folder}/{name}"] = networks[0]
        elif networks and networks[0] is not None:
            self.broken.append(f"{name} wants {networks[0]}")
        else:
            # Without a path a new, empty network; without the entry the machine's own.
            self.tasks[f"{folder}/{name}"] = None if networks else "host"

    def running_in(self, path):
        return [task for task, where in self.tasks.items() if where == path]

    def links_between(self):
        """Pairs of environments that a link joins."""
        owner = {path: namespace.environment for path, namespace in self.namespaces.items()}
        return {(owner[near[0]], owner[far[0]]) for near, fars in self.peers.items() for far in fars
                if near[0] in owner and far[0] in owner and owner[near[0]] != owner[far[0]]}  # fmt: skip

    def touching(self, environment):
        """The environment and those that a link or a task joins with it."""
        joined = {frozenset(pair) for pair in self.links_between()}
        joined |= {frozenset((task.rsplit("/", 1)[0], self.namespaces[path].environment))
                   for task, path in self.tasks.items() if path in self.namespaces}  # fmt: skip
        return {environment}.union(*(pair for pair in joined if environment in pair))

    def named(self, environments):
        """(addresses, ports) that stand anywhere in these environments' networks and rules."""
        addresses, ports = set(), set()
        for namespace in self.namespaces.values():
            if namespace.environment not in environments:
                continue
            addresses |= namespace.addresses
            for route in namespace.routes:
                addresses |= {str(route["to"][0])} | ({route["via"]} if "via" in route else set())
            if namespace.rules:
                collect([chain.rules for chain in namespace.rules.chains.values()], addresses, ports)
                collect([elements for _, _, elements in namespace.rules.sets.values()], addresses, ports)
        return addresses, ports


def collect(value, addresses, ports):
    if isinstance(value, dict):
        collect([list(value.keys()), list(value.values())], addresses, ports)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            collect(inner, addresses, ports)
    elif isinstance(value, int) and not isinstance(value, bool) and value > 255:
        ports.add(value)
    elif isinstance(value, str) and value.count(".") == 3:
        addresses.add(value)


@functools.lru_cache(maxsize=8)
def universe(addresses, ports):
    """Packets to and from these addresses and one outside, with these ports, their neighbours and one more."""
    near = sorted({other for port in ports for other in (port - 1, port, port + 1) if 0 < other < 65536} | {80})
    kinds = [Kind(protocol, CALLER_PORT, port) for protocol in (6, 17) for port in near]
    kinds += [Kind(protocol, port, other) for protocol in (6, 17) for port in sorted(ports) for other in (CALLER_PORT, 80, *sorted(ports))]
    kinds += [Kind(6, port, CALLER_PORT) for port in near]
    kinds += [Kind(1, kind << 8, checksum) for kind in (3, 8) for checksum in sorted(ports)]
    kinds += [Kind(47, CALLER_PORT, port) for port in sorted(ports)]
    sources = sorted(addresses | {OUTSIDE})
    return Universe([*sources, *EVERYBODY], sources, dict.fromkeys(kinds))


def universe_of(world, declared, environments):
    """All packets that can matter to these environments; of each other environment the first task's address stands for all."""
    addresses, ports = world.named(environments)
    first = {task.environment: task.address for task in reversed(declared.tasks.values())}
    addresses |= {task.address for task in declared.tasks.values() if task.environment in environments} | set(first.values())
    addresses |= {call.virtual for call in declared.calls if call.virtual and call.environment in environments}
    return universe(frozenset(addresses), frozenset(ports | {call.port for call in declared.calls}))


class Walk:
    """Follows packets from one namespace. Afterwards `delivered` has namespace -> packets as they arrived there, `lost` those
    that came to nobody, `passed` the namespaces that any got to. `strict`: only what surely works counts as on its way."""

    def __init__(self, world, universe, strict, connection=None):
        self.world, self.universe, self.strict, self.connection = world, universe, strict, connection
        self.delivered, self.lost, self.passed, self.seen = {}, 0, set(), {}

    def from_any_interface(self, path, packets):
        for name in self.world.namespaces[path].interfaces:
            self._leave(path, name, packets)
        self._deliver(path, packets & self._local(path, alone=True))
        return self

    def onto_wire(self, path, interface, packets):
        """What somebody puts on the wire by hand, with the right MAC."""
        for far, name in sorted(self.world.peers.get((path, interface), set())):
            if far in self.world.namespaces:
                self._arrive(far, name, packets)
        return self

    def from_routes(self, path, packets):
        local = self._local(path, alone=True)
        self._deliver(path, packets & local)
        for interface, hop, part in self._routed(path, packets & ~local):
            self._leave(path, interface, part, hop)
        return self

    def _deliver(self, path, packets):
        if packets:
            self.delivered[path] = self.delivered.get(path, 0) | packets

    def _local(self, path, alone=False):
        own = self.world.namespaces[path].addresses
        return self.universe.where("daddr", lambda address: address in own or (not alone and address in EVERYBODY))

    def _routed(self, path, packets):
        """(interface, next hop, packets) of each way out; the rest is lost."""
        for at, address in enumerate(self.universe.axes["daddr"]):
            here = packets & self.universe.masks["daddr"][at]
            exits = self.world.namespaces[path].exits(address) if here else []
            if here and not exits:
                self.lost |= here
            for route in exits:
                if route.get("unreachable"):
                    self.lost |= here
                else:
                    yield route["interface"], route.get("via", address), here

    def _leave(self, path, interface, packets, hop=None):
        packets = self._hook(path, "output", "", interface, packets)
        self._out(path, interface, self._hook(path, "postrouting", "", interface, packets), hop)

    def _hook(self, path, hook, iif, oif, packets):
        rules = self.world.namespaces[path].rules
        if rules is None or not packets:
            return packets
        packets, lost = rules.hook(self.universe, hook, iif, oif, packets, self.connection)
        self.lost |= lost
        return packets

    def _out(self, path, interface, packets, hop):
        if not packets:
            return
        peers = sorted(self.world.peers.get((path, interface), set()))
        if self.strict and (len(peers) > 1 or not all(self._takes(path, interface, hop, far) for far in peers)):
            peers = []  # two ends of one link, or nobody who takes the frame
        if not [far for far in peers if far[0] in self.world.namespaces]:
            self.lost |= packets
        for far, name in peers:
            if far in self.world.namespaces:
                self._arrive(far, name, packets)

    def _takes(self, path, interface, hop, far):
        """Whether the other end takes frames for the next hop: by the neighbour's MAC, or because it answers ARP for it."""
        namespace = self.world.namespaces.get(far[0])
        end = namespace.interfaces.get(far[1]) if namespace else None
        if end is None or hop in self.world.namespaces[path].addresses:
            return False
        mac = self.world.namespaces[path].neighbours.get((interface, hop))
        return mac == end["mac"] if mac else hop in namespace.addresses

    def _arrive(self, path, interface, packets):
        packets &= ~self.seen.get((path, interface), 0)
        if not packets:
            return
        self.seen[path, interface] = self.seen.get((path, interface), 0) | packets
        self.passed.add(path)
        packets = self._hook(path, "prerouting", interface, "", packets)
        # Routing drops what claims to come from the receiver itself (fib_validate_source). In answers the translation puts
        # the service's address instead.
        if self.strict and self.connection is None:
            own = self.universe.where("saddr", self.world.namespaces[path].addresses.__contains__)
            packets, self.lost = packets & ~own, self.lost | (packets & own)
        local = self._local(path)
        self._deliver(path, self._hook(path, "input", interface, "", packets & local))
        namespace, onward = self.world.namespaces[path], packets & ~local
        if not (namespace.surely_forwards if self.strict else namespace.may_forward):
            self.lost |= onward
            return
        for out, hop, part in self._routed(path, onward):
            part = self._hook(path, "forward", interface, out, part)
            self._out(path, out, self._hook(path, "postrouting", interface, out, part), hop)


# What follows from it -------------------------------------------------------------------------------------------------


def hostile(universe):
    """What a task may put on the wire: every source, every kind, without a connection that somebody let it make. ICMP errors
    are never `new`, but may lie about a connection (`related`); no helper makes anything else related."""
    errors = universe.where("kind", lambda kind: kind[:2] == (1, 3 << 8))
    states = universe.where("state", lambda state: state in ("invalid", "untracked"))
    return states | (universe.equal("state", "new") & ~errors) | (universe.equal("state", "related") & errors)


def permitted(universe, declared, sender, receiver):
    """Packets that `sender` may send to `receiver`."""
    path = universe.equal("saddr", sender.address) & universe.equal("daddr", receiver.address)
    ports = declared.may_call(sender, receiver)
    packets = path & universe.where("kind", lambda kind: kind.protocol == 6 and kind.dport in ports)
    return packets


def opened(world, declared, environments):
    """Sentences: what can tasks of these environments send to whom though it is not declared. Empty: nothing."""
    universe = universe_of(world, declared, environments)
    found = [f"a link joins {one} and {other}" for one, other in sorted(world.links_between())]
    found += [f"{task} runs on the machine's own network" for task in world.running_in("host")]
    for name, path in world.tasks.items():
        sender = declared.tasks.get(name)
        if path not in world.namespaces or name.rsplit("/", 1)[0] not in environments:
            continue
        if sender is None or world.namespaces[path].environment != sender.environment:
            found.append(f"{name} runs in {path}")
            continue
        found += [f"{name} and {other} share {path}" for other in world.running_in(path) if other != name]
        walk = Walk(world, universe, strict=False).from_any_interface(path, hostile(universe))
        for where, packets in walk.delivered.items():
            if where != path:
                found += excess(world, universe, declared, sender, where, packets)
    return found


def excess(world, universe, declared, sender, where, packets):
    receivers = [declared.tasks[name] for name in world.running_in(where) if name in declared.tasks]
    for receiver in receivers:
        packets &= ~permitted(universe, declared, sender, receiver)
    names = [receiver.name for receiver in receivers] or [where]
    return [f"{sender.name} to {', '.join(names)}: {universe.some(packets)}"] if packets else []


def closed(world, declared, environments):
    """Sentences: which declared connection of these environments does not work."""
    found = list(world.broken)
    found += [f"{name} does not run" for name in declared.tasks if world.tasks.get(name) not in world.namespaces]
    if found:
        return found
    # A spare one too, to which nothing is sent now.
    lacking = [task for task in declared.tasks.values() if task.environment in environments and task.address not in world.namespaces[world.tasks[task.name]].addresses]
    found += [f"{task.name} has not its address" for task in lacking]
    universe = universe_of(world, declared, environments)
    for call in [call for call in declared.calls if call.environment in environments]:
        called = declared.running(call.environment, call.called)
        for caller in declared.running(call.environment, call.caller):
            alone = [[task] for task in called if task.spare or not call.virtual]
            for targets in [called, *alone] if call.virtual else alone:
                target = call.virtual if targets is called else targets[0].address
                found += broken_call(Connection(world, universe, caller, target, call.port), targets)
    return found


@dataclass
class Connection:
    """One TCP connection of a task to an address."""

    world: World
    universe: Universe
    caller: Task
    target: str
    port: int

    def packets(self, source, destination, sport, dport, state):
        u = self.universe
        return (u.equal("saddr", source) & u.equal("daddr", destination) & u.equal("kind", Kind(6, sport, dport))
                & u.equal("state", state))  # fmt: skip

    def out(self, destination, state):
        return self.packets(self.caller.address, destination, CALLER_PORT, self.port, state)

    def sent(self, source, packets, connection=None):
        return Walk(self.world, self.universe, True, connection).from_routes(self.world.tasks[source.name], packets)


def broken_call(call, targets):
    wanted = {call.world.tasks[task.name]: call.out(task.address, "new") for task in targets}
    first = call.sent(call.caller, call.out(call.target, "new"))
    what = f"{call.caller.name} to {call.target}:{call.port}"
    due = {call.world.tasks[task.name] for task in targets if not task.spare or call.target == task.address}
    wrong = [one for one, packets in first.delivered.items() if wanted.get(one) != packets]
    if first.lost or wrong or not due <= set(first.delivered):
        return [f"{what}: the first packet"]
    found = []
    for task in targets:
        if call.world.tasks[task.name] in first.delivered:
            undo = lambda packets: translated(call, task, packets)
            later = call.sent(call.caller, call.out(call.target, "established"), undo)
            if later.lost or later.delivered != {call.world.tasks[task.name]: call.out(task.address, "established")}:
                found.append(f"{what}: the packets behind the first")
        # Of one that is spare too: nothing is sent to it now, and all can be when it takes another's place.
        reply = call.packets(task.address, call.caller.address, call.port, CALLER_PORT, "established")
        back = call.sent(task, reply, lambda packets: packets)
        if back.lost or back.delivered != {call.world.tasks[call.caller.name]: reply}:
            found.append(f"{what}: the answer of {task.name}")
    return found


def answering(call):
    """The namespaces in which the connection may come to be, with "nobody" where it may come to nothing; every namespace
    listens on every port."""
    u, first = call.universe, call.sent(call.caller, call.out(call.target, "new"))
    found = {"nobody"} if first.lost or not first.delivered else set()
    for where, packets in first.delivered.items():
        for address in [address for address in u.axes["daddr"] if packets & u.equal("daddr", address)]:
            for kind in [kind for kind in u.axes["kind"] if packets & u.equal("daddr", address) & u.equal("kind", kind)]:
                found.add(where if answered(call, where, address, kind.dport) else "nobody")
    return found


def answered(call, where, address, port):
    """Whether what came to `where` as a packet for this address and port becomes a connection."""
    reply = call.packets(address, call.caller.address, port, CALLER_PORT, "established")
    back = Walk(call.world, call.universe, True, lambda packets: packets).from_routes(where, reply)
    if back.lost or set(back.delivered) != {call.world.tasks[call.caller.name]}:
        return False
    later = call.sent(call.caller, call.out(call.target, "established"), lambda packets: moved(call, address, port, packets))
    return not later.lost and set(later.delivered) == {where}


def moved(call, address, port, packets):
    """What connection tracking does to later packets of a connection that was translated to this address and port."""
    mine, u = packets & call.universe.equal("daddr", call.target), call.universe
    there = u.moved(mine, "daddr", call.target, address)
    return (packets & ~mine) | u.moved(there, "kind", Kind(6, CALLER_PORT, call.port), Kind(6, CALLER_PORT, port))


def translated(call, task, packets):
    """What connection tracking does to later packets of the connection: as to the first."""
    if call.target == task.address:
        return packets
    mine = packets & call.universe.equal("daddr", call.target)
    return (packets & ~mine) | call.universe.moved(mine, "daddr", call.target, task.address)


def edited(texts, path, text):
    """The same files with one changed; None: removed."""
    changed = copy.copy(texts)
    if text is None:
        del changed[path]
    else:
        changed[path] = text
    return changed
