"""A range of tasks on text: the claims hold with every number that it may have, as the engine changes the text for each."""

import json
import subprocess

import pytest
from host_machine import PLATFORM

pytestmark = pytest.mark.judge

FOLDER = "environments/acme/production"


@pytest.fixture(scope="module")
def emitted(tenantry, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranges")
    text = (PLATFORM / "platform.yaml").read_text()
    (folder / "platform.yaml").write_text(text.replace("    cpu: 0.25\n", "    cpu: 0.25\n    tasks: 2..4\n"))
    for words in (["lock"], ["emit", "--target", "local", "--out", folder / "out"]):
        subprocess.run([tenantry, words[0], "-C", folder, *words[1:]], check=True, capture_output=True)
    return folder


def spread(emitted, addresses):
    """The rule set with connections to `api` spread over these."""
    rules = json.loads((emitted / "out" / FOLDER / "nftables.json").read_text())
    maps = [rule["expr"][0]["dnat"]["addr"]["map"] for one in rules["nftables"] if (rule := one["add"].get("rule")) and "dnat" in rule["expr"][0]]
    assert len(maps) == 1
    assert [address for _, address in maps[0]["data"]["set"]] == places(emitted)["api"][:2], "the least number from the start"
    maps[0]["key"]["numgen"]["mod"] = len(addresses)
    maps[0]["data"]["set"] = [[at, address] for at, address in enumerate(addresses)]
    return json.dumps(rules)


def places(emitted):
    """Service -> the addresses of its places, in their order."""
    found = {}
    network = json.loads((emitted / "out" / FOLDER / "network.json").read_text())
    for space in network["namespaces"][1:]:
        found.setdefault(space["name"].rpartition("-")[0], []).append(space["interfaces"][0]["addresses"][0].partition("/")[0])
    return found


def verified(tenantry, emitted, addresses):
    path = emitted / "out" / FOLDER / "nftables.json"
    before = path.read_text()
    try:
        path.write_text(spread(emitted, addresses))
        done = subprocess.run([tenantry, "verify", "-C", emitted, "--texts", emitted / "out", "--json"], capture_output=True, text=True, timeout=60)
    finally:
        path.write_text(before)
    return done.returncode, {one["claim"] for one in json.loads(done.stdout)["verdicts"] if one["answer"] == "violated"}


def test_every_number_of_a_range_is_proved_on_text(tenantry, emitted):
    api = places(emitted)["api"]
    assert len(api) == 5, "four tasks and a spare place"
    for number in (2, 3, 4, 5):
        assert verified(tenantry, emitted, api[:number]) == (0, set()), number


def test_a_number_does_not_hide_where_connections_go(tenantry, emitted):
    found = places(emitted)
    code, violated = verified(tenantry, emitted, [*found["api"][:3], found["web"][0]])
    assert code == 4 and "NET-6" in violated
    code, violated = verified(tenantry, emitted, found["api"][:1])
    assert code == 4 and "NET-6" in violated, "one that runs from the start is left out"
