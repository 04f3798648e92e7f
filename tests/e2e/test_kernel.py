"""The kernel has the last word: two emitted environments are built with their real namespaces, links, routes and rules, every
task puts every packet that matters on its wire and connects to every address and port, and what arrives is what the
evaluator of tests/support/python/packets.py says - by which the verifier is judged in test_mutations.py."""

import json
import random
import subprocess
import sys

import pytest

import small_platform
from edits import network_edits, rule_set_edits
from judge import EDITED, FOLDER

pytestmark = pytest.mark.root

RULES, NETWORK = f"{FOLDER}/nftables.json", f"{FOLDER}/network.json"
EACH = 22  # edits of the rules and as many of the network: a second or two for each that can be built


@pytest.fixture(scope="module")
def emitted(tenantry, tmp_path_factory):
    out = tmp_path_factory.mktemp("kernel") / "out"
    subprocess.run([tenantry, "emit", "-C", small_platform.FOLDER, "--out", out], check=True, capture_output=True)
    return out


@pytest.fixture
def probe(cell, top, emitted):
    """Name -> what was found, of each case (name, changes)."""

    def run(cases, environment=EDITED, **more):
        cases = json.dumps([{"name": name, "changes": changes, **more} for name, changes in cases])
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
                targets = {called.address, called.address if called.spare else call.virtual or called.address}
                wanted += [[caller.name, target, call.port, "/run/tenantry/platforms/lend/net/" + called.name] for target in targets]
    return sorted(wanted)


@pytest.mark.parametrize("environment", small_platform.ENVIRONMENTS)
def test_what_is_declared_passes_and_nothing_else(probe, environment):
    answer = probe([("as emitted", {})], environment)["as emitted"]
    assert answer["refused"] is None and answer["wrong"] == []
    assert answer["sent"] > 50_000 and answer["arrived"] > 0, "every packet was tried"
    others = [found for found in answer["connected"] if found[3] != "/run/tenantry/platforms/lend/net/" + found[0]]
    assert sorted(others) == declared_connections(environment)


def test_a_call_of_a_service_without_a_task_fails_at_once(probe, emitted):
    """The router answers "unreachable"; nobody waits for a time-out."""
    rules = json.loads((emitted / RULES).read_text())
    kept = [command for command in rules["nftables"] if command["add"].get("rule", {}).get("chain") != "to-scoring"]
    assert len(kept) == len(rules["nftables"]) - 1
    call = [f"{EDITED}/api-1", "10.0.1.165", 9100]
    answer = probe([("none left", {RULES: json.dumps({"nftables": kept})})], only=[call])["none left"]
    assert answer["refused"] is None and answer["wrong"] == []
    assert answer["failed"] == [[*call, "EHOSTUNREACH"]]


def test_the_kernel_agrees_with_the_evaluator_on_edited_texts(probe, emitted, capsys):
    choose, cases = random.Random(4), []
    rules = list(rule_set_edits((emitted / RULES).read_text()))
    # Where a neighbour entry is gone ARP finds out what stood there, and takes its own time.
    network = [edit for edit in network_edits((emitted / NETWORK).read_text(), small_platform.OTHER[EDITED])
               if "neighbours" not in edit[0] and "mac" not in edit[0]]  # fmt: skip
    for path, edits in ((RULES, rules), (NETWORK, network)):
        cases += [(f"{path} {name}", {path: json.dumps(value)}) for name, value in choose.sample(edits, EACH)]
    answers = probe(cases)
    built = [answer for answer in answers.values() if answer["refused"] is None]
    with capsys.disabled():
        print(f"\n{len(cases)} edited networks, {len(built)} could be built: {sum(answer['sent'] for answer in built)} packets")
    wrong = [f"{name}: {why}" for name, answer in answers.items() for why in answer["wrong"][:5]]
    assert not wrong, "\n".join(wrong)
    assert 20 <= len(built) < len(cases)
