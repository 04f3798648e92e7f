"""`tenantry init`: a folder to begin with, and nothing overwritten."""

import json
import os
import subprocess

import pytest

pytestmark = pytest.mark.judge
FILES = [".tenantry/platform.schema.json", ".tenantry/tenant.schema.json", "platform.yaml", "tenants/acme.yaml", "tenants/norte.yaml"]


@pytest.fixture
def run(tenantry, tmp_path):
    def call(*arguments, folder=tmp_path):
        return subprocess.run([tenantry, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)

    return call


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_it_writes_is_valid_formatted_and_proved(run, tmp_path):
    done = run("init", "lend")
    assert done.returncode == 0 and "\n  cd lend\n" in done.stdout
    folder = tmp_path / "lend"
    assert sorted(content(folder)) == FILES
    assert run("validate", folder=folder).stderr == "", "without a warning"
    assert run("fmt", "--check", folder=folder).returncode == 0
    assert run("verify", folder=folder).returncode == 0
    assert content(folder)[FILES[0]] == run("schema").stdout and content(folder)[FILES[1]] == run("schema", "--tenants").stdout


def test_it_overwrites_nothing_and_goes_on_where_it_was_stopped(run, tmp_path):
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants/acme.yaml").write_text("mine: 1\n")
    done = run("init")
    assert done.returncode == 1 and "there already: tenants/acme.yaml" in done.stderr
    assert content(tmp_path) == {"tenants/acme.yaml": "mine: 1\n"}
    (tmp_path / "tenants/acme.yaml").unlink()
    run("init")
    whole = content(tmp_path)
    for stopped_before in ("platform.yaml", "tenants/norte.yaml"):
        os.unlink(tmp_path / stopped_before)
    answer = json.loads(run("init", "--json").stdout)
    assert (list(answer)[:2], answer["created"]) == (["version", "command"], ["tenants/norte.yaml", "platform.yaml"])
    assert content(tmp_path) == whole and run("init").returncode == 0


def test_a_link_is_no_place_to_write(run, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "lend").mkdir()
    (tmp_path / "lend/tenants").symlink_to(tmp_path / "elsewhere")
    assert run("init", "lend").returncode == 1
    assert os.listdir(tmp_path / "elsewhere") == []


def test_the_schema_as_an_answer(run):
    answer = json.loads(run("schema", "--json").stdout)
    assert list(answer)[:2] == ["version", "command"] and answer["schema"] == json.loads(run("schema").stdout)
