"""The lending application on real stores: it keeps its promises while they come and go."""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from lending_stores import Program, Stores, answers, built_ferretdb, free_port, wait_for

pytestmark = pytest.mark.judge
LOAN = {"name": "Ana Gil", "email": "ana@example.org", "amount": 150000, "months": 24, "purpose": "home"}


class Platform:
    """One lender's environment: stores, scoring, worker, API."""

    def __init__(self, folder, bin, ferretdb):
        self.folder, self.bin, self.programs = folder, bin, []
        self.stores = Stores(folder, ferretdb)
        self.port, self.scoring_port = free_port(), free_port()
        self.owner = self.stores.variables("migrate", "migrate", "seed_d")
        self.service = {**self.stores.variables("api", "api", "api_d"), "SCORING_URL": f"http://localhost:{self.scoring_port}", "PORT": str(self.port)}
        self.key = os.urandom(31) + b"\n"
        (folder / "jwt_key").write_bytes(self.key)
        self.service["JWT_KEY_FILE"] = str(folder / "jwt_key")

    def job(self, *words, env=None):
        return subprocess.run([self.bin / "lending_api", *words], env=env or self.owner, capture_output=True, text=True, timeout=60)

    def start(self, name, program, *words, **changes):
        self.programs.append(Program(self.folder, name, self.bin / program, *words, env={**self.service, **changes}))
        return self.programs[-1]

    def ask(self, path, body=None, **headers):
        """(status, what was said, headers)"""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None, answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read()), error.headers

    def apply(self, id, **changes):
        return self.ask("/api/applications", {**LOAN, **changes}, Idempotency_Key=id)

    def books(self, query):
        return self.stores.postgres.script("books", query)

    def documents(self, what="count(*)"):
        """How many are kept, or something else of them, by FerretDB's own PostgreSQL."""
        table = self.stores.postgres.script("documents", "SELECT _jsonb->>'table' FROM documents._ferretdb_database_metadata WHERE _jsonb->>'_id' = 'applications'")
        said = self.stores.postgres.script("documents", f"SELECT {what} FROM documents.{table}")
        return int(said) if said.isdigit() else said

    def document(self, id):
        """What is kept of an application; None where nothing is."""
        said = self.documents(f"max(_jsonb::text) FILTER (WHERE _jsonb->>'_id' = '{id}')")
        return {key: value for key, value in json.loads(said).items() if not key.startswith(("$", "_"))} if said else None

    def end(self):
        for program in self.programs:
            program.kill()
        self.stores.end()


@pytest.fixture(scope="module")
def platform(tenantry, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lending")
    platform = Platform(folder, tenantry.parent, built_ferretdb(folder))
    try:
        for word in ("migrate", "migrate", "seed", "seed"):  # the second one finds everything done
            done = platform.job(word)
            assert done.returncode == 0, done.stdout + done.stderr
        platform.start("scoring", "lending_scoring", PORT=str(platform.scoring_port))
        platform.start("worker", "lending_api", "worker")
        platform.start("api", "lending_api")
        for port in (platform.port, platform.scoring_port):
            wait_for(lambda: answers(port), "the programs")
        yield platform
    finally:
        platform.end()


@pytest.fixture
def id():
    return str(uuid.uuid4())


def balanced(platform):
    """Each transaction and so the whole ledger sums to zero."""
    return platform.books("SELECT count(*) FROM (SELECT FROM entries GROUP BY application, kind, day HAVING sum(amount) <> 0) AS wrong") == "0"


def test_says_whose_it_is(platform):
    assert platform.ask("/healthz")[0] == 204
    assert platform.ask("/api/hello")[1] == {"tenant": "acme", "stage": "demo", "release": "r1", "currency": "EUR"}
    assert platform.ask("/api/nothing")[0] == 404


def test_seed_books_and_keeps_each_demonstration_once(platform):
    assert platform.documents("count(*) FILTER (WHERE _jsonb->>'_id' LIKE 'demo-%')") == 4
    assert platform.books("SELECT count(*) FROM applications WHERE id LIKE 'demo-%'") == "4"
    assert platform.books("SELECT count(*) FROM entries WHERE application LIKE 'demo-%'") == "4", "two of them were paid out"


def test_an_application_is_decided_booked_and_kept(platform, id):
    kept = platform.documents()
    status, said, _ = platform.apply(id)
    assert (status, said["decision"], said["bureau"]) == (201, "approved", "not asked")
    assert platform.books(f"SELECT account, amount FROM entries WHERE application = '{id}' ORDER BY account") == "cash|-150000\nloans|150000"
    assert platform.documents() == kept + 1 and platform.document(id) == {"id": id, **LOAN}
    assert platform.ask(f"/api/applications/{id}")[1]["name"] == "Ana Gil"
    assert platform.ask("/api/applications")[1]["applications"][0]["id"] == id
    wait_for(lambda: platform.ask(f"/api/applications/{id}")[1]["scheduled"], "the worker's schedule")
    assert platform.books(f"SELECT count(*), sum(principal) FROM instalments WHERE application = '{id}'") == "24|150000"


def test_the_same_id_again_books_nothing_and_says_the_same(platform, id):
    first, kept = platform.apply(id), platform.documents()
    again = platform.apply(id)
    in_path = platform.ask(f"/api/applications/{id}", LOAN)
    assert [first[0], again[0], in_path[0]] == [201, 200, 200]
    assert first[1] == again[1] == in_path[1]
    assert platform.books(f"SELECT count(*) FROM entries WHERE application = '{id}'") == "2"
    assert platform.documents() == kept
    assert platform.apply(id, amount=160000)[0] == 409, "another application under this id"


def test_the_receipt_is_signed_with_the_lenders_key(platform, id):
    head, body, signature = platform.apply(id)[1]["receipt"].split(".")
    decoded = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (head, body, signature)]
    assert json.loads(decoded[0])["alg"] == "HS256"
    assert json.loads(decoded[1]) == {"iss": "acme", "sub": id, "decision": "approved", "amount": 150000, "months": 24}
    assert hmac.compare_digest(decoded[2], hmac.digest(platform.key, f"{head}.{body}".encode(), hashlib.sha256))


@pytest.mark.parametrize(
    "field, value",
    [("amount", 99), ("amount", 1500.5), ("amount", "150000"), ("months", 2), ("email", "ana"), ("name", ""), ("name", "a\nb"), ("purpose", "yacht")],
)
def test_a_mistake_is_told_with_its_field(platform, id, field, value):
    status, said, _ = platform.apply(id, **{field: value})
    assert (status, said["field"]) == (422, field)
    assert platform.ask(f"/api/applications/{id}")[0] == 404


def test_what_is_no_application_is_refused(platform, id):
    assert platform.ask("/api/applications", LOAN)[0] == 422, "no id"
    assert platform.ask(f"/api/applications/{id}", b"{")[0] == 422
    assert platform.ask("/api/applications/a'b", LOAN)[0] == 422


def test_a_quote_is_kept_in_the_cache(platform):
    first, second = (platform.ask("/api/quote?amount=1000000&months=48") for _ in range(2))
    assert [first[2]["X-Cache"], second[2]["X-Cache"]] == ["miss", "hit"]
    assert first[1] == second[1]
    assert platform.ask("/api/quote?amount=1&months=48")[0] == 422


@pytest.mark.parametrize("amount, months", [(1000000, 48), (10000, 3), (5000000, 84), (123457, 7)])
def test_an_instalment_is_the_exact_annuity_rounded_and_all_of_them_pay_the_loan(platform, amount, months):
    monthly = Fraction(790, 120000)
    exact = amount * monthly / (1 - (1 + monthly) ** -months)
    said = platform.ask(f"/api/quote?amount={amount}&months={months}")[1]
    assert abs(said["instalment"] - exact) <= Fraction(1, 2)
    assert abs(said["total"] - exact * months) <= months, "the last instalment takes what rounding left, at most one a month"


def test_interest_is_booked_once_a_day(platform):
    before = platform.books("SELECT count(*) FROM entries WHERE kind = 'interest'")
    day = platform.books("SELECT (now() AT TIME ZONE 'UTC')::date + 40")
    for _ in range(2):
        done = platform.job("accrue", day, env=platform.service)
        assert done.returncode == 0, done.stdout
    loans = int(platform.books("SELECT count(*) FROM applications WHERE decision = 'approved'"))
    assert int(platform.books("SELECT count(*) FROM entries WHERE kind = 'interest'")) == int(before) + 2 * loans
    assert balanced(platform)


def test_services_may_not_change_tables(platform):
    done = platform.job("migrate", env=platform.service)
    assert done.returncode == 1 and "permission denied" in done.stdout


def test_without_redis_quotes_are_still_answered(platform):
    platform.stores.redis.program.kill()
    for _ in range(3):
        status, said, headers = platform.ask("/api/quote?amount=500000&months=12")
        assert (status, said["months"], headers["X-Cache"]) == (200, 12, "miss")
    platform.stores.redis.start()
    wait_for(lambda: platform.ask("/api/quote?amount=500000&months=12")[2]["X-Cache"] == "hit", "the cache in use again")


def test_without_scoring_a_person_decides(platform, id):
    platform.programs[0].kill()
    assert platform.apply(id)[1]["decision"] == "review"
    assert platform.books(f"SELECT count(*) FROM entries WHERE application = '{id}'") == "0"
    platform.start("scoring", "lending_scoring", PORT=str(platform.scoring_port))
    wait_for(lambda: answers(platform.scoring_port), "scoring")


def test_without_documents_nothing_is_acknowledged_and_then_goes_on(platform, id):
    platform.stores.ferret.program.kill()
    assert platform.apply(id)[0] == 503
    assert platform.ask(f"/api/applications/{id}")[0] == 404
    platform.stores.ferret.start()
    wait_for(lambda: platform.apply(id)[0] in (200, 201), "an acknowledgement")


def test_an_id_is_the_first_applications_that_was_sent_with_it(platform, id):
    """Also where that one was kept and not booked: what is kept under an id is what is booked under it."""
    lock = ["psql", "-qXAt", "-h", platform.folder / "sockets", "-p", str(platform.stores.postgres.port), "-U", "postgres", "books"]
    with subprocess.Popen(lock, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        holder.stdin.write("BEGIN; LOCK entries IN EXCLUSIVE MODE; SELECT 'held';\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        assert platform.apply(id)[0] == 503, "the books take nothing"
    assert platform.document(id) == {"id": id, **LOAN} and platform.ask(f"/api/applications/{id}")[0] == 404
    assert platform.apply(id, amount=160000)[0] == 409
    assert platform.document(id) == {"id": id, **LOAN}
    wait_for(lambda: platform.apply(id)[0] in (200, 201), "an acknowledgement")
    assert platform.ask(f"/api/applications/{id}")[1]["amount"] == LOAN["amount"]


def test_of_many_at_once_under_one_id_one_is_booked_and_the_same_is_kept(platform, id):
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda number: platform.apply(id, amount=100000 + number)[0], range(24)))
    assert sorted(set(answers)) == [201, 409] and answers.count(201) == 1, answers
    booked = platform.ask(f"/api/applications/{id}")[1]["amount"]
    assert booked == 100000 + answers.index(201) == platform.document(id)["amount"]
    assert platform.books(f"SELECT count(*) FROM entries WHERE application = '{id}'") == "2"


def test_after_a_crash_of_postgresql_the_service_goes_on_and_has_lost_nothing(platform, id):
    acknowledged = str(uuid.uuid4())
    assert platform.apply(acknowledged)[0] == 201
    platform.stores.postgres.kill()
    assert platform.apply(id)[0] == 503
    assert platform.ask("/healthz")[0] == 204, "it tells about itself alone"
    platform.stores.postgres.start()
    wait_for(lambda: platform.apply(id)[0] in (200, 201), "an acknowledgement")
    assert platform.ask(f"/api/applications/{acknowledged}")[0] == 200
    wait_for(lambda: platform.ask(f"/api/applications/{id}")[1]["scheduled"], "the worker is back too")
    assert balanced(platform)


def test_all_end_when_asked(platform):
    assert [program.kill(signal.SIGTERM) for program in platform.programs[1:]] == [0] * len(platform.programs[1:])
    for program in platform.programs:
        assert "-pw" not in program.said(), "no password in a log"
