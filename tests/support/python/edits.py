"""Single edits of the emitted texts: each a name and the text that it makes of a file. What an edit means nobody says here:
tests/support/python/packets.py finds out."""

import copy
import json

UNKNOWN = "nobody-9"


def places(value, path=()):
    """(path, value) of everything in a JSON value, itself first."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def replaced(value, path, new):
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = new
    return changed


def without(value, path):
    changed = copy.deepcopy(value)
    del at(changed, path[:-1])[path[-1]]
    return changed


def inserted(value, path, new):
    changed = copy.deepcopy(value)
    at(changed, path[:-1]).insert(path[-1], new)
    return changed


def scalar_edits(value):
    """Every address, range, port and interface name of a JSON text replaced by each other one of its kind, ports also by their
    neighbours, names also by one that nobody has; likewise every MAC."""
    found = {"address": set(), "range": set(), "port": set(), "name": set(), "mac": set()}
    kinds = {}
    for path, part in places(value):
        kind = None
        if isinstance(part, str) and part.split("/")[0].count(".") == 3 and part[0].isdigit():
            kind = "range" if "/" in part else "address"
        elif isinstance(part, int) and not isinstance(part, bool) and part > 1000:
            kind = "port"
        elif isinstance(part, str) and part.count(":") == 5:
            kind = "mac"
        elif isinstance(part, str) and (part.rpartition("-")[2].isdigit() and "-" in part and "/" not in part or part in ("eth0", "router")):
            kind = "name"
        if kind:
            kinds[path] = kind
            found[kind].add(part)
    for path, kind in kinds.items():
        old = at(value, path)
        others = found[kind] | ({UNKNOWN} if kind == "name" else {old - 1, old + 1} if kind == "port" else set())
        for new in sorted(others - {old}, key=str):
            yield f"{'/'.join(map(str, path))}: {old} -> {new}", replaced(value, path, new)


def rule_set_edits(text):
    """Of nftables.json."""
    value = json.loads(text)
    commands = value["nftables"]
    chains = [command["add"]["chain"]["name"] for command in commands if "chain" in command["add"]]
    for number, command in enumerate(commands):
        path = ("nftables", number)
        ((kind, spec),) = command["add"].items()
        yield f"{kind} {number} removed", without(value, path)
        yield f"{kind} {number} twice", inserted(value, path, command)
        if number and kind == "rule":
            swapped = copy.deepcopy(value)
            swapped["nftables"][number - 1 : number + 1] = [command, commands[number - 1]]
            yield f"rule {number} before the one above", swapped
        for inner, part in places(spec):
            where = ("nftables", number, "add", kind, *inner)
            yield from command_edits(value, where, inner, part, chains)
    for chain in chains:
        accept = {"add": {"rule": {"family": "inet", "table": "tenantry", "chain": chain, "expr": [{"accept": None}]}}}
        first = next((i for i, c in enumerate(commands) if "rule" in c["add"] and c["add"]["rule"]["chain"] == chain), len(commands))
        yield f"{chain} begins with accept", inserted(value, ("nftables", first), accept)
        yield f"{chain} ends with accept", inserted(value, ("nftables", len(commands)), accept)
        for name, matches in PARTS.items():
            for verdict in ("accept", "drop"):
                more = replaced(accept, ("add", "rule", "expr"), [*matches, {verdict: None}])
                yield f"{chain} begins with {verdict} of {name}", inserted(value, ("nftables", first), more)
    yield from added_elements(value)
    yield from scalar_edits(value)


def match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


IIFNAME, OIFNAME = {"meta": {"key": "iifname"}}, {"meta": {"key": "oifname"}}
SADDR, DADDR = ({"payload": {"protocol": "ip", "field": field}} for field in ("saddr", "daddr"))
PARTS = {
    "one sender": [match(IIFNAME, "api-1")],
    "one receiver": [match(OIFNAME, "scoring-1")],
    "one pair": [match(IIFNAME, "load-balancer-1"), match(OIFNAME, "scoring-1")],
    "one address": [match(SADDR, "10.0.0.128")],
    "one destination": [match(DADDR, "10.0.0.66")],
    "a range": [match(SADDR, {"prefix": {"addr": "10.0.0.0", "len": 24}})],
    "some interfaces": [match(IIFNAME, "api-*")],
    "all but one": [match(IIFNAME, "web-1", "!=")],
    "one port": [match({"payload": {"protocol": "tcp", "field": "dport"}}, 9100)],
    "udp": [match({"meta": {"key": "l4proto"}}, "udp")],
    "answers": [match({"payload": {"protocol": "tcp", "field": "sport"}}, 9000)],
    "new connections": [match({"ct": {"key": "state"}}, "new", "in")],
    "lost connections": [match({"ct": {"key": "state"}}, ["invalid", "untracked"], "in")],
}


def added_elements(value):
    """One element more in each set: every call that nobody declares, and every other address of every task."""
    elements = {"sources": [], "calls": [], "services": []}
    for command in value["nftables"]:
        if "element" in command["add"]:
            spec = command["add"]["element"]
            elements[spec["name"]] += [element["concat"] if isinstance(element, dict) else element for element in spec["elem"]]
    names, addresses = zip(*elements["sources"])
    ports = sorted({call[3] for call in elements["calls"]})
    calls = [[near, far, protocol, port] for near in names for far in names for protocol in ("tcp", "udp") for port in ports]
    sources = [[name, address] for name in names for address in (*addresses, "10.0.16.4", "203.0.113.9")]
    last = max(at for at, command in enumerate(value["nftables"]) if "element" in command["add"])
    for name, keys in (("calls", calls), ("sources", sources)):
        for key in [key for key in keys if key not in elements[name]]:
            spec = {"family": "inet", "table": "tenantry", "name": name, "elem": [{"concat": key}]}
            yield f"{name} with {key}", inserted(value, ("nftables", last), {"add": {"element": spec}})


def command_edits(value, where, inner, part, chains):
    name = "/".join(map(str, where[1:]))
    if inner and inner[0] == "expr" and len(inner) == 2:
        yield f"{name} removed", without(value, where)
        for verdict in ("accept", "drop", "return"):
            if any(key in part for key in ("accept", "drop")) and verdict not in part:
                yield f"{name}: {verdict}", replaced(value, where, {verdict: None})
        if "match" in part:
            yield f"{name}: negated", replaced(value, (*where, "match", "op"), "!=")
    if inner == ("policy",):
        yield f"{name}: {part} turned", replaced(value, where, "accept" if part == "drop" else "drop")
        yield f"{name} left out", without(value, where)
    if inner == ("hook",):
        for hook in ("prerouting", "input", "forward", "output", "postrouting"):
            if hook != part:
                yield f"{name}: {hook}", replaced(value, where, hook)
    if inner == ("prio",):
        for priority in (-400, -300, -150, -100, 0, 100, 300):
            if priority != part:
                yield f"{name}: {priority}", replaced(value, where, priority)
    if inner and inner[-1] == "right" and part == "established":
        for states in (["established", "new"], ["new"], ["invalid"], ["untracked"], ["established", "invalid"], ["related"]):
            yield f"{name}: {states}", replaced(value, where, states)
    if inner and inner[-1] == "right" and isinstance(part, str) and part.startswith("@"):
        for other in ("@sources", "@calls"):
            if other != part:
                yield f"{name}: {other}", replaced(value, where, other)
    if inner and inner[-1] in ("elem", "set") and isinstance(part, list):
        for index in range(len(part)):
            if len(part) > 1:
                yield f"{name}/{index} removed", without(value, (*where, index))
    if inner and inner[-1] == "mod":
        for mod in (part + 1, part - 1):
            yield f"{name}: {mod}", replaced(value, where, mod)
    if inner and inner[-1] == "target":
        for chain in chains:
            if chain != part:
                yield f"{name}: {chain}", replaced(value, where, chain)


def network_edits(text, other):
    """Of network.json; `other` is an environment that its links must never reach."""
    value = json.loads(text)
    for path, part in places(value):
        name = "/".join(map(str, path))
        key = path[-1] if path else None
        if len(path) > 1 and path[-2] in ("interfaces", "routes", "neighbours", "namespaces", "addresses", "sockets"):
            yield f"{name} removed", without(value, path)
        if key == "peer":
            yield f"{name} removed", without(value, path)
            for far in ("router", "api-1"):
                elsewhere = {"namespace": f"/run/tenantry/platforms/lend/net/{other}/{far}", "interface": "eth0" if far == "api-1" else "api-1"}
                yield f"{name}: to {other} {far}", replaced(value, path, elsewhere)
        if len(path) > 1 and path[-2] == "interfaces":
            for address in ("10.0.0.66/32", "10.0.16.4/32"):
                yield f"{name} has {address} too", replaced(value, (*path, "addresses"), [*part["addresses"], address])
        if key == "routes":
            for route in ({"to": "10.0.16.0/20", "interface": "api-1"}, {"to": "10.0.0.66/32", "interface": "web-1"},
                          {"to": "0.0.0.0/0", "interface": "eth0", "via": "169.254.1.1"}, {"to": "10.0.0.0/24", "unreachable": True}):  # fmt: skip
                yield f"{name} with {route}", replaced(value, path, [*part, route])
        if key == "unreachable":
            changed = without(value, path)
            at(changed, path[:-1])["interface"] = "web-1"
            yield f"{name}: by web-1", changed
        if key == "via":
            yield f"{name} removed", without(value, path)
        if key == "forwards":
            yield f"{name} turned", replaced(value, path, not part)
        if len(path) > 1 and path[-2] == "sysctls":
            yield f"{name}: turned", replaced(value, path, "0" if part == "1" else "1")
            yield f"{name} removed", without(value, path)
        if key == "path" and "namespaces" in path:
            yield f"{name}: of {other}", replaced(value, path, part.replace(value["environment"], other))
        if key == "descriptor":
            yield f"{name}: {part + 1}", replaced(value, path, part + 1)
        if key == "task":
            yield f"{name}: web-1", replaced(value, path, "web-1")
        if key == "path" and "sockets" in path:
            yield f"{name}: another", replaced(value, path, part + "x")
    yield from scalar_edits(value)
