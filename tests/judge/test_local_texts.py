"""The programs that the emitted texts are for accept them: nft, HAProxy, nginx."""

import json
import sys

import pytest

pytestmark = [pytest.mark.judge, pytest.mark.root]

ENVIRONMENT = "acme/production"
FOLDER = f"environments/{ENVIRONMENT}"


@pytest.fixture(scope="module")
def emitted(top):
    """The reviewed texts, which the unit tests hold equal to what is emitted."""
    return top / "tests/golden/local_emit"


@pytest.fixture
def answers(cell, top, emitted):
    done = cell(sys.executable, top / "tests/judge/accept_local.py", emitted, ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def loaded(commands):
    """The objects of a rule set without what the kernel adds."""
    kinds = {}
    for entry in commands:
        entry = entry.get("add", entry)
        ((kind, value),) = entry.items()
        value = {key: inner for key, inner in value.items() if key != "handle"}
        kinds.setdefault(kind, []).append(value)
    return kinds


def named(value):
    """With the protocol's name: nft prints its number on a machine without /etc/protocols."""
    if isinstance(value, dict):
        return {key: ["tcp" if part == 6 else part for part in inner] if key == "concat" else named(inner)
                for key, inner in value.items()}
    return [named(part) for part in value] if isinstance(value, list) else value


def elements_of(commands):
    """Set or map -> its elements, whether they came one a command or inside the set."""
    found = {}
    for kind in ("set", "map", "element"):
        for value in commands.get(kind, []):
            found.setdefault(value["name"], []).extend(json.dumps(named(element)) for element in value.get("elem", []))
    return {name: sorted(elements) for name, elements in found.items()}


def test_every_text_is_accepted(answers, emitted):
    texts = {str(path.relative_to(emitted)) for path in (emitted / FOLDER).rglob("*") if path.name in
             ("nginx.conf", "haproxy.cfg", "nftables.json")} | {"edge/nginx.conf"}
    assert len(texts) == 5 and texts < set(answers)
    assert {path: answer for path, answer in answers.items() if answer[0] != 0} == {}


def test_without_a_warning(answers):
    warned = [said for _, said in answers.values() if "warn" in said.lower()]
    assert warned == []


def test_the_kernel_lists_the_rules_as_they_were_written(answers, emitted):
    wanted = loaded(json.loads((emitted / FOLDER / "nftables.json").read_text())["nftables"])
    listed = loaded(json.loads(answers["ruleset"][1])["nftables"])
    assert elements_of(listed) == elements_of(wanted)
    for kind in ("table", "chain", "rule"):
        key = lambda value: json.dumps(value, sort_keys=True)
        assert sorted(listed[kind], key=key) == sorted(wanted[kind], key=key)
