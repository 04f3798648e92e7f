"""Somebody at a terminal."""

import fcntl
import os
import select
import subprocess
import termios
import time


class Typist:
    """Runs a program in a terminal of 40 lines and 100 columns, types and looks at what comes."""

    def __init__(self, *words, terminal="vt220"):
        self.own, self.theirs = os.openpty()
        self.sizes(40, 100)
        self.before, self.seen = termios.tcgetattr(self.theirs), b""

        def begin():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        names = os.environ | {"TERM": terminal}
        self.process = subprocess.Popen(
            words, stdin=self.theirs, stdout=self.theirs, stderr=self.theirs, preexec_fn=begin, env=names
        )

    def sizes(self, lines, columns):
        termios.tcsetwinsize(self.theirs, (lines, columns))

    def type(self, text):
        os.write(self.own, text.encode())

    def take(self):
        if select.select([self.own], [], [], 0.1)[0]:
            self.seen += os.read(self.own, 65536)

    def sees(self, text):
        """Waits for a text, and forgets what was before."""
        end = time.monotonic() + 20
        while text.encode() not in self.seen and time.monotonic() < end:
            self.take()
        assert text.encode() in self.seen, self.seen
        self.seen = self.seen.partition(text.encode())[2]

    def sees_until_it_ends(self):
        while self.process.poll() is None or select.select([self.own], [], [], 0)[0]:
            self.take()
        return self.seen

    def ends(self):
        """Waits for the program's end; its code. The terminal is as it was."""
        code = self.process.wait(timeout=20)
        assert termios.tcgetattr(self.theirs) == self.before
        os.close(self.theirs)
        os.close(self.own)
        return code
