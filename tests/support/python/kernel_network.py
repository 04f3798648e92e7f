"""Builds emitted environments for real: namespaces, links, routes, rules, from network.json and nftables.json alone. Runs as
root in a test cell, whose end removes all of it."""

import ctypes
import json
import os
import socket
import subprocess
import threading

CLONE_NEWNET, MS_BIND, MNT_DETACH = 0x40000000, 4096, 2
LIBC = ctypes.CDLL(None, use_errno=True)


class CannotBuild(Exception):
    """The kernel, `ip` or the text itself does not allow it."""


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def in_thread(function):
    """The result of a function that changes the thread it runs in."""
    answer = []

    def run():
        try:
            answer.append((function(), None))
        except BaseException as error:
            answer.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    value, error = answer[0]
    if error:
        raise error
    return value


def make_namespace(path):
    """A new network namespace, kept by the file `path`."""

    def make():
        check(LIBC.unshare(CLONE_NEWNET))
        check(LIBC.mount(b"/proc/thread-self/ns/net", path.encode(), None, MS_BIND, None))

    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").close()
    in_thread(make)


def inside(path, function):
    """The function's result, run in the namespace. Sockets that it makes stay there."""

    def run():
        with open(path) as file:
            check(LIBC.setns(file.fileno(), CLONE_NEWNET))
        return function()

    return in_thread(run)


def program(path, argv, text):
    """Runs a program in the namespace with `text` as its input; (whether it succeeded, what it said)."""
    done = subprocess.run(["nsenter", f"--net={path}", *argv], input=text, capture_output=True, text=True, timeout=60)
    return done.returncode == 0, done.stdout + done.stderr


def must(path, argv, text):
    fine, said = program(path, argv, text)
    if not fine:
        raise CannotBuild(f"{argv} in {path}: {said}")


def set_sysctl(name, value):
    with open("/proc/sys/" + name.replace(".", "/"), "w") as file:
        file.write(value)


class KernelNetwork:
    """Environments as they stand in their texts. `refused` holds what nft said where it did not take a rule set."""

    def __init__(self, networks, rule_sets):
        self.namespaces, self.refused = {}, None
        try:
            for spec in networks:
                for namespace in spec["namespaces"]:
                    make_namespace(namespace["path"])
                    self.namespaces[namespace["path"]] = namespace
            for path, namespace in self.namespaces.items():
                inside(path, lambda: self._sysctls(namespace))
            self._links(networks)
            for path, namespace in self.namespaces.items():
                must(path, ["ip", "-batch", "-"], "\n".join(self._commands(namespace)))
            for spec, rules in zip(networks, rule_sets):
                fine, said = program(spec["namespaces"][0]["path"], ["nft", "-j", "-f", "-"], rules)
                self.refused = self.refused if fine else said
        except (KeyError, OSError, StopIteration) as error:
            self.close()
            raise CannotBuild(repr(error)) from error
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for path in self.namespaces:
            check(LIBC.umount2(path.encode(), MNT_DETACH))
            os.unlink(path)
        self.namespaces = {}

    def _sysctls(self, namespace):
        # The machine's own settings come with a new namespace; the evaluator knows none of them.
        for name in ("net.ipv4.conf.all.rp_filter", "net.ipv4.conf.default.rp_filter", "net.ipv4.ip_forward"):
            set_sysctl(name, "0")
        for name, value in namespace["sysctls"].items():
            set_sysctl(name, value)

    def _links(self, networks):
        """Each pair of ends once, made where the first of them is."""
        made = set()
        for spec in networks:
            paths = {namespace["name"]: namespace["path"] for namespace in spec["namespaces"]}
            for namespace in spec["namespaces"]:
                for interface in namespace["interfaces"]:
                    near = (namespace["path"], interface["name"])
                    peer = interface["peer"]
                    far = (paths.get(peer["namespace"], peer["namespace"]), peer["interface"])
                    if far not in made:
                        if self._peer(networks, far) != near:
                            raise CannotBuild(f"{far} is not linked with {near}")
                        mac = next(end["mac"] for end in self.namespaces[far[0]]["interfaces"] if end["name"] == far[1])
                        link = f"link add {near[1]} address {interface['mac']} type veth peer name {far[1]} address {mac} netns {far[0]}"
                        must(near[0], ["ip", "-batch", "-"], link)
                    made.add(near)

    def _peer(self, networks, end):
        """What an end says that it is linked with."""
        for spec in networks:
            paths = {namespace["name"]: namespace["path"] for namespace in spec["namespaces"]}
            for namespace in spec["namespaces"]:
                for interface in namespace["interfaces"]:
                    if (namespace["path"], interface["name"]) == end:
                        return paths.get(interface["peer"]["namespace"], interface["peer"]["namespace"]), interface["peer"]["interface"]
        return None

    def _commands(self, namespace):
        yield "link set lo up"
        for interface in namespace["interfaces"]:
            yield from (f"addr add {address} dev {interface['name']}" for address in interface["addresses"])
            yield f"link set {interface['name']} up"
        for route in namespace["routes"]:
            via = f" via {route['via']}" if "via" in route else ""
            yield f"route add unreachable {route['to']}" if route.get("unreachable") else \
                f"route add {route['to']}{via} dev {route['interface']}"  # fmt: skip
        for entry in namespace["neighbours"]:
            yield f"neigh replace {entry['address']} lladdr {entry['mac']} dev {entry['interface']} nud permanent"


def of_texts(texts, environments):
    """The environments of an output folder's texts, built."""
    folders = [f"environments/{name}" for name in environments]
    return KernelNetwork([json.loads(texts[f"{folder}/network.json"]) for folder in folders],
                         [texts[f"{folder}/nftables.json"] for folder in folders])  # fmt: skip


class Fence:
    """Tells when everything that was sent before has come to its end. All packets of this process go through one CPU's queue,
    in order; what is sent after them, over as many links, arrives after them."""

    ROUNDS = 8  # a connection is made of three packets over two links each, and each link is one turn in the queue

    def __init__(self):
        ends = [{"name": name, "path": f"/run/tenantry/platforms/lend/net/fence/{name}", "forwards": name == "middle",
                 "sysctls": {"net.ipv4.ip_forward": "1"} if name == "middle" else {}, "interfaces": [], "routes": [],
                 "neighbours": []} for name in ("middle", "left", "right")]  # fmt: skip
        for at, end in enumerate(ends[1:], 1):
            ends[0]["interfaces"].append({"name": end["name"], "mac": f"02:54:00:00:0{at}:01", "addresses": [f"192.0.2.{16 * at + 1}/28"],
                                          "peer": {"namespace": end["name"], "interface": "eth0"}})  # fmt: skip
            end["interfaces"].append({"name": "eth0", "mac": f"02:54:00:00:0{at}:02", "addresses": [f"192.0.2.{16 * at + 2}/28"],
                                      "peer": {"namespace": "middle", "interface": end["name"]}})  # fmt: skip
            end["routes"].append({"to": "0.0.0.0/0", "via": f"192.0.2.{16 * at + 1}", "interface": "eth0"})
        self.network = KernelNetwork([{"namespaces": ends}], ['{"nftables": []}'])
        self.near = inside("/run/tenantry/platforms/lend/net/fence/left", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.far = inside("/run/tenantry/platforms/lend/net/fence/right", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.far.bind(("192.0.2.34", 7))
        self.far.settimeout(20)  # a ceiling, never reached by a machine that works

    def wait(self):
        for _ in range(self.ROUNDS):
            self.near.sendto(b"fence", ("192.0.2.34", 7))
            self.far.recv(16)
