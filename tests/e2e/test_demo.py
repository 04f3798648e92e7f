"""`make demo`: the first thing that a newcomer sees runs through, leaves the tree as it is, and is taken away whole."""

import json
import os
import re
import subprocess
import uuid
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.root

ENVIRONMENTS = ("acme/demo", "acme/staging", "acme/production", "norte/demo", "norte/staging", "norte/production", "sur/demo", "sur/staging")


def tree_state(top):
    return subprocess.run(["git", "status", "--porcelain"], cwd=top, check=True, capture_output=True, text=True).stdout


# What the demo's last round left, asked before it is taken away.
LOOK = """
cd {folder}
{bin}/tenantry events --json > events.json
{bin}/tenantry top --json > top.json
{bin}/tenantry logs --json '*/*/api' > logs.json
cp *.json {kept}
"""


@pytest.mark.usefixtures("ferretdb")
def test_demo_goes_from_file_to_answers_twice_and_is_taken_away(top, tenantry, cell, tmp_path):
    before = tree_state(top)
    cgroup = f"tenantry-test-{uuid.uuid4().hex[:12]}"
    env = {**os.environ, "TENANTRY_BIN_DIR": str(tenantry.parent), "TENANTRY_CGROUP": cgroup}
    demo, folder = top / "examples/demo", tmp_path / "demo"
    look = LOOK.format(folder=folder, bin=tenantry.parent, kept=tmp_path)
    script = f"{demo} {folder} && {demo} {folder} && ({look}) && {demo} down {folder} && ls -A /run/tenantry /var/lib/tenantry && ps -eo comm= | grep -xE 'conmon|haproxy|nginx|postgres|redis|ferretdb|tenantryd'"
    done = cell("bash", "-c", script, env=env, timeout=600)
    said = done.stdout + done.stderr
    commands = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("$ tenantry ")]
    once = ["validate", "lock", "verify", "doctor", "up", "trust", "status", *5 * ["exec"], "reach", "exec", "exec", "verify"]
    assert commands == [*once, *once, "down"], said
    for environment in ENVIRONMENTS:
        host = environment.replace("/production", "").replace("/", "-")
        assert len(re.findall(rf"^  {host} +approved: 6000.00 {'MXN' if environment == 'sur/demo' else 'EUR'}, bureau not asked$", done.stdout, re.M)) == 2, said
        assert done.stdout.count(f"https://{host}.lend.localhost:8443\n") >= 2, said
    assert done.stdout.count("  connected") == 2 and done.stdout.count("  no connection") == 8, f"its own, and no other one's: {said}"
    assert done.stdout.count("(1 row)") == 2 and done.stdout.count("permission denied") == 2, f"booked once, and no table made: {said}"
    assert done.stdout.count("NET-1   holds") == 4 and done.stdout.count("TLS-1   holds") == 2, f"on text and on what runs: {said}"
    assert done.stdout.count("each went as the kernel's tables say") == 2, said
    assert done.stdout.endswith("Nothing of it is left: no process, no network, no mount, no file but those of the build.\n/run/tenantry:\n\n/var/lib/tenantry:\n"), said
    assert done.returncode == 1, "no program of it is left"
    assert not list(Path("/sys/fs/cgroup").glob(f"*/{cgroup}")), "no group is left"
    assert tree_state(top) == before
    look_at_what_was_told(tmp_path)


def look_at_what_was_told(folder):
    """Of all eight: `events` has the jobs and the ups, also from the daemon before; `top` and `logs` know every one."""
    events = [json.loads(line) for line in (folder / "events.json").read_text().splitlines()[1:]]
    told = Counter((one["environment"], one["task"], one["what"]) for one in events)
    for environment in ENVIRONMENTS:
        assert told[(environment, "", "up asked for")] == 2 and told[(environment, "migrate-1", "job finished")] == 1, told
    assert {environment for environment, task, _ in told if task == "seed-1"} == {"acme/demo", "norte/demo", "sur/demo"}
    loads = {one["environment"]: one for one in json.loads((folder / "top.json").read_text())["environments"]}
    assert sorted(loads) == sorted(ENVIRONMENTS) and all(one["memory"] > 0 for one in loads.values())
    lines = [json.loads(line) for line in (folder / "logs.json").read_text().splitlines()[1:]]
    booked = {line["environment"] for line in lines if line["text"].startswith("application_booked id=demo-loan")}
    assert booked == set(ENVIRONMENTS)
