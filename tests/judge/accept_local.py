"""Asks nft, HAProxy and nginx whether they accept the texts of one emitted environment. Runs as root in a test cell.

usage: accept_local.py FOLDER ENVIRONMENT
Prints a JSON object: file -> [exit code, what the program said].
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

INSIDE = Path("/run/emitted")  # on a tmpfs of the cell


def say(*argv, descriptors=()):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, pass_fds=descriptors)
    return [done.returncode, done.stdout]


def private_folders(texts):
    """/run and /tmp become the cell's own; the emitted files are put back below /run."""
    for folder in ("/run", "/tmp"):
        subprocess.run(["mount", "-t", "tmpfs", "cell", folder], check=True)
    for path, text in texts.items():
        (INSIDE / path).parent.mkdir(parents=True, exist_ok=True)
        (INSIDE / path).write_text(text)
    for folder in ("/run/tls", "/run/tenantry/edge"):
        os.makedirs(folder)


def certificate():
    """HAProxy takes a file with certificate and key; the ciphers want an elliptic curve."""
    key, cert = "/run/key.pem", "/run/cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
            "-subj", "/CN=test", "-keyout", key, "-out", cert]
    subprocess.run(make, check=True, capture_output=True)
    Path("/run/tls/test.pem").write_text(Path(cert).read_text() + Path(key).read_text())


def haproxy(path, sockets):
    """HAProxy finds its listening sockets at descriptors 3 and on, as a load balancer's task does."""
    listening = []
    for number in range(sockets):
        ingress = socket.socket(socket.AF_UNIX)
        ingress.bind(f"/run/ingress-{number}")
        ingress.listen()
        listening.append(ingress)
    moved = [os.dup2(ingress.fileno(), 100 + at) for at, ingress in enumerate(listening)]
    descriptors = [os.dup2(number, 3 + at) for at, number in enumerate(moved)]
    return say("haproxy", "-c", "-f", str(path), descriptors=descriptors)


def nginx(path):
    hosts = path.parent / "hosts"
    if hosts.exists():
        subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    answer = say("nginx", "-t", "-c", str(path))
    if hosts.exists():
        subprocess.run(["umount", "/etc/hosts"], check=True)
    return answer


def main():
    top, environment = Path(sys.argv[1]), Path("environments") / sys.argv[2]
    texts = {str(path.relative_to(top)): path.read_text() for path in sorted(top.rglob("*")) if path.is_file()}
    private_folders(texts)
    os.chdir("/")  # where this began may lie below the old /tmp; HAProxy goes back to where it started
    certificate()
    answers = {}
    for path in [*sorted((INSIDE / environment).glob("services/*/nginx.conf")), INSIDE / "edge/nginx.conf"]:
        answers[str(path.relative_to(INSIDE))] = nginx(path)
    rules = environment / "nftables.json"
    answers[str(rules)] = say("nft", "-j", "-f", str(INSIDE / rules))
    answers["ruleset"] = say("nft", "-j", "list", "ruleset")
    network = json.loads(texts[str(environment / "network.json")])
    balancer = environment / "services/load-balancer/haproxy.cfg"
    answers[str(balancer)] = haproxy(INSIDE / balancer, len(network["sockets"]))
    print(json.dumps(answers))


main()
