"""A thousand tenants, spelled and ordered in every way that means the same, give the same bytes."""

import json
import os
import random
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.judge


@pytest.fixture(scope="module")
def make(tmp_path_factory, top):
    """make(tenants, include=False): a fresh folder with such a platform."""

    def made(tenants, include=False):
        folder = tmp_path_factory.mktemp("platform")
        subprocess.run([sys.executable, "-B", top / "bench/many-tenants.py", str(tenants), folder, *(["--include"] if include else [])], check=True)
        return folder

    return made


@pytest.fixture(scope="module")
def run(tenantry):
    def call(folder, *arguments, cores=None):
        def limit():
            if cores:
                os.sched_setaffinity(0, cores)

        done = subprocess.run([tenantry, *arguments, "-C", folder], capture_output=True, text=True, timeout=120, preexec_fn=limit)
        assert done.returncode in (0, 4), done.stderr  # 4: some claims of the example cannot be decided yet
        return done.stdout

    return call


@pytest.fixture(scope="module")
def inline(make):
    return make(1000)


@pytest.fixture(scope="module")
def files(make):
    return make(1000, include=True)


def lock(folder):
    """platform.lock without the platform's id, which is random, and without the ids of users, which begin where that says."""
    text = re.sub(r"^platform lend [0-9a-f]{16}$", "platform lend ID", (folder / "platform.lock").read_text(), flags=re.MULTILINE)
    return re.sub(r" uid=\d+ ", " ", text)


def shuffled_inline(source, folder):
    """The same tenants in another order."""
    head, rest = (source / "platform.yaml").read_text().split("tenants:\n", 1)
    tenants, tail = rest.split("\ntargets:", 1)
    parts = re.split(r"(?m)^(?=  lender)", tenants + "\n")[1:]
    random.Random(7).shuffle(parts)
    (folder / "platform.yaml").write_text(head + "tenants:\n" + "".join(parts).rstrip("\n") + "\n\ntargets:" + tail)
    return folder


def shuffled_files(source, folder):
    """The same tenants in files of other names, several in a file."""
    texts = [path.read_text() for path in sorted((source / "tenants").iterdir())]
    random.Random(7).shuffle(texts)
    (folder / "tenants").mkdir()
    (folder / "platform.yaml").write_text((source / "platform.yaml").read_text())
    for number in range(0, len(texts), 3):
        (folder / f"tenants/part-{number}.yaml").write_text("".join(texts[number : number + 3]))
    return folder


def test_both_spellings_and_any_order_give_the_same_plan(run, inline, files, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    def plan(folder):
        """All but the lines that warnings stand at: `targets` comes behind the tenants."""
        return re.sub(r'"(line|endLine)": \d+', r'"\1": 0', run(folder, "plan", "--json"))

    first = plan(inline)
    assert json.loads(first)["touches"]["new"] == 2980
    assert plan(files) == first
    assert plan(shuffled_inline(inline, tmp_path / "a")) == first
    assert plan(shuffled_files(files, tmp_path / "b")) == first


def test_one_thread_and_two_give_the_same_plan(run, inline):
    assert run(inline, "plan", "--json", cores={0}) == run(inline, "plan", "--json")


def test_both_spellings_give_the_same_texts_and_the_same_lock(run, inline, files):
    digest = json.loads(run(inline, "verify", "--json"))["digest"]
    assert json.loads(run(files, "verify", "--json", cores={0}))["digest"] == digest, "over every text of every environment"
    run(inline, "lock")
    run(files, "lock")
    assert lock(inline) == lock(files)
    assert len(lock(inline).splitlines()) == 2982


def test_both_spellings_are_emitted_alike(run, make, tmp_path):
    for include in (False, True):
        run(make(12, include), "emit", "--out", tmp_path / str(include))
    assert subprocess.run(["diff", "-r", tmp_path / "False", tmp_path / "True"], capture_output=True, text=True).stdout == ""
    assert (tmp_path / "True/manifest.json").exists() and (tmp_path / "True/blueprint.state").exists()


def test_a_thousand_tenants_have_few_shapes(run, inline):
    assert len(json.loads(run(inline, "shapes", "--json"))["shapes"]) <= 8
