"""A newcomer who knows only what was printed: from an empty folder to a third customer, and out of the usual mistakes.

Every command that is run here stood in an earlier answer, and every change of a file is what a message said to write."""

import re
import shlex
import subprocess

import pytest

pytestmark = pytest.mark.judge


class Newcomer:
    """Types commands that were printed, and reads what comes back."""

    def __init__(self, tenantry, folder):
        self.tenantry, self.folder, self.read = tenantry, folder, "tenantry --help"

    def type(self, command):
        assert command in self.read, f"`{command}` was never printed"
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return 0
        assert words[0] == "tenantry"
        done = subprocess.run([self.tenantry, *words[1:]], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.answer = done.stdout + done.stderr
        self.read += self.answer
        return done.returncode

    def help_of(self, wish):
        """The help of the command whose line says what one wants."""
        self.type("tenantry --help")
        line = next(line for line in self.answer.splitlines() if wish in line)
        name = line.split()[0]
        self.read += f"tenantry {name} --help"  # `tenantry --help` shows how options are asked for
        assert self.type(f"tenantry {name} --help") == 0
        return self.examples()

    def examples(self):
        lines = self.answer.partition("Example")[2].splitlines()[1:]
        return [re.split(r"\s{3,}", line.strip())[0] for line in lines if line.startswith("  ")]

    def next_steps(self):
        lines = self.answer.partition("Next:\n")[2].splitlines()
        return [re.split(r"\s{3,}", line.strip())[0] for line in lines if line.startswith("  ")]


@pytest.fixture
def newcomer(tenantry, tmp_path):
    return Newcomer(tenantry, tmp_path)


@pytest.fixture
def begun(newcomer):
    newcomer.type(newcomer.help_of("to begin with")[0])
    return newcomer


def test_from_nothing_to_a_third_customer(newcomer):
    examples = newcomer.help_of("to begin with")
    assert examples, "the help shows what to type"
    assert newcomer.type(examples[1]) == 0
    steps = newcomer.next_steps()
    assert len(steps) == 5 and steps[0].startswith("cd ")
    for step in steps:
        assert newcomer.type(step) == 0, (step, newcomer.answer)
    listed = next(example for example in newcomer.help_of("Add, list, show") if example.endswith(" list"))
    assert newcomer.type(listed) == 0
    assert [line.split()[0] for line in newcomer.answer.splitlines()[1:]] == ["acme", "norte", "sur"]
    assert newcomer.type("tenantry validate") == 0 and "3 tenants" in newcomer.answer


def test_in_the_wrong_folder_one_is_told_how_to_begin(newcomer):
    newcomer.read += "tenantry validate"
    assert newcomer.type("tenantry validate") == 2
    assert newcomer.type("tenantry init") == 0 and newcomer.type("tenantry validate") == 0


def test_removing_a_customer_tells_what_to_type(begun):
    begun.read += "tenantry tenant remove norte\n"
    assert begun.type("tenantry tenant remove norte") == 64
    assert begun.type(re.search(r"type `([^`]+)`", begun.answer)[1]) == 0
    assert begun.type("tenantry validate") == 0 and "1 tenant," in begun.answer


@pytest.mark.parametrize("mistyped", ["tenantry validte", "tenantry tenant ad", "tenantry fmt --chek", "tenantry plan --jsn"])
def test_a_mistyped_word_is_suggested_and_help_is_named(begun, mistyped):
    begun.read += mistyped
    assert begun.type(mistyped) == 64
    meant = re.search(r"there is no \w+ `([^`]+)`; did you mean `([^`]+)`\?", begun.answer)
    right = mistyped.replace(meant[1], meant[2])
    assert begun.type(re.search(r"`(tenantry[^`]* --help)`", begun.answer)[1]) == 0
    begun.read += right
    assert begun.type(right) != 64 or "required" in begun.answer


# Mistakes in files -------------------------------------------------------------------------------------------------


class Message:
    """The first mistake of an answer: where it is, and what to write."""

    def __init__(self, answer):
        self.place = re.search(r"--> ([^:\n]+):(\d+):(\d+)", answer)
        assert self.place, answer
        block = answer[self.place.end() :].partition("\n\n")[0]
        self.file, self.line, self.column = self.place[1], int(self.place[2]) - 1, int(self.place[3]) - 1
        self.carets = block.count("^")
        self.words = " ".join(re.findall(r"= (?:help: )?(.*)", block))

    def follow(self, text):
        """The text as the words say, by somebody who does not think."""
        lines = text.splitlines()
        line = lines[self.line]
        marked = line[self.column : self.column + self.carets]
        if meant := re.search(r"did you mean `([^`]+)`\?|a list of one is `([^`]+)`", self.words):
            word = meant[1] or meant[2]
            at = line.index(word.strip("[]"), self.column) if meant[2] else self.column
            length = len(word) - 2 if meant[2] else self.carets
            lines[self.line] = line[:at] + word + line[at + length :]
        elif "Indent with spaces" in self.words:
            lines[self.line] = line.replace("\t", "  ")
        elif "leave it out" in self.words:
            del lines[self.line]
        elif "Remove one of the two" in self.words:
            del lines[self.line]
        elif elsewhere := re.search(r"write `([^`]+)` at `([^`]+)`", self.words):
            at = next(number for number, one in enumerate(lines) if one.strip() == f"{elsewhere[2]}:")
            lines.insert(at + 1, " " * (len(lines[at]) - len(lines[at].lstrip()) + 2) + elsewhere[1])
        elif missing := re.search(r"write `([^`]+)`", self.words):
            assert marked and line.strip().startswith(f"{marked}:")
            lines.insert(self.line + 1, " " * (len(line) - len(line.lstrip()) + 2) + missing[1])
        else:
            pytest.fail(f"no hint: {self.words}")
        return "\n".join(lines) + "\n"


MISTAKES = {
    "a key misspelt": ("platform.yaml", "    memory: 256MiB\n", "    memroy: 256MiB\n"),
    "a service misspelt": ("platform.yaml", "calls: [scoring]", "calls: [scorign]"),
    "a stage misspelt": ("tenants/norte.yaml", "stages: [demo]", "stages: [dmeo]"),
    "a size in other units": ("platform.yaml", "memory: 256MiB", "memory: 256MB"),
    "a missing key": ("platform.yaml", "    image: lend/scoring\n", ""),
    "a service that nobody can call": ("platform.yaml", "    port: 9100\n", ""),
    "a customer without a name": ("tenants/norte.yaml", "  name: Crédito del Norte\n", ""),
    "a list without brackets": ("platform.yaml", "calls: [scoring]", "calls: scoring"),
    "a tab": ("platform.yaml", "  scoring:\n", "\tscoring:\n"),
    "a key that comes later": ("platform.yaml", "    port: 9100\n", "    port: 9100\n    scale: { cpu: 60 }\n"),
    "a key given twice": ("platform.yaml", "    port: 9100\n", "    port: 9100\n    port: 9101\n"),
    "a word where true or false belongs": ("platform.yaml", "protect: true", "protect: ture"),
    "an override of nothing": ("tenants/acme.yaml", "api: { tasks", "apii: { tasks"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_message_leads_out_of(begun, mistake):
    path, right, wrong = MISTAKES[mistake]
    file = begun.folder / path
    good = file.read_text()
    assert right in good
    file.write_text(good.replace(right, wrong, 1))
    assert begun.type("tenantry validate") == 2
    for _ in range(3):
        message = Message(begun.answer)
        told = begun.folder / message.file
        told.write_text(message.follow(told.read_text()))
        if begun.type("tenantry validate") == 0:
            return
    pytest.fail(f"still wrong:\n{begun.answer}\n{file.read_text()}")
