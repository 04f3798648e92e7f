"""What an nftables rule set in libnftables' JSON does to packets, written from nft(8), libnftables-json(5) and the kernel's
nf_tables. Test code: it shares nothing with Tenantry and judges it.

All packets of interest are looked at together: they are numbered, a set of packets is an integer with their bits, and what
a rule does to many packets is what it does to each of them.
"""

import ipaddress
from collections import namedtuple

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "gre": 47, "icmpv6": 58, "sctp": 132}
ICMP_TYPES = {"echo-reply": 0, "destination-unreachable": 3, "echo-request": 8, "time-exceeded": 11}
STATES = ("new", "established", "related", "invalid", "untracked")

# `sport` and `dport` are the first two 16-bit numbers behind the IP header, which is what `th sport` and `th dport` look at:
# of ICMP they are type and code, and the checksum.
Kind = namedtuple("Kind", "protocol sport dport")


class Refused(Exception):
    """nft or the kernel does not take this rule set."""


class Universe:
    """All combinations of some destinations, sources, kinds and states, each a bit of an integer."""

    def __init__(self, destinations, sources, kinds):
        self.axes = {"daddr": list(destinations), "saddr": list(sources), "kind": list(kinds), "state": list(STATES)}
        self.count = 1
        self.position, self.step = {}, {}
        for name in reversed(self.axes):
            self.step[name] = self.count
            self.position[name] = {value: at for at, value in enumerate(self.axes[name])}
            self.count *= len(self.axes[name])
        self.all = (1 << self.count) - 1
        self.masks = {name: [self._mask(name, at) for at in range(len(values))] for name, values in self.axes.items()}
        self.known = {}  # (field, value) -> packets: what rules ask again and again

    def _mask(self, name, at):
        step, period = self.step[name], self.step[name] * len(self.axes[name])
        return (((1 << step) - 1) << (at * step)) * (self.all // ((1 << period) - 1))

    def where(self, name, wanted):
        """The packets whose `name` passes the test `wanted`."""
        found = 0
        for value, mask in zip(self.axes[name], self.masks[name]):
            if wanted(value):
                found |= mask
        return found

    def equal(self, name, value):
        at = self.position[name].get(value)
        return 0 if at is None else self.masks[name][at]

    def moved(self, packets, name, old, new):
        """`packets`, all with `old` as their `name`, with `new` instead."""
        shift = (self.position[name][new] - self.position[name][old]) * self.step[name]
        return packets << shift if shift >= 0 else packets >> -shift

    def some(self, packets):
        """One of the packets in words."""
        at = (packets & -packets).bit_length() - 1
        values = {name: self.axes[name][at // self.step[name] % len(self.axes[name])] for name in self.axes}
        kind = values["kind"]
        return f"{values['state']} protocol {kind.protocol} {values['saddr']}:{kind.sport} -> {values['daddr']}:{kind.dport}"


class Seen:
    """What a rule can look at beside the packet: interfaces, and whether conntrack saw the packet yet."""

    def __init__(self, universe, iif, oif, tracked):
        self.universe, self.iif, self.oif, self.tracked = universe, iif, oif, tracked

    def test(self, field, wanted):
        """Packets whose `field` has a value that passes."""
        u = self.universe
        if field in ("iifname", "oifname"):
            return u.all if wanted(self.iif if field == "iifname" else self.oif) else 0
        if field in ("saddr", "daddr"):
            return u.where(field, wanted)
        if field == "l4proto":
            return u.where("kind", lambda kind: wanted(kind.protocol))
        if field in ("sport", "dport"):
            return u.where("kind", lambda kind: wanted(getattr(kind, field)))
        if field == "icmp type":
            return u.where("kind", lambda kind: kind.protocol == 1 and wanted(kind.sport >> 8))
        if not self.tracked:  # nft_ct: without an entry the state is `invalid`
            return u.all if wanted("invalid") else 0
        return u.where("state", wanted)


    def equal(self, field, value):
        if field in ("iifname", "oifname") or not self.tracked:
            return self.test(field, value.__eq__)
        if (field, value) not in self.universe.known:
            self.universe.known[field, value] = self.test(field, value.__eq__)
        return self.universe.known[field, value]


TYPES = {"iifname": "ifname", "oifname": "ifname", "saddr": "ipv4_addr", "daddr": "ipv4_addr", "l4proto": "inet_proto",
         "sport": "inet_service", "dport": "inet_service", "icmp type": "icmp_type", "state": "ct_state"}  # fmt: skip


def value_of(kind, text):
    """A literal of an nft type; Refused where it is none."""
    try:
        if kind == "ipv4_addr":
            return str(ipaddress.IPv4Address(text))
        if kind == "inet_service":
            if not 0 <= int(text) <= 65535:
                raise ValueError
            return int(text)
        if kind == "inet_proto":
            number = PROTOCOLS[text] if text in PROTOCOLS else int(text)
            if not 0 <= number <= 255:
                raise ValueError
            return number
        if kind == "icmp_type":
            return ICMP_TYPES[text] if text in ICMP_TYPES else int(text)
        if kind == "ct_state" and text in STATES:
            return text
        if kind == "ifname" and isinstance(text, str) and 0 < len(text) < 16:
            return text
    except (ValueError, TypeError):
        pass
    raise Refused(f"{text!r} is no {kind}")


def field_of(left):
    """('saddr', what else the packet must be) of the left side of a match."""
    ((what, inner),) = left.items()
    if what == "meta" and inner["key"] in ("iifname", "oifname", "l4proto"):
        return inner["key"], None
    if what == "ct" and inner["key"] == "state":
        return "state", None
    if what == "payload":
        protocol, field = inner["protocol"], inner["field"]
        if protocol == "ip" and field in ("saddr", "daddr"):
            return field, None
        if protocol == "ip" and field == "protocol":
            return "l4proto", None
        if protocol in ("th", "tcp", "udp") and field in ("sport", "dport"):
            return field, PROTOCOLS.get(protocol)
        if protocol == "icmp" and field == "type":
            return "icmp type", None
    raise Refused(f"not known here: {left}")


def fields_of(left):
    found = [field_of(part) for part in left["concat"]] if "concat" in left else [field_of(left)]
    return [field for field, _ in found], [protocol for _, protocol in found if protocol]


def parts(element):
    return element["concat"] if isinstance(element, dict) and "concat" in element else [element]


class Chain:
    def __init__(self, spec):
        self.name, self.rules = spec["name"], []
        # Without one of the three it is no base chain (libnftables' parser_json.c).
        self.base = all(key in spec for key in ("type", "hook", "prio"))
        if not self.base:
            return
        self.type, self.hook, self.priority = spec["type"], spec["hook"], int(spec["prio"])
        self.policy = spec.get("policy", "accept")
        hooks = {"filter": ("prerouting", "input", "forward", "output", "postrouting"), "route": ("output",),
                 "nat": ("prerouting", "input", "output", "postrouting")}  # fmt: skip
        if self.hook not in hooks.get(self.type, ()) or self.policy not in ("accept", "drop"):
            raise Refused(f"{self.type} chain on {self.hook} with policy {self.policy}")
        if self.type == "nat" and self.priority <= -200:
            raise Refused("a nat chain before connection tracking")

    def acts_at(self):
        # All nat chains of a hook act where the kernel's one dispatcher stands, among each other by their priority.
        if self.type == "nat":
            return (-100 if self.hook in ("prerouting", "output") else 100, self.priority)
        return (self.priority, 0)


class Ruleset:
    """The tables of one network namespace."""

    def __init__(self, text):
        self.tables, self.chains, self.sets = set(), {}, {}
        for command in text["nftables"]:
            ((verb, object_),) = command.items()
            if verb != "add":
                raise Refused(f"not known here: {verb}")
            ((kind, spec),) = object_.items()
            try:
                getattr(self, "_add_" + kind)(spec)
            except (KeyError, AttributeError, TypeError, ValueError) as error:
                raise Refused(f"{kind} {spec}: {error!r}") from error
        for chain in self.chains.values():
            if chain.base:
                self._validate(chain, chain, ())
        self.order = sorted((chain for chain in self.chains.values() if chain.base), key=Chain.acts_at)

    def _table(self, spec):
        if (spec["family"], spec["table"]) not in self.tables:
            raise Refused(f"no table {spec}")

    def _add_table(self, spec):
        if spec["family"] != "inet":
            raise Refused(f"not known here: {spec}")
        self.tables.add((spec["family"], spec["name"]))

    def _add_chain(self, spec):
        self._table(spec)
        chain, known = Chain(spec), self.chains.get(spec["name"])
        if known is None:
            self.chains[chain.name] = chain
        elif chain.base:
            if not known.base or (known.type, known.hook, known.priority) != (chain.type, chain.hook, chain.priority):
                raise Refused(f"another chain {chain.name} is there")
            if "policy" in spec:
                known.policy = chain.policy

    def _add_set(self, spec):
        self._table(spec)
        types = spec["type"] if isinstance(spec["type"], list) else [spec["type"]]
        if spec.get("map", "verdict") != "verdict" or not set(types) <= set(TYPES.values()):
            raise Refused(f"not known here: {spec}")
        known = self.sets.setdefault(spec["name"], (types, "map" in spec, {}))
        if known[:2] != (types, "map" in spec):
            raise Refused(f"another set {spec['name']} is there")
        for element in spec.get("elem", []):
            self._element(spec["name"], element)

    def _add_map(self, spec):
        spec["map"]
        self._add_set(spec)

    def _add_element(self, spec):
        self._table(spec)
        for element in spec["elem"]:
            self._element(spec["name"], element)

    def _element(self, name, element):
        types, is_map, elements = self.sets[name]
        key, verdict = element if is_map else (element, None)
        values = parts(key)
        if len(values) != len(types):
            raise Refused(f"{element} in {types}")
        key = tuple(value_of(kind, value) for kind, value in zip(types, values))
        verdict = self._verdict(verdict) if is_map else None
        if elements.setdefault(key, verdict) != verdict:
            raise Refused(f"two verdicts for {key}")

    def _verdict(self, spec):
        ((what, inner),) = spec.items()
        if what in ("jump", "goto"):
            if self.chains[inner["target"]].base:
                raise Refused(f"{what} to the base chain {inner['target']}")
            return what, inner["target"]
        if what not in ("accept", "drop", "return", "continue"):
            raise Refused(f"not known here: {spec}")
        return what, None

    def _add_rule(self, spec):
        self._table(spec)
        chain, statements = self.chains[spec["chain"]], []
        for expression in spec["expr"]:
            if statements and statements[-1][0] in ("verdict", "dnat"):
                raise Refused("a statement behind the end of a rule")
            statements.append(self._statement(expression, statements))
        chain.rules.append(statements)

    def _statement(self, spec, before):
        ((what, inner),) = spec.items()
        if what == "match":
            return "match", self._match(inner)
        if what == "vmap":
            fields, protocols = fields_of(inner["key"])
            types, is_map, elements = self.sets[inner["data"].removeprefix("@")]
            if not is_map or types != [TYPES[field] for field in fields]:
                raise Refused(f"{fields} in a set of {types}")
            return "vmap", (fields, protocols, elements)
        if what == "dnat":
            if inner.get("family", "ip") != "ip":
                raise Refused(f"{inner['family']} with addresses of ip")
            if "port" in inner and not any(kind == "match" and tests[1] for kind, tests in before):
                raise Refused("a port for any protocol")
            return "dnat", (targets(inner["addr"]), inner.get("port"))
        if what == "counter":
            return "nothing", None
        return "verdict", self._verdict(spec)

    def _match(self, spec):
        """(test of a Seen, whether a protocol with ports is settled)."""
        fields, protocols = fields_of(spec["left"])
        kinds, right, operator = [TYPES[field] for field in fields], spec["right"], spec["op"]
        if operator not in ("==", "!=", "in"):
            raise Refused(f"not known here: {operator}")
        if isinstance(right, str) and right.startswith("@"):
            types, is_map, elements = self.sets[right[1:]]
            if is_map or types != kinds:
                raise Refused(f"{fields} in a set of {types}")
        elif len(fields) > 1 or (isinstance(right, list) and kinds != ["ct_state"]):
            raise Refused(f"not known here: {spec}")
        elif isinstance(right, dict) and "prefix" in right:
            net = ipaddress.IPv4Network(f"{right['prefix']['addr']}/{right['prefix']['len']}")
            elements = lambda value: ipaddress.IPv4Address(value) in net
        elif isinstance(right, str) and kinds == ["ifname"] and right.endswith("*"):
            elements = lambda value: value.startswith(right[:-1])
        else:
            values = right["set"] if isinstance(right, dict) else right if isinstance(right, list) else [right]
            elements = {(value_of(kinds[0], value),) for value in values}
        return (fields, protocols, elements, operator == "!="), "l4proto" in fields or bool(protocols)

    def _validate(self, chain, base, above):
        """dnat stands only where the kernel can do it, and no chain comes back to itself."""
        if chain.name in above or len(above) > 16:
            raise Refused("chains in a circle")
        for statement, inner in [entry for rule in chain.rules for entry in rule]:
            if statement == "dnat" and (base.type != "nat" or base.hook not in ("prerouting", "output")):
                raise Refused(f"dnat below the {base.type} chain {base.name}")
            verdicts = inner[2].values() if statement == "vmap" else [inner] if statement == "verdict" else []
            for what, target in verdicts:
                if what in ("jump", "goto"):
                    self._validate(self.chains[target], base, (*above, chain.name))

    # What it does ----------------------------------------------------------------------------------------------------

    def has_nat(self, hook):
        return any(chain.type == "nat" and chain.hook == hook for chain in self.order)

    def hook(self, universe, hook, iif, oif, packets, connection=None):
        """What comes through, with translated destinations, and what is lost. `connection` maps the destinations of
        established packets to what the connection's first packet was translated to."""
        lost, translated, undone = 0, 0, connection is None
        for chain in self.order:
            if chain.hook != hook:
                continue
            seen = Seen(universe, iif, oif, not (hook in ("prerouting", "output") and chain.acts_at()[0] < -200))
            mine = packets
            if chain.type == "nat":
                if not undone:
                    undone, packets = True, connection(packets)
                mine = packets & universe.equal("state", "new") & ~translated
            rest = packets & ~mine
            accepted, dropped, moved = self._run(universe, chain, seen, mine)
            packets, lost, translated = rest | accepted | moved, lost | dropped, translated | moved
        return packets, lost

    def _run(self, universe, chain, seen, packets):
        result = {"accept": 0, "drop": 0, "dnat": 0}
        left = self._chain(universe, chain, seen, packets, result)
        result[chain.policy] |= left
        return result["accept"], result["drop"], result["dnat"]

    def _chain(self, universe, chain, seen, packets, result):
        """Runs the rules; gives what came to the end, or was sent back (`return`), or behind a `goto`."""
        ended = 0
        back = 0  # behind `goto`: the end of this chain too
        for rule in chain.rules:
            hit = packets
            for statement, inner in rule:
                if statement == "match":
                    hit &= self._matches(seen, *inner[0])
                elif statement == "vmap":
                    fields, protocols, elements = inner
                    for key, verdict in elements.items():
                        found = hit & self._matches(seen, fields, protocols, {key}, False)
                        hit &= ~found
                        packets, back = self._do(universe, verdict, found, packets, back, seen, result)
                elif statement == "dnat":
                    packets &= ~self._translate(universe, inner, hit, result)
                elif statement == "verdict":
                    packets, back = self._do(universe, inner, hit, packets, back, seen, result)
        ended |= packets
        return ended | back

    def _do(self, universe, verdict, found, packets, back, seen, result):
        what, target = verdict
        if what == "continue" or not found:
            return packets, back
        packets &= ~found
        if what in ("accept", "drop"):
            result[what] |= found
        elif what == "return":
            back |= found
        elif what == "goto":
            back |= self._chain(universe, self.chains[target], seen, found, result)
        else:
            packets |= self._chain(universe, self.chains[target], seen, found, result)
        return packets, back

    def _matches(self, seen, fields, protocols, elements, negated):
        found = 0
        if callable(elements):
            found = seen.test(fields[0], elements)
        else:
            for element in elements:
                one = seen.universe.all
                for field, value in zip(fields, element):
                    one &= seen.equal(field, value) if one else 0
                found |= one
        found = seen.universe.all & ~found if negated else found
        for protocol in protocols:
            found &= seen.equal("l4proto", protocol)
        return found

    def _translate(self, universe, inner, hit, result):
        """Puts what `hit` becomes into the result; gives what is done with. A number without an address ends the rule."""
        (addresses, complete), port = inner
        for at, old in enumerate(universe.axes["daddr"]):
            here = hit & universe.masks["daddr"][at]
            if not here:
                continue
            for address in addresses:
                result["dnat"] |= with_port(universe, universe.moved(here, "daddr", old, address), port)
        return hit if complete else 0


def with_port(universe, packets, port):
    if port is None:
        return packets
    moved = 0
    for at, kind in enumerate(universe.axes["kind"]):
        here = packets & universe.masks["kind"][at]
        if here:
            moved |= universe.moved(here, "kind", kind, kind._replace(dport=port))
    return moved


def targets(address):
    """(addresses, whether every packet gets one) of the `addr` of a dnat."""
    if isinstance(address, str):
        return [value_of("ipv4_addr", address)], True
    inner = address["map"]
    number, table = inner["key"]["numgen"], inner["data"]["set"]
    if number["mod"] < 1 or number.get("offset", 0) < 0 or number["mode"] not in ("random", "inc"):
        raise Refused(f"numgen {number}")
    known = {}
    for key, value in table:
        if known.setdefault(int(key), value_of("ipv4_addr", value)) != value:
            raise Refused(f"two addresses for {key}")
    if not known:
        raise Refused("an empty map")
    numbers = range(number.get("offset", 0), number.get("offset", 0) + number["mod"])
    return [known[at] for at in numbers if at in known], all(at in known for at in numbers)
