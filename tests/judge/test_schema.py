"""The JSON Schema against the validator: what the schema refuses the validator refuses, and what the validator refuses
the schema refuses too, but for what no schema can say (BEYOND)."""

import json
import random
import re
import subprocess

import jsonschema
import pytest
import yaml

import yaml_core

pytestmark = pytest.mark.judge

# Keys are texts to YAML's readers, so that a schema sees all of their grammar.
NO_KEY = "^(?!The ((tenant|stage|service|job|store|secret|access) name|variable|path prefix|store|image) )"
# Code of the validator, its detail, and why a schema cannot say it.
BEYOND = [
    ("TN01", "", "whether the text is YAML comes before the schema, which sees no texts, keys that stand twice, anchors"),
    ("TN03", "", "the lock is another file"),
    ("TN04", "", "how much room all environments need is a sum"),
    ("TN0201", "^(The tenant `|`delivery` has no key)", "which keys are stages is written elsewhere in the file"),
    ("TN0203", "^(No account takes|The order leaves out)", "compares with the list of stages"),
    ("TN0205", "is `like` a stage", "follows a reference"),
    ("TN0205", "`reset` empties the stores that the job owns", "which access a use of a store gives"),
    ("TN0205", "(a /[0-9]+ range begins|smaller than one block)", "arithmetic on addresses"),
    ("TN0205", "range that begins at 1 or more", "compares a range's ends; YAML reads some numbers that are written otherwise"),
    ("TN0205", "(no day of the calendar|names no time zone|time zone of the IANA)", "calendars and lists of zones"),
    ("TN0205", "begins and ends at the same time", "compares two parts of a text"),
    ("TN0205", "(comes after one of|The last wave)", "the order of a list"),
    ("TN0205", "stands twice in the order", "which lists may repeat"),
    ("TN0205", "(Checks less than|checked less than)", "compares times of different units"),
    ("TN0205", "(routes; a frontend|load balancer (knows|tells))", "counts over the whole file"),
    ("TN0205", "(has|than) 4096 bytes", "counts bytes"),
    ("TN0205", "must be (a number|a port|an AWS account)", "YAML reads numbers that are written otherwise, 0x10 or 1e3"),
    ("TN0205", f"{NO_KEY}.*(may hold only|is a number|needs at least two labels|ends in a number|has a tag|has a label)", "YAML reads as a number or a boolean what is a text here"),
    ("TN0206", "", "a reference"),
    ("TN0207", "", "a reference"),
    ("TN0208", "", "a reference"),
    ("TN0209", "is a frontend; only", "a reference"),
    ("TN0210", "", "names of other objects"),
    ("TN0211", "", "hosts of other tenants"),
    ("TN0212", "", "routes of other services"),
    ("TN0213", "", "sums of lengths"),
    ("TN0215", "", "variables come from references"),
    ("TN0220", "", "what a stage protects"),
]


@pytest.fixture(scope="module")
def schemas(tenantry):
    def read(*arguments):
        schema = json.loads(subprocess.run([tenantry, "schema", *arguments], capture_output=True, text=True, check=True).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    return {"platform.yaml": read(), "tenant": read("--tenants")}


def unpack(text):
    """The files of one text; see tests/bad."""
    files, name = {"platform.yaml": ""}, "platform.yaml"
    for line in text.splitlines(keepends=True):
        if line.startswith("--- ") and "/" in line or line.startswith("--- platform.lock"):
            name = line[4:].strip()
            files[name] = ""
        else:
            files[name] += line
    return files


class Judges:
    def __init__(self, tenantry, schemas, folder):
        self.tenantry, self.schemas, self.folder = tenantry, schemas, folder

    def validator(self, files):
        """Codes and details of the errors."""
        for path, text in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
        done = subprocess.run([self.tenantry, "validate", "--json", "-C", self.folder], capture_output=True, text=True, timeout=20)
        for path in files:
            (self.folder / path).unlink()
        assert done.returncode in (0, 2), done.stderr
        return [(said["code"], said["detail"]) for said in json.loads(done.stdout)["diagnostics"] if said["severity"] == "error"]

    def schema(self, files):
        """What the schema says of the files; nothing at all where one is no YAML to Python."""
        said = []
        for path, text in files.items():
            if path == "platform.lock":
                continue
            try:
                data = yaml_core.load(text)
            except (yaml.YAMLError, ValueError):
                return None
            schema = self.schemas.get(path, self.schemas["tenant"])
            said += [error.message for error in schema.iter_errors({} if data is None else data)]
        return said

    def compare(self, files, what):
        errors, said = self.validator(files), self.schema(files)
        if said is None:
            assert errors, what
            return False
        if said:
            assert errors, f"{what}: the schema refuses what the validator accepts: {said[0][:300]}"
            return False
        unsaid = [error for error in errors if not any(error[0].startswith(code) and re.search(detail, error[1]) for code, detail, _ in BEYOND)]
        assert unsaid == [], f"{what}: the schema accepts what the validator refuses: {unsaid}"
        return not errors


@pytest.fixture
def judges(tenantry, schemas, tmp_path):
    return Judges(tenantry, schemas, tmp_path)


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.yaml")}


def test_bad_platforms(judges, top):
    bad = sorted((top / "tests/bad").glob("*.yaml"))
    refused = 0
    for path in bad:
        try:
            files = unpack(path.read_text())
        except UnicodeDecodeError:
            continue
        refused += 1 if judges.schema(files) else 0
        judges.compare(files, path.name)
    assert refused > len(bad) / 4, "the schema sees much of it"


GOOD = ["examples/lending", "tests/data/lending", "tests/data/oracle"]


@pytest.mark.parametrize("path", GOOD)
def test_good_platforms(judges, top, path):
    assert judges.compare(files_of(top / path), path)


def test_what_init_writes(judges, tenantry, tmp_path):
    subprocess.run([tenantry, "init", tmp_path / "new"], check=True, capture_output=True)
    assert judges.compare(files_of(tmp_path / "new"), "init")
    for path, modeline in [("platform.yaml", ".tenantry/platform.schema.json"), ("tenants/acme.yaml", "../.tenantry/tenant.schema.json")]:
        file = tmp_path / "new" / path
        assert file.read_text().startswith(f"# yaml-language-server: $schema={modeline}\n")
        assert (file.parent / modeline).resolve().read_text().startswith('{\n  "$schema"'), "an editor finds the schema there"


# Mutations ---------------------------------------------------------------------------------------------------------

WORDS = ["", "a", "1", "0", "-1", "1.5", "true", "null", "~", "x y", "10.0.0.0/8", "10.0.0.1/8", "/20", "30s", "9999d", "256MiB", "2..6",
         "6..2", "02:00 Europe/Madrid", "100%", "0%", "env", "owner", "frontend", "middleware", "redis", "mysql", "demo", "api", "A_B",
         "lend.example", "a.example:443", "../x", "/srv/www", "/etc", "NET-7", "NET-1", "*/demo", "2027-06-30", "2027-02-30", "eu-west-1",
         "111111111111", "x" * 70, "{{resolve:x", "tenants/*.yaml", "Sun 03:00 Europe/Madrid", "32 bytes", "per tenant", "allow"]  # fmt: skip


def places(node, path=()):
    yield path
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield from places(node[key], (*path, key))


def at(node, path):
    for key in path:
        node = node[key]
    return node


def mutate(chance, root, keys):
    """Changes one thing of a tree of texts."""
    if not root:
        return ()
    path = chance.choice([path for path in places(root) if path])
    around, key = at(root, path[:-1]), path[-1]
    kind = chance.randrange(6)
    if kind == 0:
        del around[key]
    elif kind == 1:
        around[key] = chance.choice([[], {}, ["a"], {"a": "b"}, chance.choice(WORDS)])
    elif kind == 2 and isinstance(around, dict):
        around[chance.choice(keys)] = around.pop(key)
    elif kind == 3 and isinstance(around, dict):
        around[chance.choice(keys)] = chance.choice([{}, [], chance.choice(WORDS), around[key]])
    elif kind == 4:
        other = chance.choice(list(places(root)))
        around[key] = json.loads(json.dumps(at(root, other)))
    else:
        around[key] = chance.choice(WORDS)
    return path


def dump(node):
    if isinstance(node, dict):
        return "{ " + ", ".join(f"{dump(key)}: {dump(value)}" for key, value in node.items()) + " }"
    if isinstance(node, list):
        return "[" + ", ".join(map(dump, node)) + "]"
    return node if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/%-]*|-1|~", node) else json.dumps(node)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_platforms(judges, top, seed):
    chance = random.Random(seed)
    files = files_of(top / "tests/data/lending")
    trees = {path: yaml.load(text, yaml.BaseLoader) for path, text in files.items()}
    keys = sorted({path[-1] for tree in trees.values() for path in places(tree) if path and isinstance(path[-1], str)})
    keys += ["hours", "queues", "include", "Acme", "x-demo", "a/b", "0x1f"]
    good = 0
    for number in range(250):
        changed = json.loads(json.dumps(trees))
        path = chance.choice(sorted(changed))
        what = [(path, mutate(chance, changed[path], keys)) for _ in range(chance.choice([1, 1, 2]))]
        texts = {name: dump(tree) + "\n" for name, tree in changed.items()}
        good += judges.compare(texts, f"seed {seed}, {number}: {what} in {texts[path]}")
    assert 5 < good < 125, "some changes are harmless, most are not"
