"""Every single edit of what is emitted: does the verifier see what it opens, and what it breaks?

An evaluator that shares nothing with Tenantry (tests/support/python/packets.py) says what each edit does to packets. Then
`tenantry verify --texts` must say the same:
  opened   it ends with 4, a claim is violated, with a witness and the line of the platform that it contradicts
  closed   it ends with 4; NET-6 or another claim is violated
  neither  it ends with 0, or says what it does not understand; what it reports beyond that is in BEYOND with the reason
"""

import collections
import json
import os
import random
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import small_platform
from edits import network_edits, rule_set_edits
from packets import World, closed, edited, opened, read_folder

pytestmark = pytest.mark.judge

EDITED = "acme/production"
FOLDER = f"environments/{EDITED}"
# Violations that are right though no packet takes another way: what the evaluator does not look at.
BEYOND = {
    "is declared with": "an address that is not the declared one",
    "is declared.": "a block that is not the declared one",
    "The edge brings": "ingress sockets are no packets",
    "lies outside": "NET-8: an address or route outside of the block",
    "has a route": "NET-8 looks at routes that no packet takes",
    "socket": "ingress sockets are no packets",
    "descriptor": "ingress sockets are no packets",
    "request": "ingress sockets are no packets",
    "router": "NET-5 reports what is delivered to the router itself",
}


@pytest.fixture(scope="module")
def emitted(tenantry, tmp_path_factory):
    out = tmp_path_factory.mktemp("mutations") / "out"
    subprocess.run([tenantry, "emit", "-C", small_platform.FOLDER, "--out", out], check=True, capture_output=True)
    return out


class Judge:
    """Runs the verifier on edited copies of the output folder, one copy a thread."""

    def __init__(self, tenantry, emitted, folder):
        self.tenantry, self.texts = tenantry, read_folder(emitted)
        self.folders = []
        for number in range(os.cpu_count() or 1):
            shutil.copytree(emitted, folder / str(number))
            self.folders.append(folder / str(number))

    def verify(self, changes):
        folder = self.folders.pop()
        try:
            for path, text in changes.items():
                (folder / path).write_text(text)
            done = subprocess.run([self.tenantry, "verify", "-C", small_platform.FOLDER, "--texts", folder, "--json"], capture_output=True, text=True, timeout=60)  # fmt: skip
        finally:
            for path in changes:
                (folder / path).write_text(self.texts[path])
            self.folders.append(folder)
        assert done.returncode in (0, 2, 4), done.stderr
        return done.returncode, json.loads(done.stdout)

    def meaning(self, changes):
        """(what is opened, what is closed) by the evaluator."""
        texts = self.texts
        for path, text in changes.items():
            texts = edited(texts, path, text)
        declared, world = small_platform.declared(), World(texts)
        environments = world.touching(EDITED)
        return opened(world, declared, environments), closed(world, declared, environments)


def mismatch(code, answer, open_, shut):
    """Why the verifier's answer is not the evaluator's; nothing where it is."""
    if code == 2:  # the text cannot be read as what it should be: nothing would be applied
        return None
    verdicts = {verdict["claim"]: verdict for verdict in answer["verdicts"] if verdict["decided"]}
    findings = [finding for verdict in verdicts.values() for finding in verdict["findings"]]
    doubts = [claim for claim, verdict in verdicts.items() if verdict["answer"] == "unknown"]
    if (code == 4) != bool(findings or doubts):
        return f"exit code {code} with {len(findings)} findings and {len(doubts)} doubts"
    for finding in findings:
        if not finding["witness"] or "place" not in finding["contradicts"]:
            return f"a finding without witness or line: {finding['summary']}"
    if open_ and not any(verdicts[claim]["answer"] == "violated" for claim in ("NET-1", "NET-5")):
        return None if doubts or answer["notUnderstood"] else f"missed: {open_[0]}"
    if shut and not findings:
        return None if doubts or answer["notUnderstood"] else f"missed that it is broken: {shut[0]}"
    if open_ or shut or not findings:
        return None
    strange = [finding["summary"] for finding in findings if not any(word in finding["summary"] for word in BEYOND)]
    return f"false alarm: {strange[0]}" if strange else None


def all_edits(texts):
    edits = [(f"nftables.json {name}", {f"{FOLDER}/nftables.json": json.dumps(value)})
             for name, value in rule_set_edits(texts[f"{FOLDER}/nftables.json"])]  # fmt: skip
    edits += [(f"network.json {name}", {f"{FOLDER}/network.json": json.dumps(value)})
              for name, value in network_edits(texts[f"{FOLDER}/network.json"], small_platform.OTHER[EDITED])]  # fmt: skip
    return edits


def judged(judge, edits):
    """Counts by kind, and the mismatches."""

    def one(edit):
        name, changes = edit
        open_, shut = judge.meaning(changes)
        code, answer = judge.verify(changes)
        kind = "unreadable" if code == 2 else "opened" if open_ else "closed" if shut else "neither"
        doubted = code == 4 and not any(verdict["findings"] for verdict in answer["verdicts"])
        why = mismatch(code, answer, open_, shut)
        return kind + (", not understood" if doubted else ""), f"{name}: {why}" if why else None

    with ThreadPoolExecutor(len(judge.folders)) as pool:
        results = list(pool.map(one, edits))
    return collections.Counter(kind for kind, _ in results), [why for _, why in results if why]


def check(judge, edits, capsys):
    counts, wrong = judged(judge, edits)
    with capsys.disabled():
        print(f"\n{len(edits)} edits: " + ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
    assert not wrong, f"{len(wrong)} of {len(edits)}:\n" + "\n".join(wrong[:40])
    assert counts["opened"] and counts["closed"] and counts["neither"], "edits of every kind were tried"


def test_what_was_emitted_is_as_declared(tenantry, emitted, tmp_path):
    judge = Judge(tenantry, emitted, tmp_path)
    assert judge.meaning({}) == ([], [])
    code, answer = judge.verify({})
    assert code == 0, answer


def test_every_single_edit_is_judged_right(tenantry, emitted, tmp_path, capsys):
    judge = Judge(tenantry, emitted, tmp_path)
    check(judge, all_edits(judge.texts), capsys)


def test_two_hundred_pairs_of_edits_are_judged_right(tenantry, emitted, tmp_path, capsys):
    judge = Judge(tenantry, emitted, tmp_path)
    edits = all_edits(judge.texts)
    rules, networks = ([edit for edit in edits if edit[0].startswith(start)] for start in ("nft", "network"))
    choose = random.Random(2)
    pairs = [(choose.choice(rules), choose.choice(networks)) for _ in range(200)]
    check(judge, [(f"{one[0]} and {other[0]}", one[1] | other[1]) for one, other in pairs], capsys)
