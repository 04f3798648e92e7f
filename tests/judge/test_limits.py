"""The programs accept the texts of platforms whose names are as long as they may be, or words of the programs."""

import json
import sys

import pytest

pytestmark = [pytest.mark.judge, pytest.mark.root]

LONGEST = "a" + "-b" * 31  # 63 bytes, as a DNS label may have
WORDS = ["if", "unless", "or", "from", "default", "server", "backend", "http", "tcp", "any", "accept", "drop", "goto", "inet",
         "map", "counter", "numgen", "services", "calls", "sources", "translate", "eth0", "lo", "all", "public", "global",
         "listen", "location", "upstream", "xn--bcher-kva", "3scale"]


def service(name, extra=""):
    return f"  {name}: {{ tier: middleware, image: lend/api, port: 9000{extra} }}\n"


def platform(services, tenant, hosts="", domain="lend.localhost"):
    return (f"platform: lend\ndomain: lend.example\nstages: {{ production: {{}} }}\nservices:\n{services}"
            f"tenants:\n  {tenant}: {{ name: One{hosts} }}\ntargets: {{ local: {{ domain: {domain} }} }}\n")


def longest():
    path = "/" + "p" * 200
    image = "lend/" + "i" * 395
    web = (f"  {LONGEST}: {{ tier: frontend, image: {image}, static: /s{'/s' * 126}, routes: {{ {path}: {LONGEST[:-1]}c }},"
           f" health: {{ path: {path}, every: 1h }} }}\n")
    hosts = ", ".join(f"{'h' * 62}{number // 10}{'.x' * 5}{number % 10}.example" for number in range(58))
    calls = ", ".join(f"{LONGEST[:-1]}{end}" for end in "defgh")
    services = web + service(LONGEST[:-1] + "c", f", calls: [{calls}], tasks: 40")
    for end in "defgh":
        services += service(LONGEST[:-1] + end)
    return platform(services, "t" * 63, f", hosts: {{ production: [{hosts}] }}", "l" * 17 + ".example"), "t" * 63


def words():
    routes = ", ".join(f"/{word}: {word}" for word in WORDS[:30])
    services = f"  use-backend: {{ tier: frontend, routes: {{ {routes} }} }}\n"
    services += f"  env: {{ tier: frontend, port: 8081, routes: {{ /: {WORDS[-1]} }} }}\n"
    text = platform(services + "".join(service(word) for word in WORDS), "default")
    return text.replace("domain: lend.example\n", "domain: lend.example\nnetwork: { block: /19 }\n"), "default"


def without_root():
    routes = ", ".join(f"/{word}: {WORDS[0]}" for word in WORDS[:30])
    return platform(f"  web: {{ tier: frontend, routes: {{ {routes} }} }}\n" + service(WORDS[0]), "all"), "all"


@pytest.mark.parametrize("make", [longest, words, without_root])
def test_every_text_is_accepted(make, tmp_path, tenantry, cell, top):
    text, tenant = make()
    (tmp_path / "platform.yaml").write_text(text)
    emitted = cell(tenantry, "emit", "--target", "local", "--out", tmp_path / "out", cwd=tmp_path)
    assert emitted.returncode == 0, emitted.stderr
    proved = cell(tenantry, "verify", cwd=tmp_path)
    assert " 0 violated" in proved.stdout, proved.stdout
    done = cell(sys.executable, top / "tests/judge/accept_local.py", tmp_path / "out", f"{tenant}/production")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert {path: answer for path, answer in answers.items() if answer[0] != 0} == {}
    assert [said for _, said in answers.values() if "warn" in said.lower()] == []
