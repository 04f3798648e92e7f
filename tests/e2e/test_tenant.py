"""`tenantry tenant add|list|show|remove` on files: nothing is written unless the result is good."""

import fcntl
import json
import os
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.judge


@pytest.fixture
def folder(top, tmp_path):
    shutil.copytree(top / "tests/data/lending", tmp_path / "lend")
    return tmp_path / "lend"


@pytest.fixture
def run(tenantry, folder):
    def call(*arguments):
        return subprocess.run([tenantry, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)

    return call


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_tenant_comes_and_goes_and_no_other_byte_changes(run, folder):
    run("lock")
    before = content(folder)
    done = run("tenant", "add", "este", "--name", "Crédito: Este", "--stages", "demo,staging")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("created tenants/este.yaml\nchanged platform.lock\n  + este/demo\n  + este/staging\n")
    after = content(folder)
    assert after.pop("tenants/este.yaml").decode() == 'este:\n  name: "Crédito: Este"\n  stages: [demo, staging]\n'
    old, new = before["platform.lock"].decode(), after["platform.lock"].decode()
    assert new.startswith(old) and [line.split()[2] for line in new[len(old) :].splitlines()] == ["este/demo", "este/staging"]
    assert {**after, "platform.lock": b""} == {**before, "platform.lock": b""}
    assert "up to date" in run("lock").stdout, "the blocks are those that `tenantry lock` would give"
    assert run("validate").returncode == 0

    assert run("tenant", "remove", "este", "--confirm=este").returncode == 0
    lock = content(folder)["platform.lock"].decode()
    assert [line.split()[:3:2] for line in lock.splitlines()[-2:]] == [["retired", "este/demo"], ["retired", "este/staging"]]
    assert "tenants/este.yaml" not in content(folder)
    run("tenant", "add", "este")
    assert "este/demo" in content(folder)["platform.lock"].decode() and " gen=2\n" in content(folder)["platform.lock"].decode()


def test_a_refused_result_changes_no_byte(run, folder):
    run("lock")
    before = content(folder)
    for arguments, code, text in [
        (["add", "x-demo"], 2, "tenants/x-demo.yaml:1:1"),
        (["remove", "acme", "--confirm=acme"], 2, "There is no tenant `acme`"),
        (["add", "Acme"], 64, "may hold only a-z"),
        (["add", "acme"], 64, "there is a tenant `acme` already, at tenants/acme.yaml:1:1"),
        (["add", "este", "--stages", "stagin"], 64, "did you mean `staging`?"),
        (["add", "este", "--name", "a\x1bb"], 64, "control character"),
        (["remove", "norte"], 64, "--confirm=norte"),
        (["remove", "norte", "--confirm=acme"], 64, "--confirm=norte"),
        (["remove", "nort", "--confirm=nort"], 64, "did you mean `norte`?"),
        (["show", "nort"], 64, "did you mean `norte`?"),
    ]:
        done = run("tenant", *arguments)
        assert (done.returncode, text in done.stderr) == (code, True), (arguments, done.stderr)
        assert content(folder) == before, arguments
    (folder / "platform.yaml").write_bytes(before["platform.yaml"] + b"nonsense: 1\n")
    broken = content(folder)
    assert run("tenant", "add", "este").returncode == 2 and content(folder) == broken


def test_a_dry_run_shows_the_changes_and_makes_none(run, folder):
    run("lock")
    before = content(folder)
    done = run("tenant", "add", "este", "--stages", "demo", "--dry-run")
    assert "+++ tenants/este.yaml\n@@ -0,0 +1,3 @@\n+este:\n" in done.stdout and "+block 10.0.128.0/20 este/demo " in done.stdout
    done = run("tenant", "remove", "norte", "--dry-run")
    assert "--- tenants/norte.yaml\n+++ /dev/null\n" in done.stdout and "+retired " in done.stdout
    assert content(folder) == before


def test_a_tenant_whose_file_was_deleted_by_hand_can_be_removed(run, folder):
    run("lock")
    (folder / "tenants/norte.yaml").unlink()
    done = run("tenant", "remove", "norte", "--confirm=norte")
    assert done.stdout.startswith("changed platform.lock\n  retired norte/demo\n")
    assert run("tenant", "remove", "norte", "--confirm=norte").returncode == 64, "there is nothing left to remove"


def test_only_one_changes_the_folder_at_a_time(run, folder):
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    before = content(folder)
    for arguments in (["tenant", "add", "este"], ["tenant", "remove", "norte", "--confirm=norte"], ["fmt"], ["lock"]):
        done = run(*arguments)
        assert done.returncode == 6 and "another tenantry" in done.stderr
    assert run("tenant", "list").returncode == 0 and run("fmt", "--check").returncode == 3, "reading goes on"
    os.close(held)
    assert content(folder) == before


def test_what_is_read_by_programs(run):
    tenants = json.loads(run("tenant", "list", "--json").stdout)["tenants"]
    assert [(tenant["tenant"], tenant["name"], tenant["file"], tenant["line"]) for tenant in tenants] == [
        ("acme", "Préstamos Acme", "tenants/acme.yaml", 1),
        ("norte", "Crédito del Norte", "tenants/norte.yaml", 1),
        ("sur", "Financiera Sur", "tenants/sur.yaml", 1),
    ]
    acme = json.loads(run("tenant", "show", "acme", "--json").stdout)
    production = acme["environments"][-1]
    assert production["environment"] == "acme/production" and production["locked"] is False
    assert production["hosts"] == ["acme.lend.example", "prestamos.acme.example"]
    assert production["sets"] == [{"path": "services.api.tasks", "file": "tenants/acme.yaml", "line": 5}]
    added = json.loads(run("tenant", "add", "este", "--stages", "demo", "--json").stdout)
    assert list(added)[:2] == ["version", "command"] and added["files"][0] == {"path": "tenants/este.yaml", "change": "created"}
    assert "este/demo" in added["blocks"]
    removed = json.loads(run("tenant", "remove", "este", "--confirm=este", "--json").stdout)
    assert removed["blocks"] == ["este/demo"]


def test_what_is_read_by_people(run):
    run("lock")
    assert run("tenant", "list").stdout.splitlines()[1] == "acme    Préstamos Acme     demo, staging, production  tenants/acme.yaml:1"
    text = run("tenant", "show", "acme").stdout
    assert text.startswith("acme: Préstamos Acme\ntenants/acme.yaml:1\n\nacme/demo\n  block    10.0.0.0/20\n")
    assert "  sets     services.api.tasks  (tenants/acme.yaml:5)\n" in text
    assert "run `tenantry lock`" not in text
