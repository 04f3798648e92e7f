"""What must hold of images that others built, one function a scenario:
    image_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

from live_machine import BIN, Daemon, Platform, answers, ask, everything, until
from load_scenarios import Load
from oci_images import Layout, Registry, entry, program

ACME = "acme.lend.localhost"
IMAGES = Path("/var/lib/tenantry/images")
HOST_IMAGE = "lend/api: { host: build/api }"
SERVER = {"Entrypoint": ["hello"], "Env": ["PATH=/opt/bin", "LEVEL=7", "TENANTRY_TENANT=mallory"], "WorkingDir": "/work/here", "User": "nobody"}


def server(*more):
    """A server and a few tools, as their layers. Its programs have rights that they lose, its files owners."""
    tools = [one for tool in ("cat", "id", "ls", "stat") for one in program(f"/usr/bin/{tool}")]
    own = [entry("etc/"), entry("etc/hosts", kind=tarfile.SYMTYPE, link="/etc/shadow"), entry("etc/passwd", b"root::0:0::/:\n", uid=7)]
    return [program(BIN / "hello_server", "/opt/bin/hello", 0o4755) + tools + own, list(more)]


def layout(*descriptors_of, folder="/mnt/layout"):
    """A layout; each of `descriptors_of` makes a descriptor in it."""
    made = Layout(folder)
    return made.finish(*(make(made) for make in descriptors_of))


def good(version="1", **settings):
    """An index of two platforms, of which this machine's runs."""
    return layout(
        lambda made: made.index(
            made.image([[entry("hello", b"", 0o755)]], {"Entrypoint": ["/hello"]}, architecture="s390x"),
            made.image(server(entry("version", version.encode(), 0o600, uid=1000)), {**SERVER, **settings}),
        )
    )


def of_registry(registry, name="lend/api:1"):
    """The platform of the tests, its api from the registry."""
    lend = Platform()
    lend.edit(f", {HOST_IMAGE}", "")
    lend.edit("image: lend/api", f"image: {registry.host}/{name}")
    return lend


def api(platform):
    return platform.tasks()["api-1"]


def half_made():
    return [path.name for path in IMAGES.iterdir() if path.name.startswith(".")]


# What runs -----------------------------------------------------------------------------------------------------------


def an_image_of_a_registry_runs_in_the_sandbox_of_every_task(cgroup):
    registry = Registry("/mnt/registry")
    assert registry.push(good(), "lend/api:1").startswith("sha256:")
    daemon, lend = Daemon(cgroup), of_registry(registry)
    listening = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert {line.split()[3] for line in listening} == {registry.host}, listening
    lend("up")
    assert answers(ACME) == "hello from acme\n", "the platform's variables are stronger than the image's"
    assert answers("norte.lend.localhost") == "hello from norte\n"
    variables = answers(ACME, "/api/env").splitlines()
    assert {"PATH=/opt/bin", "LEVEL=7", "LOG_LEVEL=info", "PORT=9000"} <= set(variables), variables

    def inside(*words, code=0):
        return lend("exec", "acme/production/api", "--", *words, code=code)

    uid = api(lend)["pid"] and int(re.search(r"^Uid:\s+(\d+)", Path(f"/proc/{api(lend)['pid']}/status").read_text(), re.M)[1])
    assert uid >= 1048576 and f"uid={uid}(task)" in inside("/usr/bin/id"), "neither the image's user nor its list of users"
    assert os.readlink(f"/proc/{api(lend)['pid']}/cwd") == "/work/here"
    assert "0 0 555" in inside("/usr/bin/stat", "-c", "%u %g %a", "/opt/bin/hello"), "no set-user-id bit"
    assert "0 0 444" in inside("/usr/bin/stat", "-c", "%u %g %a", "/version")
    assert "127.0.0.1 localhost" in inside("/usr/bin/cat", "/etc/hosts"), "ours, not where the image's link leads"
    inside("/usr/bin/ls", "/usr/sbin", code=2), "nothing of this machine's /usr"
    root = next(line.split() for line in Path(f"/proc/{api(lend)['pid']}/mountinfo").read_text().splitlines() if line.split()[4] == "/")
    assert {"ro", "nosuid", "nodev"} <= set(root[5].split(",")), root
    verdicts = {one["claim"]: one["answer"] for one in lend.json("verify", "--live")["verdicts"]}
    for claim in ("RUN-1", "RUN-2", "NET-9", "NET-10", "FS-1"):
        assert verdicts[claim] == "holds", (claim, verdicts)

    # Again: nothing changes, and nothing is fetched; by its digest nothing is asked.
    pids = {name: task["pid"] for name, task in lend.tasks().items()}
    before = len(registry.asked())
    lend("up")
    again = registry.asked()[before:]
    assert again and all("/blobs/" not in one for one in again), again
    assert {name: task["pid"] for name, task in lend.tasks().items()} == pids
    registry.end()
    assert "does not answer" in lend("up", code=1)
    assert {name: task["pid"] for name, task in lend.tasks().items()} == pids
    lend("down", "*")
    daemon.end()


def what_is_at_hand_by_its_digest_needs_no_registry(cgroup):
    registry = Registry("/mnt/registry")
    digest = registry.push(good(), "lend/api:1")
    daemon, lend = Daemon(cgroup), of_registry(registry, f"lend/api:1@{digest}")
    lend("up", "acme")
    registry.end()
    pid = api(lend)["pid"]
    lend("up", "acme")
    assert api(lend)["pid"] == pid
    lend("up", "norte")
    assert answers("norte.lend.localhost") == "hello from norte\n"
    # What nothing uses goes when a daemon starts, with the names that it had.
    lend("down", "*")
    daemon.end()
    assert list(IMAGES.glob("sha256-*"))
    Daemon(cgroup).end()
    assert list(IMAGES.iterdir()) == []


def an_image_of_the_platforms_folder_runs(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend.edit(HOST_IMAGE, "lend/api: { oci: images/api }")
    lend.edit("lend/web: { host: build/web }", "lend/web: { oci: images/web.tar }")
    lend.edit("\ntenants:", "\njobs:\n  users: { image: lend/tool, command: [/etc/passwd], when: before-release }\n\ntenants:")
    (lend.folder / "images").mkdir()
    good().folder.rename(lend.folder / "images/api")
    lend.edit("images: {", "images: { lend/tool: { oci: images/tool },")
    layout(lambda made: made.image([program("/usr/bin/cat")], {"Entrypoint": ["/usr/bin/cat"], "Cmd": ["/nothing"]}), folder=lend.folder / "images/tool")
    pages = [entry("srv/"), entry("srv/www/"), entry("srv/www/index.html", b"<p>of an archive\n")]
    web = layout(lambda made: made.image([pages], {}), folder="/mnt/web")
    archive = f"docker-archive:{lend.folder}/images/web.tar:lend/web:1"
    subprocess.run(["skopeo", "copy", "--quiet", f"oci:{web.folder}", archive], check=True, capture_output=True)
    lend("up", "acme")
    assert answers(ACME) == "hello from acme\n"
    assert ask(ACME) == (200, "<p>of an archive\n")
    users = lend("logs", "acme/production/users")
    assert "root:x:0:0" in users and "task:x:" in users, users
    pids = {name: task["pid"] for name, task in lend.tasks().items()}
    lend("up", "acme")
    assert {name: task["pid"] for name, task in lend.tasks().items()} == pids

    # A folder that is served is mounted from this machine: a link there would lead to this machine's files.
    linked = [entry("srv/"), entry("srv/www", kind=tarfile.SYMTYPE, link="/etc")]
    (lend.folder / "images/web.tar").unlink()
    layout(lambda made: made.image([linked], {}), folder=lend.folder / "images/web.tar")
    refused = lend("up", "acme", code=1)
    assert "the image lend/web of web: it has no folder /srv/www" in refused, refused
    shutil.rmtree(lend.folder / "images/web.tar")
    (lend.folder / "images/web.tar").write_text("not an archive")
    refused = lend("up", "acme", code=1)
    assert "the image lend/web: it is no archive of `docker save`: " in refused, refused
    (lend.folder / "images/api/oci-layout").unlink()
    refused = lend("up", "acme", code=1)
    assert "the image lend/api: it is neither an OCI layout (a folder with `oci-layout`) nor an archive" in refused, refused
    assert ask(ACME) == (200, "<p>of an archive\n")
    lend("down", "*")
    daemon.end()


def a_change_from_one_image_to_another_loses_no_request(cgroup):
    registry = Registry("/mnt/registry")
    registry.push(good("1"), "lend/api:1")
    daemon, lend = Daemon(cgroup), of_registry(registry)
    lend("up", "acme")
    with Load() as load:
        assert lend("exec", "acme/production/api", "--", "/usr/bin/cat", "/version") == "1"
        registry.push(good("2", Env=["PATH=/opt/bin", "LEVEL=8"]), "lend/api:1")
        lend("up", "acme")
        assert lend("exec", "acme/production/api", "--", "/usr/bin/cat", "/version") == "2"
    load.check()
    assert "LEVEL=8" in answers(ACME, "/api/env").splitlines()
    lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def an_image_that_was_changed_here_does_not_start(cgroup):
    registry = Registry("/mnt/registry")
    registry.push(good(), "lend/api:1")
    daemon, lend = Daemon(cgroup), of_registry(registry)
    lend("up", "acme")
    (stored,) = [path for path in IMAGES.iterdir() if (path / "opt/bin/hello").exists()]
    with (stored / "opt/bin/hello").open("ab") as changed:
        changed.write(b"more")
    os.kill(api(lend)["pid"], signal.SIGKILL)
    why = until(lambda: api(lend)["why"] if "changed" in api(lend)["why"] else None, "it does not start")
    assert "were changed on this machine" in why and "`tenantry up`" in why, why
    lend("up", "acme")
    until(lambda: api(lend)["phase"] == "ready", "it was fetched again")
    assert not (stored / "opt/bin/hello").read_bytes().endswith(b"more")
    assert answers(ACME) == "hello from acme\n"
    lend("down", "*")
    daemon.end()


def a_registry_with_logins_is_asked_with_the_daemons_own(cgroup):
    word = "canary-of-a-password"
    registry = Registry("/mnt/registry", logins={"machine": word})
    registry.push(good(), "lend/api:1")
    for folder in ("upper", "work"):
        Path("/mnt", folder).mkdir()
    subprocess.run(["mount", "-t", "overlay", "-o", "lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work", "etc", "/etc"], check=True)
    daemon, lend = Daemon(cgroup), of_registry(registry)
    assert "wants a login: `skopeo login --authfile /etc/tenantry/registries.json" in lend("up", "acme", code=1)
    logins = Path("/etc/tenantry/registries.json")
    logins.parent.mkdir(exist_ok=True)
    subprocess.run(["skopeo", "login", "--tls-verify=false", f"--authfile={logins}", "--username=machine", "--password-stdin", registry.host], input=word, text=True, check=True, capture_output=True)
    logins.chmod(0o600)
    lend("up", "acme")
    assert answers(ACME) == "hello from acme\n"
    secret = json.loads(logins.read_text())["auths"][registry.host]["auth"]
    # Without what namespaces are pinned at, which are no files.
    pins = ("/run/tenantry/mounts/", "/run/tenantry/platforms/lend/net/")
    kept = [path for folder in ("/run/tenantry", "/var/lib/tenantry") for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink() and not str(path).startswith(pins)]
    assert kept and not [path for path in kept if any(one.encode() in path.read_bytes() for one in (word, secret))]
    assert word not in daemon.words() and secret not in daemon.words()
    lend("down", "*")
    daemon.end()


# What is refused -----------------------------------------------------------------------------------------------------


def tampered(registry, digest, change):
    """Has the registry serve other bytes for a digest."""
    path = registry.blob(digest)
    path.write_bytes(change(path.read_bytes()))


def huge(manifest):
    text = json.loads(manifest)
    text["layers"][0]["size"] = 2 << 30
    return json.dumps(text).encode()


def what_cannot_run_is_refused_and_what_runs_goes_on(cgroup):
    registry = Registry("/mnt/registry")
    registry.push(good(), "lend/api:1")
    daemon, lend = Daemon(cgroup), of_registry(registry)
    lend("up", "acme")
    pid, mark, before = api(lend)["pid"], f"{registry.host}/lend/api:1", everything(cgroup)

    def push(name, layers, config=None, **more):
        return registry.push(layout(lambda made: made.image(layers, config or {}, **more)), name)

    push("lend/foreign:1", [[]], SERVER, architecture="arm64")
    foreign = {"architecture": "arm64"}
    registry.push(layout(lambda made: made.index(made.image([[]], SERVER, **foreign), made.image([[]], SERVER, architecture="riscv64"))), "lend/index:1")
    push("lend/nothing:1", server())
    push("lend/missing:1", server(), {"Entrypoint": ["/opt/bin/api"]})
    push("lend/data:1", [[entry("api", b"#!/bin/sh\n")]], {"Entrypoint": ["/api"]})
    push("lend/lonely:1", [program(BIN / "hello_server", "/api")[:1]], {"Entrypoint": ["/api"]})
    push("lend/device:1", [[entry("dev/"), entry("dev/disk", kind=tarfile.BLKTYPE, device=(8, 0))]], SERVER)
    push("lend/pipe:1", [[entry("pipe", kind=tarfile.FIFOTYPE)]], SERVER)
    push("lend/outside:1", [[entry("out", kind=tarfile.LNKTYPE, link="../../../../../../../usr/bin/cat")]], SERVER)
    differs = push("lend/differs:1", server(entry("x")), SERVER)
    tampered(registry, differs, lambda text: text + b" ")
    layer = push("lend/layer:1", [[entry("y")]], SERVER)
    tampered(registry, json.loads(registry.blob(layer).read_text())["layers"][0]["digest"], lambda bytes_: bytes_[::-1])
    larger = push("lend/larger:1", [[entry("z")]], SERVER)
    tampered(registry, json.loads(registry.blob(larger).read_text())["layers"][0]["digest"], lambda _: os.urandom(32 << 20))
    tampered(registry, push("lend/huge:1", [[entry("w")]], SERVER), huge)

    none = "sha256:" + "0" * 64
    for name, said in [
        ("lend/api", "names no registry"),
        (f"{registry.host}/lend/api:none", "no such image or tag"),
        (f"{registry.host}/lend/none:1", "no such image"),
        (f"{registry.host}/lend/api@{none}", "no such image or tag"),
        ("127.0.0.1:5001/lend/api:1", "the registry does not answer"),
        ("registry.invalid/lend/api:1", "the registry does not answer"),
        (f"{registry.host}/lend/foreign:1", "not made for this machine: it is for linux/arm64, and this is linux/amd64"),
        (f"{registry.host}/lend/index:1", "not made for this machine: it has linux/arm64, linux/riscv64 and none for linux/amd64"),
        (f"{registry.host}/lend/nothing:1", "of api: it has no entry point and no command"),
        (f"{registry.host}/lend/missing:1", "of api: its program /opt/bin/api is not in the image"),
        (f"{registry.host}/lend/data:1", "its program /api is no file that may be run"),
        (f"{registry.host}/lend/lonely:1", "its program /api needs /lib64/ld-linux-x86-64.so.2, which the image has not"),
        (f"{registry.host}/lend/device:1", "it holds a device"),
        (f"{registry.host}/lend/pipe:1", "pipe is a pipe"),
        (f"{registry.host}/lend/outside:1", "its layers cannot be unpacked"),
        (f"{registry.host}/lend/differs@{differs}", "serves other bytes than those that the digest names"),
        (f"{registry.host}/lend/layer:1", "serves other bytes than those that the digest names"),
        (f"{registry.host}/lend/larger:1", "sends more than its manifest says"),
        (f"{registry.host}/lend/huge:1", "it is too large: its layers have more than 1024 MiB"),
    ]:
        lend.edit(f"image: {mark}", f"image: {name}")
        mark = name
        words = lend("up", "acme", code=1)
        assert said in words and name in words, f"{name}: {words}"
        assert half_made() == [], name
        assert api(lend)["pid"] == pid and answers(ACME) == "hello from acme\n"
    after = everything(cgroup)
    assert {key: len(value) for key, value in after.items()} == {key: len(value) for key, value in before.items()}
    lend("down", "*")
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
