"""`make demo`: the first thing that a newcomer sees runs through and leaves the tree as it is."""

import os
import subprocess

import pytest

pytestmark = pytest.mark.judge


def tree_state(top):
    return subprocess.run(["git", "status", "--porcelain"], cwd=top, check=True, capture_output=True, text=True).stdout


def test_demo_goes_from_file_to_verdicts_and_leaves_the_tree_alone(top, tenantry, tmp_path):
    before = tree_state(top)
    env = {**os.environ, "TENANTRY_BIN": str(tenantry)}
    done = subprocess.run([top / "examples/demo", tmp_path / "demo"], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    commands = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("$ tenantry ")]
    assert commands == ["validate", "plan", "lock", "emit", "verify"]
    assert (tmp_path / "demo/platform.lock").is_file()
    assert any((tmp_path / "demo/out").rglob("*")), "emit wrote something"
    assert tree_state(top) == before
