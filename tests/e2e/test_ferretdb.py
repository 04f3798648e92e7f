"""What third_party/ferretdb/README.md says of FerretDB's rights, tried with another client than the application's."""

import re
import subprocess

import pymongo
import pytest
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from lending_stores import Stores, built_ferretdb

pytestmark = pytest.mark.judge
DENIED = "permission denied|must be owner"


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ferretdb")
    stores = Stores(folder, built_ferretdb(folder))
    yield stores
    stores.end()


@pytest.fixture
def connect(stores):
    """A client for a role and password, or for nobody; all are closed in the end."""
    clients = []

    def client(login="", mechanism="&authMechanism=PLAIN", tls=True):
        secure = f"tls=true&tlsCAFile={stores.folder}/ca.pem" if tls else "tls=false"
        url = f"mongodb://{login}{'@' if login else ''}localhost:{stores.ferret.port}/documents?{secure}&serverSelectionTimeoutMS=1500"
        clients.append(pymongo.MongoClient(url + (mechanism if login else "")))
        return clients[-1].documents

    yield client
    for each in clients:
        each.close()


@pytest.fixture
def write(connect):
    return connect("api_d:api-pw")


@pytest.fixture
def read(connect, write):
    write.loans.replace_one({"_id": 1}, {"amount": 5}, upsert=True)
    return connect("reporting:reporting-pw")


@pytest.fixture
def owner(connect):
    return connect("seed_d:seed-pw")


def test_read_reads_and_changes_nothing(read):
    assert read.loans.find_one({"_id": 1}) == {"_id": 1, "amount": 5}
    changes = [
        lambda: read.loans.insert_one({}),
        lambda: read.loans.update_one({"_id": 1}, {"$set": {"amount": 6}}),
        lambda: read.loans.delete_many({}),
        lambda: read.loans.create_index("amount"),
        lambda: read.loans.drop(),
        lambda: read.create_collection("more"),
        lambda: read.command("dropDatabase"),
    ]
    for change in changes:
        with pytest.raises(OperationFailure, match=DENIED):
            change()
    assert read.loans.find_one({"_id": 1}) == {"_id": 1, "amount": 5}


def test_read_write_has_its_collections_and_no_other_database(write, owner):
    write.own.insert_one({"_id": 1})
    write.own.create_index("amount")
    write.own.drop()
    owner.theirs.insert_one({"_id": 1})
    write.theirs.insert_one({"_id": 2})
    others = [
        lambda: write.theirs.drop(),
        lambda: write.theirs.create_index("amount"),
        lambda: write.command("dropDatabase"),
        lambda: write.client.other.loans.insert_one({}),
        lambda: write.client.public.loans.insert_one({}),
    ]
    for other in others:
        with pytest.raises(OperationFailure, match=DENIED):
            other()
    assert owner.theirs.count_documents({}) == 2


def test_the_owner_may_drop_what_others_made(write, owner):
    write.made.insert_one({"_id": 1})
    owner.made.create_index("amount")
    owner.made.drop()
    assert "made" not in write.list_collection_names()


@pytest.mark.parametrize("login", ["", "api_d:wrong", "nobody:x", "postgres:x"])
def test_without_the_right_password_nothing_is_told(connect, read, login):
    asked = connect(login)
    for question in (lambda: asked.loans.find_one(), lambda: asked.loans.insert_one({}), lambda: asked.client.list_database_names()):
        with pytest.raises(OperationFailure, match="authentication failed|no password|empty password|failed SASL"):
            question()


def test_scram_users_and_plain_tcp_are_not_there(connect, write):
    for mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256"):
        with pytest.raises(OperationFailure, match="Unsupported authentication mechanism"):
            connect("api_d:api-pw", f"&authMechanism={mechanism}").loans.find_one()
    with pytest.raises(ServerSelectionTimeoutError):
        connect("api_d:api-pw", tls=False).loans.find_one()
    with pytest.raises(OperationFailure, match="no such command"):
        write.command("createUser", "evil", pwd="x", roles=["root"])


def test_it_listens_once_and_keeps_no_file(stores):
    pid = stores.ferret.program.process.pid
    listening = subprocess.run(["ss", "-ltnHp"], check=True, capture_output=True, text=True).stdout
    assert re.findall(rf"(\S+)\s+\S+\s+users:.*pid={pid},", listening) == [f"127.0.0.1:{stores.ferret.port}"]
    assert not list(stores.folder.rglob("state.json"))


def test_a_new_password_counts_once_the_old_connections_are_ended(stores, connect):
    stores.postgres.script("postgres", "CREATE ROLE rotated LOGIN PASSWORD 'old' IN ROLE documents_read; ALTER ROLE rotated SET role = documents_read")
    connect("rotated:old").loans.find_one()
    stores.postgres.script("postgres", "ALTER ROLE rotated PASSWORD 'new'")
    connect("rotated:old").loans.find_one()  # as the page warns
    stores.postgres.script("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'")
    for _ in range(10):  # each connection of the pool that was ended gives one error first
        try:
            connect("rotated:old").loans.find_one()
        except OperationFailure as error:
            if "authentication failed" in str(error):
                break
    else:
        pytest.fail("the old password still counts")
    connect("rotated:new").loans.find_one()
