"""Branches that each add a tenant, put together by real git and mended by `tenantry lock --resolve`."""

import json
import os
import subprocess

import pytest

pytestmark = pytest.mark.judge

PLATFORM = """platform: lend
domain: lend.example
stages: { demo: {}, production: {} }
services:
  api: { tier: middleware, image: lend/api, port: 9000 }
tenants: { include: tenants/*.yaml }
"""
GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example",
    "GIT_EDITOR": "true",
}


class Repository:
    def __init__(self, path, tenantry):
        self.path, self.program = path, tenantry
        (path / "tenants").mkdir(parents=True)
        (path / "platform.yaml").write_text(PLATFORM)
        self.git("init", "-q", "-b", "main")
        self.add("acme", "zulu")

    def git(self, *arguments, fails=False):
        done = subprocess.run(["git", *arguments], cwd=self.path, env={**os.environ, **GIT}, capture_output=True, text=True)
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout

    def tenantry(self, *arguments, code=0):
        done = subprocess.run([self.program, *arguments], cwd=self.path, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def add(self, *tenants):
        for tenant in tenants:
            (self.path / f"tenants/{tenant}.yaml").write_text(f"{tenant}: {{ name: {tenant} }}\n")
        self.tenantry("lock")
        self.commit("add " + " and ".join(tenants))

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def branch(self, name, *tenants):
        self.git("switch", "-q", "-c", name, "main")
        self.add(*tenants)

    @property
    def lock(self):
        return (self.path / "platform.lock").read_text()

    def blocks(self):
        """environment -> (block, uid) as the lock has it, valid and without markers."""
        self.tenantry("validate")
        rows = [line.split() for line in self.lock.splitlines()[2:]]
        blocks = {row[2]: (row[1], next(word for word in row if word.startswith("uid="))) for row in rows}
        assert len(blocks) == len(rows) == len(set(blocks.values()))
        return blocks

    def mend(self, *arguments):
        said = self.tenantry("validate", code=2)
        assert "TN0302" in said and "tenantry lock --resolve" in said
        return self.tenantry("lock", "--resolve", *arguments)


@pytest.fixture
def repository(tmp_path, tenantry):
    return Repository(tmp_path / "platform", tenantry)


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
@pytest.mark.parametrize("names", [("bank", "norte"), ("norte", "bank")])
def test_two_branches_that_each_add_a_tenant_are_mended_without_moving_anybody(repository, style, names):
    repository.git("config", "merge.conflictStyle", style)
    before = repository.blocks()
    for name in names:
        repository.branch(name, name)
    repository.git("merge", names[0], fails=True)
    conflict = repository.lock
    assert "<<<<<<<" in conflict and ("|||||||" in conflict) == (style != "merge")
    for command in (["validate"], ["lock"], ["plan"], ["verify"], ["shapes"], ["emit", "--out", "../out"]):
        assert "tenantry lock --resolve" in repository.tenantry(*command, code=2), command
    assert repository.lock == conflict, "no other command touches it"
    said = repository.mend()
    after = repository.blocks()
    assert set(after) == {f"{tenant}/{stage}" for tenant in ("acme", "zulu", *names) for stage in ("demo", "production")}
    assert {name: after[name] for name in before} == before
    assert "norte/demo moves from 10.0.64.0/20" in said and "stay with bank/demo, whose name comes first" in said
    assert after["bank/demo"][0] == "10.0.64.0/20" and after["norte/demo"][0] == "10.0.96.0/20"
    assert "up to date" in repository.tenantry("lock", "--resolve")
    repository.commit("merge")


def test_a_merge_either_way_and_a_rebase_give_the_same_bytes(repository):
    repository.branch("one", "bank")
    repository.branch("two", "norte")
    results = []
    for here, how, there in [("one", "merge", "two"), ("two", "merge", "one"), ("one", "rebase", "two"), ("two", "rebase", "one")]:
        repository.git("switch", "-q", "--detach", here)
        repository.git(how, there, fails=True)
        repository.mend()
        results.append(repository.lock)
        repository.git(how, "--abort")
    assert len(set(results)) == 1


def test_three_branches_one_after_another(repository):
    for name in ("bank", "norte", "river"):
        repository.branch(name, name)
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "bank")
    for name in ("norte", "river"):
        before = repository.blocks()
        repository.git("merge", name, fails=True)
        repository.mend()
        assert before.items() <= repository.blocks().items()
        repository.commit(f"merge {name}")
    assert len(repository.blocks()) == 10


def test_what_a_target_runs_stays_though_another_name_comes_first(repository):
    for name in ("norte", "bank"):
        repository.branch(name, name)
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "norte")
    before = repository.blocks()
    repository.git("merge", "bank", fails=True)
    said = repository.mend("--applied", "norte/demo", "--applied", "norte/production=10.0.80.0/20")
    assert before.items() <= repository.blocks().items()
    assert "bank/demo moves" in said and "stay with norte/demo, which a target runs" in said
    repository.git("checkout", "-m", "platform.lock")
    assert "<<<<<<<" in repository.lock, "the way back that the command names"


def test_locks_of_two_origins_are_not_mixed(repository):
    repository.git("rm", "-q", "platform.lock")
    repository.commit("no lock yet")
    repository.branch("fresh", "bank")
    repository.branch("other", "norte")
    repository.git("merge", "fresh", fails=True)
    conflict = repository.lock
    assert "TN0307" in repository.tenantry("lock", "--resolve", code=2)
    assert repository.lock == conflict


def test_two_applied_environments_with_one_block_are_not_decided(repository):
    repository.branch("one", "bank")
    repository.branch("two", "norte")
    repository.git("merge", "one", fails=True)
    conflict = repository.lock
    assert "TN0308" in repository.tenantry("lock", "--resolve", "--applied", "bank/demo", "--applied", "norte/demo", code=2)
    assert repository.lock == conflict
    repository.tenantry("lock", "--applied", "bank/demo", code=64)
    repository.tenantry("lock", "--resolve", "--applied", "bank", code=64)


def test_json_tells_who_moved_and_why(repository):
    repository.branch("one", "bank")
    repository.branch("two", "norte")
    repository.git("merge", "one", fails=True)
    answer = json.loads(repository.tenantry("lock", "--resolve", "--json"))
    assert answer["written"] is True and answer["added"] == [] and answer["chosen"] == []
    moved = answer["moved"][0]
    assert moved["toUid"] != moved["fromUid"] and moved["toUid"] % 65536 == moved["fromUid"] % 65536 == 0
    assert {key: value for key, value in moved.items() if not key.endswith("Uid")} == {
        "environment": "norte/demo",
        "from": "10.0.64.0/20",
        "to": "10.0.96.0/20",
        "keeper": "bank/demo",
        "because": "firstName",
    }
