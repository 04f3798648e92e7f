"""The command line as a person and a script meet it: exit codes, JSON, bad files, what is written and what is left alone."""

import json
import os
import re
import subprocess

import pytest

pytestmark = pytest.mark.judge

COMMANDS = ["validate", "lock", "network", "plan", "emit", "shapes", "verify", "show", "explain", "fmt", "init", "schema"]
GOOD = """platform: lend
domain: lend.example
stages: { production: {} }
services:
  web: { tier: frontend, routes: { /: api } }
  api: { tier: middleware, image: lend/api, port: 9000 }
tenants:
  acme: { name: Acme }
"""


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "platform"
    path.mkdir()
    (path / "platform.yaml").write_text(GOOD)
    return path


@pytest.fixture
def run(tenantry, folder):
    def call(*arguments, env=None, **options):
        return subprocess.run([tenantry, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})}, **options)  # fmt: skip

    return call


def test_exit_codes_say_what_happened(run, folder, tmp_path):
    assert run("validate").returncode == 0
    assert run("plan").returncode == 0
    assert run("plan", "--detailed-exitcode").returncode == 3
    assert run("verify").returncode == 0
    assert run("verify", "--strict").returncode == 4, "claims that cannot be decided fail a strict run"
    assert run("nonsense").returncode == 64
    assert run("emit").returncode == 64, "--out is needed"
    assert run("explain", "TN9999").returncode == 64
    assert run("validate", "-C", str(tmp_path / "nowhere")).returncode == 2
    (folder / "platform.yaml").write_text(GOOD.replace("tier: middleware", "tier: backend"))
    for command in (["validate"], ["plan"], ["verify"], ["lock"], ["shapes"], ["emit", "--out", "out"]):
        assert run(*command).returncode == 2, command
    assert not (folder / "platform.lock").exists() and not (folder / "out").exists(), "bad input changes nothing"


@pytest.mark.parametrize("command", [["validate"], ["lock"], ["plan"], ["emit", "--out", "out"], ["shapes"], ["verify"], ["show", "acme/production"], ["explain", "acme/production"], ["explain", "TN0201"]])
def test_json_is_one_object_whose_first_member_is_the_version(run, folder, command):
    for text in (GOOD, GOOD + "nonsense: 1\n"):
        (folder / "platform.yaml").write_text(text)
        answer = json.loads(run(*command, "--json").stdout)
        assert list(answer)[:2] == ["version", "command"]
        assert answer["version"] == 1 and answer["command"] == command[0]


def test_help_names_every_command_and_every_command_has_help(run):
    text = run("--help").stdout
    for command in COMMANDS:
        assert f"  {command} " in text
        help = run(command, "--help").stdout
        inner = [line.split()[0] for line in help.partition("\nSubcommands:\n")[2].splitlines() if line.startswith("  ")]
        for name in inner:
            help = run(command, name, "--help").stdout
            assert "--json" in help and "Examples:" in help
        assert "--json" in help
    assert run("--version").stdout.startswith("tenantry ")


def test_explain_knows_codes_and_claims(run):
    assert "unknown key" in run("explain", "tn0201").stdout
    assert run("explain", "NET-1").stdout.startswith("NET-1: ")
    assert run("explain", "TN0902").stdout.startswith("TN0902: ")


def test_explain_and_show_answer_about_an_environment(run):
    assert run("explain", "acme/production", "services.api.port").stdout.startswith("acme/production services.api.port = 9000\n --> platform.yaml:6:45  services.api.port\n")
    assert "is called by: web on port 9000" in run("explain", "acme/production", "services.api").stdout
    assert json.loads(run("explain", "acme/production", "services.api.port", "--json").stdout)["decidedBy"]["line"] == 6
    assert "image: lend/api" in run("show", "acme/production").stdout
    for wrong in (["explain", "acme/prod"], ["show", "acme/prod"], ["explain", "acme/production", "services.api.prot"]):
        done = run(*wrong)
        assert done.returncode == 64 and "did you mean" in done.stderr, wrong
    assert run("explain", "acme", "services.api.port").returncode == 64, "no environment"


def test_colours_only_where_they_are_wanted(run, folder):
    (folder / "platform.yaml").write_text(GOOD + "nonsense: 1\n")
    assert "\x1b" not in run("validate").stderr
    assert "\x1b" in run("validate", env={"FORCE_COLOR": "1", "NO_COLOR": ""}).stderr
    assert "\x1b" not in run("validate", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr


def test_the_lock_is_written_once_and_never_renumbers(run, folder):
    assert "1 new block" in run("lock").stdout
    first = (folder / "platform.lock").read_text()
    assert re.search(r"^block 10\.0\.0\.0/20 acme/production layout=1 uid=[0-9]+ gen=1$", first, re.M)
    assert "up to date" in run("lock").stdout
    (folder / "platform.yaml").write_text(GOOD + "  aaa: { name: First by name }\n")
    assert run("lock").returncode == 0
    second = (folder / "platform.lock").read_text()
    assert second.startswith(first) and "10.0.16.0/20 aaa/production" in second
    assert sorted(os.listdir(folder)) == ["platform.lock", "platform.yaml"], "no temporary file is left"


def test_emit_writes_what_changed_and_removes_what_is_gone(run, folder):
    run("lock")
    assert "0 removed" in run("emit", "--out", "out").stdout
    assert " 0 written, 0 removed" in run("emit", "--out", "out").stdout
    before = {path: path.stat().st_mtime_ns for path in (folder / "out").rglob("*") if path.is_file()}
    (folder / "platform.yaml").write_text(GOOD.replace("port: 9000 }", "port: 9000, env: { A: b } }"))
    run("emit", "--out", "out")
    changed = {path.name for path, at in before.items() if path.stat().st_mtime_ns != at}
    assert changed == {"config.json", "manifest.json", "blueprint.state"}, "of the api alone"
    (folder / "platform.yaml").write_text(GOOD.replace("tenants:\n  acme: { name: Acme }", "tenants: {}"))
    run("emit", "--out", "out")
    assert not list((folder / "out").rglob("network.json")) and not (folder / "out/environments").exists()


def test_emit_never_writes_into_a_folder_of_somebody_else(run, folder):
    (folder / "mine").mkdir()
    (folder / "mine/letter.txt").write_text("dear")
    done = run("emit", "--out", "mine")
    assert done.returncode == 1 and "choose an empty folder" in done.stderr
    assert os.listdir(folder / "mine") == ["letter.txt"]


def test_verify_finds_what_was_changed_behind_its_back(run, folder):
    run("emit", "--out", "out")
    rules = folder / "out/environments/acme/production/nftables.json"
    assert run("verify", "--texts", "out").returncode == 0
    rules.write_text(rules.read_text().replace('"hook": "forward", "prio": 0, "policy": "drop"', '"hook": "forward", "prio": 0, "policy": "accept"'))
    done = run("verify", "--texts", "out")
    assert done.returncode == 4
    assert "NET-5   violated" in done.stdout and "contradicts services." in done.stdout and "platform.yaml:" in done.stdout


def costly(path):
    with open(path, "w") as file:
        file.truncate(100 << 20)


BAD_FILES = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "a symbolic link": lambda path: path.symlink_to("/etc/hostname"),
    "100 MiB": costly,
    "10,000 brackets": lambda path: path.write_text("stages: " + "[" * 10_000),
    "invalid UTF-8": lambda path: path.write_bytes(b"platform: \xff\xfe\n"),
    "nothing": lambda path: path.write_text(""),
}


# Every file that a command reads of its own accord.
READ = ["platform.yaml", "tenants/acme.yaml", "platform.lock", "out/blueprint.state"]


# A tenants' file with nothing in it has no tenants, and is fine.
KINDS = [(bad, path) for bad in BAD_FILES for path in READ if (bad, path) != ("nothing", "tenants/acme.yaml")]


@pytest.mark.parametrize("bad,path", KINDS)
def test_a_file_that_is_none_of_its_kind_is_refused_at_once_and_cheaply(tenantry, folder, bad, path):
    (folder / "tenants").mkdir()
    (folder / "out").mkdir()
    (folder / "platform.yaml").write_text(GOOD.replace("  acme: { name: Acme }", "  include: tenants/*.yaml"))
    (folder / "tenants/acme.yaml").write_text("acme: { name: Acme }\n")
    (folder / path).unlink(missing_ok=True)
    BAD_FILES[bad](folder / path)

    # wait4 counts what `timeout` and its child took: it ends a run that waits, for the other end of a pipe for example.
    child = subprocess.Popen(["timeout", "20", tenantry, "plan"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    child.stderr.close()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 2, said
    assert "error[TN" in said and f"{path}:1:" in said
    assert used.ru_utime + used.ru_stime < 1, "seconds"
    assert used.ru_maxrss < 100 << 10, "KiB"


def test_an_included_link_out_of_the_folder_is_refused(run, folder):
    (folder / "platform.yaml").write_text(GOOD.replace("  acme: { name: Acme }", "  include: tenants/*.yaml"))
    (folder / "tenants").mkdir()
    (folder / "tenants/acme.yaml").symlink_to("/etc/hostname")
    done = run("validate")
    assert done.returncode == 2 and "TN0902" in done.stderr


def test_every_first_lock_makes_an_id_of_its_own(run, folder):
    run("lock")
    one = (folder / "platform.lock").read_text().splitlines()[1]
    (folder / "platform.lock").unlink()
    run("lock")
    assert (folder / "platform.lock").read_text().splitlines()[1] != one, "the id is random"
