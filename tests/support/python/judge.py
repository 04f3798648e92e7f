"""Runs `tenantry verify` on edited copies of what was emitted, and the packet evaluator on the same."""

import json
import os
import shutil
import subprocess

import small_platform
from packets import World, closed, edited, opened, read_folder

EDITED = "acme/production"
FOLDER = f"environments/{EDITED}"


class Judge:
    """Runs the verifier on edited copies of the output folder, one copy a thread."""

    def __init__(self, tenantry, emitted, folder):
        self.tenantry, self.texts = tenantry, read_folder(emitted)
        self.folders = []
        for number in range(os.cpu_count() or 1):
            shutil.copytree(emitted, folder / str(number))
            self.folders.append(folder / str(number))

    def verify(self, changes):
        folder = self.folders.pop()
        try:
            for path, text in changes.items():
                (folder / path).write_text(text)
            done = subprocess.run([self.tenantry, "verify", "-C", small_platform.FOLDER, "--texts", folder, "--json"], capture_output=True, text=True, timeout=60)  # fmt: skip
        finally:
            for path in changes:
                (folder / path).write_text(self.texts[path])
            self.folders.append(folder)
        assert done.returncode in (0, 2, 4), done.stderr
        return done.returncode, json.loads(done.stdout)

    def meaning(self, changes):
        """(what is opened, what is closed) by the evaluator."""
        texts = self.texts
        for path, text in changes.items():
            texts = edited(texts, path, text)
        declared, world = small_platform.declared(), World(texts)
        environments = world.touching(EDITED)
        return opened(world, declared, environments), closed(world, declared, environments)
