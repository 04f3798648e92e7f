"""Every single edit of what is emitted: does the verifier see what it opens, and what it breaks?

An evaluator that shares nothing with Tenantry (tests/support/python/packets.py) says what each edit does to packets. Then
`tenantry verify --texts` must say the same:
  opened   it ends with 4, a claim is violated, with a witness and the line of the platform that it contradicts
  closed   it ends with 4; NET-6 or another claim is violated
  neither  it ends with 0, or says what it does not understand; what it reports beyond that is in BEYOND with the reason
"""

import collections
import json
import random
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import small_platform
from edits import network_edits, rule_set_edits
from judge import EDITED, FOLDER, Judge

pytestmark = pytest.mark.judge

# (claim, words of its finding): violations that are right though no packet takes another way, because of what the evaluator
# does not look at.
BEYOND = {
    ("NET-8", " has the block "): "a block that is not the declared one",
    ("NET-8", ", which is outside its block "): "an address or a route that no packet takes",
    ("NET-5", "; its task is declared with "): "an address more, which no route leads to",
    ("NET-5", "The edge brings connections for "): "ingress sockets are no packets",
    ("NET-6", "A request for "): "ingress sockets are no packets",
}


@pytest.fixture(scope="module")
def emitted(tenantry, tmp_path_factory):
    out = tmp_path_factory.mktemp("mutations") / "out"
    subprocess.run([tenantry, "emit", "-C", small_platform.FOLDER, "--out", out], check=True, capture_output=True)
    return out


def mismatch(code, answer, open_, shut):
    """Why the verifier's answer is not the evaluator's; nothing where it is."""
    if code == 2:  # the text cannot be read as what it should be: nothing would be applied
        return None
    verdicts = {verdict["claim"]: verdict for verdict in answer["verdicts"] if verdict["decided"]}
    findings = [(claim, finding) for claim, verdict in verdicts.items() for finding in verdict["findings"]]
    doubts = {claim for claim, verdict in verdicts.items() if verdict["answer"] == "unknown"}
    violated = {claim for claim, _ in findings}
    if (code == 4) != bool(findings or doubts):
        return f"exit code {code} with {len(findings)} findings and {len(doubts)} doubts"
    if doubts and not answer["notUnderstood"]:
        return f"doubt about {sorted(doubts)} without a reason"
    for _, finding in findings:
        if not finding["witness"] or "place" not in finding["contradicts"]:
            return f"a finding without witness or line: {finding['summary']}"
    if open_ and not violated & {"NET-1", "NET-5"} and "NET-5" not in doubts:
        return f"missed: {open_[0]}"
    if shut and not findings and "NET-6" not in doubts:
        return f"missed that it is broken: {shut[0]}"
    if open_ or shut:
        return None
    strange = [finding["summary"] for claim, finding in findings
               if not any(claim == other and words in finding["summary"] for other, words in BEYOND)]  # fmt: skip
    return f"false alarm: {strange[0]}" if strange else None


def kind_of(code, answer, open_, shut):
    """What the edit did and how it was noticed, for the counts."""
    kind = "opened" if open_ else "closed" if shut else "neither"
    if code == 2:
        return f"{kind} and unreadable"
    violated = {verdict["claim"] for verdict in answer["verdicts"] if verdict["findings"]}
    if open_ and violated & {"NET-1", "NET-5"} or not open_ and violated:
        return f"{kind} and violated"
    return f"{kind} and not understood" if code == 4 else f"{kind} and accepted"


def all_edits(texts):
    edits = [(f"nftables.json {name}", {f"{FOLDER}/nftables.json": json.dumps(value)})
             for name, value in rule_set_edits(texts[f"{FOLDER}/nftables.json"])]  # fmt: skip
    edits += [(f"network.json {name}", {f"{FOLDER}/network.json": json.dumps(value)})
              for name, value in network_edits(texts[f"{FOLDER}/network.json"], small_platform.OTHER[EDITED])]  # fmt: skip
    return edits


def reason_of(code, answer):
    """Why the verifier did not understand an edit, without names and numbers; nothing where it did."""
    if code != 4 or any(verdict["findings"] for verdict in answer["verdicts"]) or not answer["notUnderstood"]:
        return []
    return [re.sub(r"`[^`]*`|\b[\da-f]+(?:[.:/][\da-f]+)+\b", "*", answer["notUnderstood"][0]["what"])]


def judged(judge, edits):
    """Counts by kind, counts by what was not understood, and the mismatches."""

    def one(edit):
        name, changes = edit
        open_, shut = judge.meaning(changes)
        code, answer = judge.verify(changes)
        why = mismatch(code, answer, open_, shut)
        return kind_of(code, answer, open_, shut), reason_of(code, answer), f"{name}: {why}" if why else None

    with ThreadPoolExecutor(len(judge.folders)) as pool:
        results = list(pool.map(one, edits))
    kinds, reasons, wrong = zip(*results)
    return collections.Counter(kinds), collections.Counter(sum(reasons, [])), [why for why in wrong if why]


def check(judge, edits, capsys):
    counts, reasons, wrong = judged(judge, edits)
    with capsys.disabled():
        print(f"\n{len(edits)} edits: " + ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
        print("\n".join(f"  not understood {count}: {reason}" for reason, count in reasons.most_common()))
    assert not wrong, f"{len(wrong)} of {len(edits)}:\n" + "\n".join(wrong[:40])
    for kind in ("opened and violated", "closed and violated", "neither and accepted"):
        assert counts[kind], f"{kind} was tried"


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
