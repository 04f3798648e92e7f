"""`plan` against what was emitted: what it finds, what it says, what it keeps in a file."""

import json
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.judge


@pytest.fixture
def folder(top, tmp_path):
    return shutil.copytree(top / "tests/data/lending", tmp_path / "lending")


@pytest.fixture
def run(tenantry, folder):
    def call(*arguments):
        return subprocess.run([tenantry, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)

    return call


def edit(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def first_line(done):
    return done.stdout.splitlines()[0]


def test_a_plan_compares_with_the_folder_that_was_emitted_to_here(run, folder):
    assert first_line(run("plan")) == "touches 3 of 3 tenants: 0 restarts, 0 replaced, 8 new"
    run("lock")
    assert run("emit", "--out", "out").returncode == 0
    assert run("plan", "--detailed-exitcode").returncode == 0, "nothing changes"
    edit(folder / "tenants/acme.yaml", "tasks: 4..12", "tasks: 4..12, cpu: 1")
    done = run("plan", "--detailed-exitcode")
    assert done.returncode == 3
    assert first_line(done) == "touches 1 of 3 tenants: 1 restart, 0 replaced"
    assert "  ~ acme/production\n      ~ services.api, restarted: it is part of what a task is started with\n          ~ cpu 0.25 -> 1\n" in done.stdout
    run("emit", "--out", "out")
    assert first_line(run("plan")) == "touches 0 of 3 tenants: 0 restarts, 0 replaced"


def test_a_folder_elsewhere_is_named_and_two_here_are_told_apart(run, folder, tmp_path):
    elsewhere = str(tmp_path / "elsewhere")
    assert run("emit", "--out", elsewhere).returncode == 0
    assert "everything is shown as new" in run("plan").stdout
    assert f"Compared with what was emitted to {elsewhere}." in run("plan", "--against", elsewhere).stdout
    run("emit", "--out", "one")
    run("emit", "--out", "two")
    done = run("plan")
    assert done.returncode == 2 and "`one` and `two` both hold what was emitted: name one with `--against`" in done.stderr
    assert run("plan", "--against", "two").returncode == 0
    done = run("plan", "--against", str(folder / "tenants"))
    assert done.returncode == 2 and "holds no blueprint.state" in done.stderr


def test_a_damaged_state_or_one_of_another_platform_is_refused(run, folder):
    run("emit", "--out", "out")
    state = folder / "out/blueprint.state"
    whole = state.read_text()
    state.write_text(whole[: len(whole) // 2])
    done = run("plan")
    assert done.returncode == 2 and "error[TN0801]" in done.stderr and "out/blueprint.state:" in done.stderr
    assert json.loads(run("plan", "--json").stdout)["diagnostics"][-1]["code"] == "TN0801"
    state.write_text(whole.replace("platform lend\n", "platform loan\n"))
    done = run("plan")
    assert done.returncode == 2 and "of the platform `loan`" in done.stderr
    assert run("explain", "TN0801").returncode == 0


def test_the_state_is_no_text_of_the_target(run, folder):
    run("emit", "--out", "out")
    assert "not understood" not in run("verify", "--texts", "out").stdout
    assert run("verify", "--texts", "out").returncode == run("verify").returncode
    assert "blueprint.state" not in (folder / "out/manifest.json").read_text()


def test_a_saved_plan_has_digests_of_everything_it_comes_from(run, folder):
    run("lock")
    run("emit", "--out", "out")

    def saved():
        assert run("plan", "-o", "a.plan").returncode == 0
        return dict(line.split(" ", 1) for line in (folder / "a.plan").read_text().splitlines())

    first = saved()
    assert first["tenantry-plan"] == "1" and first["target"] == "local"
    assert saved() == first
    edit(folder / "tenants/acme.yaml", "tasks: 4..12", "tasks: 5..12")
    second = saved()
    assert {key for key in first if first[key] != second.get(key)} == {"files", "wanted", "digest"}
    assert second["environment"] == "update acme/production"
    run("emit", "--out", "out")
    assert {key for key in second if second[key] != saved().get(key)} == {"state", "digest", "environment"}


def test_a_plan_as_json_counts_and_names_what_changes(run, folder):
    run("lock")
    run("emit", "--out", "out")
    edit(folder / "platform.yaml", "port: 9100", "port: 9200")
    plan = json.loads(run("plan", "--json").stdout)
    assert plan["version"] == 1 and plan["against"] == "out"
    assert plan["touches"] == {"tenants": 3, "ofTenants": 3, "restarts": 8, "replaced": 8, "new": 0, "removed": 0, "inPlace": 0}
    items = {item["path"]: item for item in plan["environments"][0]["items"]}
    assert items["services.scoring"]["change"] == "replace" and items["services.api"]["effect"] == "restart"
    assert {"path": "services.scoring.port", "before": "port 9100", "after": "port 9200", "effect": "replace",
            "reason": "tasks with the old and the new port cannot serve side by side"} in items["services.scoring"]["fields"]  # fmt: skip
