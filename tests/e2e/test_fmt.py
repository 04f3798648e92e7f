"""`tenantry fmt` on files: what is written, what is left alone, what a pipeline sees."""

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
    def call(*arguments, **options):
        return subprocess.run([tenantry, "fmt", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, **options)

    return call


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_check_names_what_would_change_and_writes_nothing(run, folder):
    before = content(folder)
    done = run("--check")
    assert (done.returncode, done.stdout) == (3, "platform.yaml\ntenants/sur.yaml\n")
    assert "run `tenantry fmt`" in done.stderr and content(folder) == before
    answer = json.loads(run("--check", "--json").stdout)
    assert list(answer)[:2] == ["version", "command"]
    assert [file["path"] for file in answer["files"] if file["changed"]] == ["platform.yaml", "tenants/sur.yaml"]


def test_formatting_changes_no_value_and_is_done_once(run, folder, tenantry):
    explained = subprocess.run([tenantry, "plan", "-C", folder], capture_output=True, text=True, check=True).stdout
    (folder / "platform.yaml").chmod(0o640)
    done = run()
    assert (done.returncode, done.stdout) == (0, "platform.yaml\ntenants/sur.yaml\n")
    assert "stages: [demo, staging]  # in negotiation: no production yet\n" in content(folder)["tenants/sur.yaml"]
    assert (folder / "platform.yaml").stat().st_mode & 0o777 == 0o640
    assert subprocess.run([tenantry, "plan", "-C", folder], capture_output=True, text=True, check=True).stdout == explained
    assert (run().stdout, run("--check").returncode) == ("", 0)
    assert sorted(os.listdir(folder)) == ["platform.yaml", "tenants"], "no temporary file is left"


def test_one_file_that_is_no_yaml_stops_all(run, folder):
    (folder / "tenants/acme.yaml").write_text("acme: [\n")
    before = content(folder)
    done = run()
    assert done.returncode == 2 and "tenants/acme.yaml:2:1" in done.stderr and content(folder) == before


def test_named_files_alone(run, folder):
    assert run("tenants/sur.yaml").stdout == "tenants/sur.yaml\n"
    assert run("--check").stdout == "platform.yaml\n"
    assert run("nothing.yaml").returncode == 2
    assert run("../lend/platform.yaml").returncode == 64
    assert run("/etc/hostname").returncode == 64
    (folder / "link.yaml").symlink_to("platform.yaml")
    assert run("link.yaml").returncode == 2, "no file is reached through a link"


def test_standard_input_goes_through_for_editors(run):
    assert run("-", input="a:   { b: 1 }  # c\n").stdout == "a: { b: 1 }  # c\n"
    assert run("-", "--check", input="a:   1\n").returncode == 3
    bad = run("-", input="a: [\n")
    assert (bad.returncode, bad.stdout) == (2, "")


def test_a_large_file_costs_little(run, folder):
    text = "services: {" + ", ".join(f"s{i}: {{ a: [x, y], b: 'q' }}" for i in range(100_000)) + "}\n"
    (folder / "big.yaml").write_text(text)
    before = os.times().children_user
    assert run("big.yaml").returncode == 0
    assert os.times().children_user - before < 5, "seconds of CPU for 3 MB on one line"


def test_examples_are_formatted(tenantry, top):
    for path in ("examples/lending", "tests/data/oracle"):
        done = subprocess.run([tenantry, "fmt", "--check", "-C", top / path], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, ""), path
