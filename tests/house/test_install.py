"""packaging/install does nothing when all is there, and says what it will do before it does it."""

import os
import re
import subprocess

import pytest


def listed(top):
    lines = (line.partition("#")[0].strip() for line in (top / "packaging/apt.txt").read_text().splitlines())
    return [line for line in lines if line]


def run_install(top, folder, installed, *arguments):
    """Runs it with a dpkg-query that knows `installed`, and apt-get, sudo, id that only write down their use."""
    programs = {
        "dpkg-query": "cat <<'END'\n" + "".join(f"installed {name}\n" for name in installed) + "END",
        "apt-get": f'echo "apt-get $*" >> {folder}/used',
        "sudo": f'echo "sudo $*" >> {folder}/used',
        "id": "echo 1000",
    }
    for name, body in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    done = subprocess.run([top / "packaging/install", *arguments], env={"PATH": path}, capture_output=True, text=True)
    used = folder / "used"
    return done, used.read_text() if used.exists() else ""


@pytest.mark.judge
def test_nothing_is_done_when_all_is_there(top, tmp_path):
    done, used = run_install(top, tmp_path, listed(top))
    assert (done.returncode, done.stdout, done.stderr, used) == (0, "", "", "")


@pytest.mark.judge
def test_one_missing_package_asks_for_root(top, tmp_path):
    done, used = run_install(top, tmp_path, listed(top)[1:])
    assert done.returncode == 0 and "asking sudo" in done.stdout
    assert used == f"sudo {top}/packaging/install\n"


@pytest.mark.judge
def test_groups_that_are_named_are_all_that_is_looked_at(top, tmp_path):
    without = [name for name in listed(top) if name not in ("clang-19", "chromium")]
    assert run_install(top, tmp_path, without, "build", "local target")[1] == ""
    done, used = run_install(top, tmp_path, without, "browser")
    assert used == f"sudo {top}/packaging/install browser\n", done.stderr
    unknown, _ = run_install(top, tmp_path, without, "nonsense")
    assert unknown.returncode == 1 and "no group nonsense" in unknown.stderr


@pytest.mark.judge
def test_check_names_what_is_missing_and_installs_nothing(top, tmp_path):
    without = [name for name in listed(top) if name not in ("g++-12", "clang-19")]
    done, used = run_install(top, tmp_path, without, "--check")
    assert done.returncode == 1 and used == ""
    assert "g++-12" in done.stderr.split() and "clang-19" not in done.stderr.split(), "only what the build needs"


@pytest.mark.fast
def test_the_list_is_sorted_out(top):
    assert len(listed(top)) == len(set(listed(top)))
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in listed(top))


@pytest.mark.fast
def test_the_page_explains_exactly_the_listed_packages(top):
    rows = [line for line in (top / "docs/dependencies.md").read_text().splitlines() if line.startswith("| `")]
    explained = {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert explained == set(listed(top))
