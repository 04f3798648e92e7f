"""The kernel has the last word: what is emitted is built with real namespaces, links, routes and rules, every task puts every
packet that matters on its wire and connects to every address and port, and what arrives is what is declared and what the
evaluator of tests/support/python/packets.py says - by which the verifier is judged in test_mutations.py."""

import json
import subprocess
import sys

import pytest

import small_platform

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def emitted(tenantry, tmp_path_factory):
    out = tmp_path_factory.mktemp("kernel") / "out"
    subprocess.run([tenantry, "emit", "-C", small_platform.FOLDER, "--out", out], check=True, capture_output=True)
    return out


@pytest.fixture
def probe(cell, top, emitted):
    """Name -> what was found, of each case (name, changes)."""

    def run(cases, environment):
        cases = json.dumps([{"name": name, "changes": changes} for name, changes in cases])
        script = top / "tests/support/python/kernel_probe.py"
        done = cell(sys.executable, "-B", script, emitted, environment, input=cases, timeout=500)
        assert done.returncode == 0, done.stderr
        return {answer["name"]: answer for answer in json.loads(done.stdout)}

    return run


def declared_connections(environment):
    """[task, address, port, namespace of who answers] as the platform's author has it."""
    wanted, declared = [], small_platform.declared()
    for call in declared.calls:
        for caller in declared.running(environment, call.caller) if call.environment == environment else ():
            for called in declared.running(environment, call.called):
                targets = {called.address, call.virtual or called.address}
                wanted += [[caller.name, target, call.port, "/run/tenantry/net/" + called.name] for target in targets]
    return sorted(wanted)


@pytest.mark.parametrize("environment", small_platform.ENVIRONMENTS)
def test_what_is_declared_passes_and_nothing_else(probe, environment):
    answer = probe([("as emitted", {})], environment)["as emitted"]
    assert answer["refused"] is None and answer["wrong"] == []
    assert answer["sent"] > 50_000 and answer["arrived"] > 0, "every packet was tried"
    others = [found for found in answer["connected"] if found[3] != "/run/tenantry/net/" + found[0]]
    assert sorted(others) == declared_connections(environment)
