"""`make demo`: the first thing that a newcomer sees runs through, leaves the tree as it is, and is taken away whole."""

import os
import subprocess
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.root


def tree_state(top):
    return subprocess.run(["git", "status", "--porcelain"], cwd=top, check=True, capture_output=True, text=True).stdout


@pytest.mark.usefixtures("ferretdb")
def test_demo_goes_from_file_to_answers_twice_and_is_taken_away(top, tenantry, cell, tmp_path):
    before = tree_state(top)
    cgroup = f"tenantry-test-{uuid.uuid4().hex[:12]}"
    env = {**os.environ, "TENANTRY_BIN_DIR": str(tenantry.parent), "TENANTRY_CGROUP": cgroup}
    demo, folder = top / "examples/demo", tmp_path / "demo"
    script = f"{demo} {folder} && {demo} {folder} && {demo} down {folder} && ls -A /run/tenantry /var/lib/tenantry && pgrep -l 'conmon|haproxy|nginx|postgres|redis|tenantryd'"
    done = cell("bash", "-c", script, env=env)
    said = done.stdout + done.stderr
    commands = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("$ tenantry ")]
    once = ["validate", "lock", "plan", "verify", "doctor", "up", "status", "trust", "exec", "exec", "exec", "exec", "reach", "verify"]
    assert commands == [*once, *once, "down"], said
    for tenant in ("acme", "norte"):
        assert done.stdout.count(f'{{"tenant":"{tenant}","stage":"production",') == 2, said
    assert done.stdout.count('"decision":') == 6, f"three answers in each round: {said}"
    assert done.stdout.count("(1 row)") == 2 and done.stdout.count("permission denied") == 2, f"booked once, and no table made: {said}"
    assert done.stdout.count("TLS-1   holds") == done.stdout.count("TLS-3   holds") == 4, f"on text and by what is answered: {said}"
    assert done.stdout.count("  connected") == done.stdout.count("  no connection") == 2, said
    assert done.stdout.endswith("Nothing of it is left: no process, no network, no mount, no file but those of the build.\n/run/tenantry:\n\n/var/lib/tenantry:\n"), said
    assert done.returncode == 1, "no program of it is left"
    assert not list(Path("/sys/fs/cgroup").glob(f"*/{cgroup}")), "no group is left"
    assert tree_state(top) == before
