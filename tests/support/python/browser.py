"""A headless Chromium, spoken to by the DevTools protocol over a pipe (`--remote-debugging-pipe`: messages end with a zero byte):
https://chromedevtools.github.io/devtools-protocol/"""

import base64
import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = "/usr/bin/chromium"
CEILING = 30  # seconds that a page is waited for


class Browser:
    """`hosts` are names that are 127.0.0.1; `authority` is the certificate in PEM that pages are checked against."""

    def __init__(self, authority, hosts, language="es-ES", size=(1280, 1100)):
        self.folder = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)  # helpers of it may still write
        self.number, self.buffer = 0, b""
        theirs, self.writing = os.pipe()
        self.reading, answers = os.pipe()
        flags = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-extensions", "--hide-scrollbars", f"--user-data-dir={self.folder.name}/profile",
            f"--accept-lang={language}", f"--window-size={size[0]},{size[1]}", "--remote-debugging-pipe",
            "--host-resolver-rules=" + ", ".join(f"MAP {host} 127.0.0.1" for host in hosts),
        ]  # fmt: skip
        environment = {**os.environ, "HOME": self.folder.name, "LANGUAGE": language[:2], "LANG": "C.UTF-8"}
        self.trust(authority)
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec 3<&{theirs} 4>&{answers}; exec "$@"', "sh", PROGRAM, *flags, "about:blank"],
            pass_fds=(theirs, answers), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs), os.close(answers)
        target = next(one for one in self("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        self("Page.enable"), self("Runtime.enable"), self("Network.enable")

    def trust(self, authority):
        """Chromium reads authorities from the NSS database of its user."""
        database = Path(self.folder.name) / ".pki/nssdb"
        database.mkdir(parents=True)
        (database / "ca.pem").write_text(authority)
        for words in (["-N", "--empty-password"], ["-A", "-n", "tenantry", "-t", "C,,", "-i", database / "ca.pem"]):
            subprocess.run(["certutil", "-d", f"sql:{database}", *words], check=True, capture_output=True)

    session = None

    def __call__(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        while (answer := self.message()).get("id") != self.number:
            pass
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def message(self):
        end = time.monotonic() + CEILING
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reading], [], [], max(0, end - time.monotonic()))
            assert ready, "Chromium says nothing"
            part = os.read(self.reading, 1 << 20)
            assert part, "Chromium ended"
            self.buffer += part
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def js(self, expression):
        """The value of an expression in the page, awaited where it is a promise."""
        said = self("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, f"{expression}: {said['exceptionDetails']}"
        return said["result"].get("value")

    def open(self, url):
        said = self("Page.navigate", url=url)
        assert not said.get("errorText"), f"{url}: {said['errorText']}"
        self.until("document.readyState === 'complete'")

    def until(self, expression):
        """The first true value; asked between frames of the page."""
        wait = f"new Promise((done, fail) => {{ const end = Date.now() + {CEILING}000; const look = () => {{ const value = ({expression}); value ? done(value) : Date.now() > end ? fail(new Error('not within the ceiling')) : setTimeout(look, 20); }}; look(); }})"
        return self.js(wait)

    def click(self, selector):
        self.js(f"document.querySelector({json.dumps(selector)}).click()")

    def write(self, selector, text):
        """As a person types it."""
        self.js(f"document.querySelector({json.dumps(selector)}).focus()")
        self("Input.insertText", text=text)

    def text(self, selector):
        return self.js(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def shows(self, selector):
        return self.js(f"!!document.querySelector({json.dumps(selector)})?.checkVisibility()")

    def size(self, width, height, mobile=False):
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def picture(self, path):
        """Of the whole page."""
        size = self("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        data = self("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        os.close(self.writing), os.close(self.reading)
        self.folder.cleanup()
