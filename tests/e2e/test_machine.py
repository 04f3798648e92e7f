"""The ranges that the machine uses itself: a real docker0 and real routes in a network of the test's own."""

import json
import os
import subprocess

import pytest

PLATFORM = """platform: lend
domain: lend.example
network: { avoid: [10.96.0.0/12] }
stages: { production: {} }
services:
  web: { tier: frontend, routes: { /: api } }
  api: { tier: middleware, image: lend/api, port: 9000 }
tenants:
  acme: { name: Acme }
  norte: { name: Norte }
"""
OWN = """
ip link add docker0 type bridge
ip addr add 10.0.3.1/24 dev docker0
ip link set docker0 up
ip route add 10.0.0.0/7 dev docker0
ip route add unreachable 10.0.24.0/24
ip route add 10.0.32.0/24 via 10.0.3.9 table 7
exec "$0" "$@"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "platform.yaml").write_text(PLATFORM)
    return tmp_path


@pytest.fixture
def on_machine(cell, tenantry, folder):
    """Runs tenantry on a machine with docker0 and routes, looking at it."""

    def run(*arguments, code=0, env=None):
        environment = {**os.environ, "TENANTRY_MACHINE": "this", **(env or {})}
        done = cell("bash", "-ec", OWN, tenantry, *arguments, cwd=folder, env=environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.mark.root
def test_a_block_on_docker0_is_refused_with_what_to_write(on_machine, folder):
    for command in (["lock"], ["plan"]):
        said = on_machine(*command, code=2)
        assert "TN0702" in said and "10.0.0.0/20 of `acme/production` overlaps 10.0.3.0/24 of docker0" in said
        assert "add 10.0.3.0/24 to `network.avoid`" in said
        assert "10.0.16.0/20 of `norte/production` overlaps 10.0.24.0/24 of a route" in said
        assert said.count("error[") == 2, "a route wider than /8 leads everywhere, and is no range of the machine's"
    assert not (folder / "platform.lock").exists()
    for command in (["validate"], ["shapes"], ["network", "show"], ["emit", "--out", folder / "out"]):
        on_machine(*command)
    (folder / "platform.yaml").write_text(PLATFORM.replace("[10", "[10.0.3.0/24, 10.0.24.0/24, 10"))
    assert "10.0.32.0/24 of a route over docker0" in on_machine("plan", code=2), "a route of any table"
    (folder / "platform.yaml").write_text(PLATFORM.replace("[10", "[10.0.0.0/18, 10"))
    on_machine("lock")
    assert "block 10.0.64.0/20 acme/production" in (folder / "platform.lock").read_text()
    on_machine("plan")
    answer = json.loads(on_machine("verify", "--json"))
    net8 = next(verdict for verdict in answer["verdicts"] if verdict["claim"] == "NET-8")
    assert net8["answer"] == "holds" and net8["basis"]["machineRanges"] == 3


@pytest.mark.root
def test_a_lock_from_elsewhere_is_no_hindrance_for_lock_but_for_plan_and_verify(on_machine, folder):
    on_machine("lock", "--machine", "none")
    before = (folder / "platform.lock").read_text()
    assert "up to date" in on_machine("lock")
    assert "10.0.0.0/20 was given before and never moves: give docker0 another range" in on_machine("plan", code=2)
    said = on_machine("verify", code=4)
    assert "NET-8   violated" in said and "10.0.0.0/20 of acme/production overlaps 10.0.3.0/24 of docker0" in said
    assert "contradicts network.avoid at platform.yaml:3:" in said
    assert (folder / "platform.lock").read_text() == before


@pytest.mark.judge
def test_the_machine_can_be_another_one_or_nobody_s(tenantry, folder):
    def run(*arguments, code=0):
        done = subprocess.run([tenantry, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "10.0.1.0/24 of the machine named by --machine" in run("plan", "--machine", "192.168.0.0/16,10.0.1.0/24", code=2)
    said = run("verify", "--machine", "none", code=4)
    assert "NET-8   unknown" in said and "Which ranges the machine uses itself was not given." in said
    assert "1 range of the machine's own" in run("verify", "--machine", "192.168.0.0/16")
    for word in ("nothing", "10.0.0.1/24", "10.0.0.0/24,", ""):
        for command in ("lock", "plan", "verify"):
            assert "--machine" in run(command, "--machine", word, code=64)
