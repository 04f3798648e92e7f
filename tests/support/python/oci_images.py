"""Images that the tests make themselves: OCI layouts of a few files, without any builder; and a registry that has them."""

import crypt
import gzip
import hashlib
import io
import json
import re
import shutil
import socket
import subprocess
import tarfile
from pathlib import Path

from host_machine import until

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def entry(name, data=None, mode=0o644, kind=tarfile.REGTYPE, link="", uid=0, device=(0, 0)):
    """A member of a layer: a file where there are data, a folder where its name ends with a slash."""
    info = tarfile.TarInfo(name.rstrip("/"))
    info.mode, info.type, info.linkname, info.uid, info.gid = mode, kind, link, uid, uid
    info.devmajor, info.devminor = device
    if name.endswith("/"):
        info.type, info.mode = tarfile.DIRTYPE, mode | 0o111
    if data is not None:
        info.size = len(data)
    return info, data


def layer(entries):
    bytes_ = io.BytesIO()
    with tarfile.open(fileobj=bytes_, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data) if data is not None else None)
    return bytes_.getvalue()


class Layout:
    """An OCI layout in a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "blobs/sha256").mkdir(parents=True)
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def blob(self, data, media):
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(data)}

    def image(self, layers, config=None, architecture="amd64", os="linux"):
        """Its descriptor."""
        tars = [layer(entries) for entries in layers]
        settings = {
            "architecture": architecture,
            "os": os,
            "config": config or {},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars]},
        }
        blobs = [self.blob(gzip.compress(tar, 1, mtime=0), LAYER) for tar in tars]
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": self.blob(json.dumps(settings).encode(), CONFIG), "layers": blobs}
        return {**self.blob(json.dumps(manifest).encode(), MANIFEST), "platform": {"architecture": architecture, "os": os}}

    def index(self, *images):
        return self.blob(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": list(images)}).encode(), INDEX)

    def finish(self, *descriptors):
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": list(descriptors)}))
        return self


def program(path, at=None, mode=0o755):
    """A program of this machine as entries of a layer, at another path in the image, with the libraries that it needs."""
    path = str(path)
    said = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
    libraries = re.findall(r"(/\S+) \(0x", said)
    entries = [entry((at or path).lstrip("/"), Path(path).read_bytes(), mode)]
    for library in libraries:
        entries.append(entry(library.lstrip("/"), Path(library).read_bytes(), 0o755))
    return entries


class Registry:
    """Debian's docker-registry on 127.0.0.1. `logins`: name -> password; without any everybody may come."""

    def __init__(self, folder, port=5000, logins=None):
        self.folder, self.host, self.logins = Path(folder), f"127.0.0.1:{port}", logins or {}
        self.folder.mkdir(exist_ok=True)
        self.log = self.folder / "log"
        settings = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": False}},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "data")}},
            "http": {"addr": self.host},
        }
        if self.logins:
            lines = [f"{name}:{crypt.crypt(word, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16))}" for name, word in self.logins.items()]
            (self.folder / "users").write_text("\n".join(lines) + "\n")
            settings["auth"] = {"htpasswd": {"realm": "test", "path": str(self.folder / "users")}}
        (self.folder / "config.yml").write_text(json.dumps(settings))
        self.process = None
        self.start()

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(["/usr/bin/docker-registry", "serve", self.folder / "config.yml"], stdout=log, stderr=log)
        until(self.listens, "the registry listens")

    def listens(self):
        host, port = self.host.split(":")
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as asked:
            return asked.connect_ex((host, int(port))) == 0

    def end(self):
        self.process.terminate()
        self.process.wait()

    def push(self, layout, name):
        """Every image of a layout; the digest of what the name means then."""
        words = ["--all", "--quiet", "--dest-tls-verify=false", f"--digestfile={self.folder}/digest"]
        for login, password in self.logins.items():
            words.append(f"--dest-creds={login}:{password}")
        subprocess.run(["skopeo", "copy", *words, f"oci:{layout.folder}", f"docker://{self.host}/{name}"], check=True, capture_output=True)
        return (self.folder / "digest").read_text().strip()

    def asked(self):
        """What was asked of it so far, a request each: `GET /v2/lend/api/manifests/1`."""
        return re.findall(r'"(\S+ \S+) HTTP/1\.1"', self.log.read_text())

    def blob(self, digest):
        """Where it keeps the bytes of a digest."""
        hexadecimal = digest.removeprefix("sha256:")
        return self.folder / "data/docker/registry/v2/blobs/sha256" / hexadecimal[:2] / hexadecimal / "data"
