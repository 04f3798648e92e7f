"""`tenantry network`: whose every block is, and how a removed environment's is given back."""

import fcntl
import json
import os
import subprocess

import pytest

pytestmark = pytest.mark.judge

PLATFORM = """platform: lend
domain: lend.example
stages: { production: {} }
services:
  api: { tier: middleware, image: lend/api, port: 9000 }
tenants:
  acme: { name: Acme }
"""
LOCK = """tenantry-lock 1
platform lend 7f3c0e5a91d2ab03
block 10.0.0.0/20 acme/production layout=1 uid=1048576 gen=1
retired 10.0.16.0/20 oldbank/production uid=1114112 gen=2
retired 10.0.32.0/20 river/production uid=1179648 gen=1
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "platform.yaml").write_text(PLATFORM)
    (tmp_path / "platform.lock").write_text(LOCK)
    return tmp_path


@pytest.fixture
def run(tenantry, folder):
    def call(*arguments, code=0):
        done = subprocess.run([tenantry, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return call


def test_show_names_states_and_free_space(run):
    rows = [line.split() for line in run("network", "show").splitlines()]
    assert [row[:3] for row in rows[1:4]] == [
        ["10.0.0.0/20", "acme/production", "active"],
        ["10.0.16.0/20", "oldbank/production", "retired"],
        ["10.0.32.0/20", "river/production", "retired"],
    ]
    answer = json.loads(run("network", "show", "--json"))
    assert answer["command"] == "network show"
    assert answer["pool"]["blocks"] == 4096 and answer["pool"]["free"] == 4093 and answer["pool"]["next"] == "10.0.48.0/20"


def test_reclaim_asks_first_and_then_frees_for_good(run, folder):
    said = run("network", "reclaim", "oldbank/production", code=64)
    assert "10.0.16.0/20 oldbank/production" in said and "--confirm=oldbank" in said
    assert "--confirm=oldbank" in run("network", "reclaim", "oldbank/production", "--confirm=acme", code=64)
    assert (folder / "platform.lock").read_text() == LOCK
    answer = json.loads(run("network", "reclaim", "oldbank/production", "--confirm=oldbank", "--json"))
    assert [row["block"] for row in answer["freed"]] == ["10.0.16.0/20"]
    (folder / "platform.yaml").write_text(PLATFORM + "  zeta: { name: Zeta }\n")
    run("lock")
    assert "block 10.0.16.0/20 zeta/production layout=1 uid=1114112 gen=1\n" in (folder / "platform.lock").read_text()
    assert sorted(os.listdir(folder)) == ["platform.lock", "platform.yaml"]


def test_reclaim_takes_nothing_that_is_in_use(run, folder):
    assert "TN0309" in run("network", "reclaim", "acme/production", "--confirm=acme", code=2)
    assert "did you mean `oldbank/production`?" in run("network", "reclaim", "oldbnk/production", "--confirm=oldbnk", code=2)
    assert "one tenant at a time" in run("network", "reclaim", "oldbank/production", "river/production", "--confirm=oldbank", code=64)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        run("network", "reclaim", "oldbank/production", "--confirm=oldbank", code=6)
    finally:
        os.close(held)
    assert (folder / "platform.lock").read_text() == LOCK
    (folder / "platform.lock").unlink()
    assert "TN0901" in run("network", "reclaim", "oldbank/production", "--confirm=oldbank", code=2)
