"""What must hold of stores that run on this machine, a real PostgreSQL and a real Redis, one function a scenario:
    store_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from host_machine import TOP, Driver, Refused, files, in_view, is_alive, mounts, network, until

PLATFORM = TOP / "tests/data/host_stores"
TENANTS = ("acme", "norte")
POSTGRESQL = Path("/usr/lib/postgresql/15/bin")


def folder(tenant="acme"):
    return Path(f"/run/tenantry/platforms/lend/environments/{tenant}/production")


def kept(tenant="acme"):
    return Path(f"/var/lib/tenantry/placements/lend/{tenant}/production")


def begin(cgroup, *tenants):
    tenants = tenants or ("acme",)
    network(tempfile.mkdtemp(dir="/run/tenantry"), *(f"{tenant}/production" for tenant in tenants), platform=PLATFORM)
    drivers = [Driver(cgroup, f"{tenant}/production", PLATFORM) for tenant in tenants]
    return drivers if len(drivers) > 1 else drivers[0]


def start(driver, *stores):
    driver("files")
    for store in stores or ("books",):
        driver("start", f"{store}-1")
        driver("users", store)


def refused(function, *words):
    try:
        function()
    except Refused as error:
        for word in words:
            assert word in str(error), error
        return str(error)
    raise AssertionError("it was not refused")


def run(*argv, tenant="acme", task="api-1", **options):
    """Of a program in the network of a task: exit code, what it said."""
    pin = f"/run/tenantry/platforms/lend/net/{tenant}/production/{task}"
    done = subprocess.run(["nsenter", f"--net={pin}", *argv], capture_output=True, text=True, timeout=60, **options)
    return done.returncode, (done.stdout + done.stderr).strip()


def address(store, tenant="acme"):
    for line in (folder(tenant) / "services/api/hosts").read_text().splitlines():
        if line.split()[1] == store:
            return line.split()[0]
    raise AssertionError(f"{store} is not in the hosts of api")


def sql(driver, user, statement, tenant="acme", **settings):
    """What psql says to a user who comes over the network, with the certificate checked."""
    words = {"host": "books", "hostaddr": address("books", tenant), "port": 5432, "dbname": "books", "user": user, "sslmode": "verify-full",
             "sslrootcert": folder(tenant) / "secrets/api/books.ca", "connect_timeout": 10} | settings  # fmt: skip
    conninfo = " ".join(f"{key}={value}" for key, value in words.items())
    password = settings.get("password") or driver("password", "books", user)
    environment = {"PATH": "/usr/bin", "PGPASSWORD": password, "LC_ALL": "C.UTF-8"}
    return run("/usr/bin/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", statement, tenant=tenant, env=environment)


def control(statement, tenant="acme", database="books"):
    """The same as the superuser, over the control socket."""
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", folder(tenant) / "stores/books/control", "-U", "tenantry", "-d", database, "-c", statement],
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def redis(driver, user, *command, tenant="acme"):
    environment = {"PATH": "/usr/bin", "REDISCLI_AUTH": driver("password", "cache", user)}
    return run("/usr/bin/redis-cli", "-h", address("cache", tenant), "--user", user, *command, tenant=tenant, env=environment)[1]


RIGHTS = {"api": "connect read write", "deploy": "connect own read write", "web": "connect read"}


# PostgreSQL --------------------------------------------------------------------------------------------------------------


def each_user_may_what_its_access_says(cgroup):
    driver = begin(cgroup)
    start(driver)
    assert driver("rights", "books") == RIGHTS, driver("rights", "books")
    assert sql(driver, "deploy", "create table loans (id serial primary key, amount int); create schema more; create table more.notes (text text)") == (0, "")
    assert sql(driver, "api", "insert into loans (amount) values (5) returning id") == (0, "1")
    assert sql(driver, "api", "update loans set amount = 6; insert into more.notes values ('x'); delete from more.notes; select amount from loans") == (0, "6")
    assert sql(driver, "web", "select amount from loans") == (0, "6")
    denied = ("permission denied", "must be superuser")
    for user, statement in [
        ("web", "insert into loans (amount) values (1)"), ("web", "update loans set amount = 1"), ("web", "delete from loans"),
        ("web", "select nextval('loans_id_seq')"), ("web", "create table x (y int)"), ("web", "create temporary table x (y int)"),
        ("api", "create table x (y int)"), ("api", "create table more.x (y int)"), ("api", "truncate loans"), ("api", "create schema x"),
        ("api", "create temporary table x (y int)"), ("api", "copy loans to program 'id'"), ("api", "set role \"tenantry.owner\""),
        ("deploy", "copy loans to program 'id'"), ("deploy", "create role x"), ("deploy", "create database x"), ("deploy", "alter system set fsync = off"),
        ("deploy", "set role none; create table public.x (y int)"), ("web", "select pg_read_file('/etc/passwd')"), ("deploy", "set role tenantry"),
    ]:  # fmt: skip
        code, said = sql(driver, user, statement)
        assert code != 0 and any(word in said for word in denied), (user, statement, said)
    # What one owner made, another one changes.
    driver("user", "books", "operations", "owner")
    driver("users", "books")
    assert sql(driver, "operations", "alter table loans add column note text; drop table more.notes") == (0, "")
    assert sql(driver, "web", "select count(note) from loans") == (0, "0")
    assert control("select distinct r.rolname from pg_class c join pg_authid r on r.oid = c.relowner where c.oid >= 16384") == "tenantry.owner"


def nobody_comes_in_but_by_tls_and_password(cgroup):
    driver = begin(cgroup)
    start(driver)
    assert sql(driver, "api", "select ssl from pg_stat_ssl where pid = pg_backend_pid()") == (0, "t")
    for words in [{"sslmode": "disable"}, {"password": "wrong"}, {"dbname": "postgres"}, {"dbname": "template1"}, {"host": "other"}]:
        code, said = sql(driver, "api", "select 1", **words)
        assert code != 0, (words, said)
    assert sql(driver, "tenantry", "select 1", password="x")[0] != 0
    assert control("select datname from pg_database order by 1") == "books\ntemplate0\ntemplate1"
    assert driver("password", "books", "tenantry") is None, "the superuser has no password"
    log = (kept() / "logs/books-1.log").read_text()
    assert driver("password", "books", "api") not in log and "SCRAM-SHA-256" not in log, log


def rights_that_were_lowered_are_lowered(cgroup):
    driver = begin(cgroup)
    start(driver)
    sql(driver, "deploy", "create table loans (amount int); create view sums as select sum(amount) from loans")
    sql(driver, "deploy", "grant insert on loans to web; grant select on loans to public; grant select (amount) on loans to web; "
                          "alter default privileges grant delete on tables to web; grant create on schema public to api")  # fmt: skip
    control("create role stranger login superuser; create table strange (x int); alter table strange owner to stranger; grant \"tenantry.owner\" to web; "
            "alter role api createdb; grant connect on database template1 to public; grant pg_monitor to web; alter role web password 'known'")  # fmt: skip
    seen = driver("rights", "books")
    assert seen["*"] == "administer read", seen
    assert seen["api"] == "administer connect own read write", seen
    assert seen["web"] == "administer connect own read write", seen
    assert seen["stranger"] == "administer connect own read write", seen
    driver("users", "books")
    assert driver("rights", "books") == RIGHTS, driver("rights", "books")
    assert control("select count(*) from pg_authid where rolname = 'stranger'") == "0"
    assert sql(driver, "deploy", "select * from strange; drop table strange") == (0, "")
    assert sql(driver, "web", "select * from sums") == (0, "")
    driver("user", "books", "deploy", "read")
    driver("user", "books", "api")
    driver("users", "books")
    assert driver("rights", "books") == {"deploy": "connect read", "web": "connect read"}
    assert "must be owner of table loans" in sql(driver, "deploy", "drop table loans")[1]
    assert sql(driver, "api", "select 1", password="x")[0] != 0


def who_loses_rights_loses_its_sessions(cgroup):
    driver = begin(cgroup)
    start(driver)
    pin = "/run/tenantry/platforms/lend/net/acme/production/api-1"
    conninfo = f"host=books hostaddr={address('books')} dbname=books sslmode=require user="
    open_sessions = {}
    for user in ("api", "deploy", "web"):
        environment = {"PATH": "/usr/bin", "PGPASSWORD": driver("password", "books", user)}
        argv = ["nsenter", f"--net={pin}", "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo + user]
        session = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        session.stdin.write("begin; select 1;\n")
        session.stdin.flush()
        assert session.stdout.readline() == "1\n"
        open_sessions[user] = session
    driver("users", "books")
    assert control("select count(*) from pg_stat_activity where usename in ('api', 'deploy', 'web')") == "3", "nothing changed"
    driver("user", "books", "deploy", "readWrite")
    driver("user", "books", "api")
    driver("users", "books")
    assert control("select usename from pg_stat_activity where usename is not null and usename <> 'tenantry'") == "web"
    for session in open_sessions.values():
        session.kill()


def a_second_time_nothing_is_done(cgroup):
    driver = begin(cgroup)
    start(driver)
    before = control("select pg_current_wal_insert_lsn()")
    driver("users", "books")
    assert control("select pg_current_wal_insert_lsn()") == before
    driver("stop", "books-1")
    driver("no-files")
    start(driver)
    assert driver("rights", "books") == RIGHTS


def data_survive_their_environment(cgroup):
    driver = begin(cgroup)
    start(driver)
    sql(driver, "deploy", "create table loans (amount int); insert into loans values (7)")
    files_before = {path.name: path.read_bytes() for path in (folder() / "secrets/api").iterdir()}
    refused(lambda: driver("destroy"), "mounted")
    driver("stop", "books-1")
    log = (kept() / "logs/books-1.log").read_text()
    assert "received fast shutdown request" in log and "database system is shut down" in log, "its own signal, SIGINT"
    driver("no-files")
    assert not folder().exists() and not [point for point in mounts() if "stores" in point]
    driver.kill()
    driver = Driver(cgroup, "acme/production", PLATFORM)
    start(driver)
    assert "was shut down at" in (kept() / "logs/books-1.log").read_text(), "nothing had to be recovered"
    assert sql(driver, "api", "select amount from loans") == (0, "7")
    assert {path.name: path.read_bytes() for path in (folder() / "secrets/api").iterdir()} == files_before
    driver("stop", "books-1")
    driver("no-files")
    driver("destroy")
    assert not (kept() / "stores").exists() and not (kept() / "secrets").exists() and (kept() / "logs").exists()
    driver("destroy")
    start(driver)
    code, said = sql(driver, "api", "select amount from loans")
    assert code != 0 and "does not exist" in said, said


def a_killed_store_comes_back(cgroup):
    driver = begin(cgroup)
    start(driver)
    sql(driver, "deploy", "create table loans (amount int); insert into loans values (7)")
    os.kill(driver("find", "books-1")["pid"], signal.SIGKILL)
    until(lambda: driver("find", "books-1") is None, "it has ended")
    start(driver)
    assert sql(driver, "api", "select amount from loans") == (0, "7")


def two_environments_have_nothing_in_common(cgroup):
    acme, norte = begin(cgroup, "acme", "norte")
    for driver in (acme, norte):
        start(driver)

    def identity(tenant):
        text = in_view(lambda: subprocess.run([POSTGRESQL / "pg_controldata", folder(tenant) / "stores/books/data"], capture_output=True, text=True).stdout)
        return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)

    ours = {tenant: identity(tenant) for tenant in TENANTS}
    for key in ("Database system identifier", "Mock authentication nonce"):
        assert len({ours[tenant][key].strip() for tenant in TENANTS}) == 2, ours
    [template] = Path("/var/lib/tenantry/templates").iterdir()
    for name in ("books.password", "books.url", "books.ca", "jwt_key"):
        assert len({(folder(tenant) / "secrets/api" / name).read_bytes() for tenant in TENANTS}) == 2, name
    for name in ("store.pem", "store.key"):
        assert len({(folder(tenant) / "stores/books/tls" / name).read_bytes() for tenant in TENANTS}) == 2, name
    # One is not let in with what the other one has, and the other one's certificate is not taken.
    assert sql(acme, "api", "select 1", password=norte("password", "books", "api"))[0] != 0
    code, said = sql(acme, "api", "select 1", sslrootcert=folder("norte") / "secrets/api/books.ca")
    assert code != 0 and "certificate verify failed" in said, said
    # A log of the other one is refused.
    control("create table x as select generate_series(1, 1000)", "norte")
    for driver in (acme, norte):
        driver("stop", "books-1")

    def exchange():
        wal = {tenant: folder(tenant) / "stores/books/data/pg_wal" for tenant in TENANTS}
        for name in os.listdir(wal["acme"]):
            if len(name) == 24:
                (wal["acme"] / name).unlink()
        for name in os.listdir(wal["norte"]):
            if len(name) == 24:
                shutil.copyfile(wal["norte"] / name, wal["acme"] / name)
                user = wal["acme"].stat().st_uid
                os.chown(wal["acme"] / name, user, user)
                os.chmod(wal["acme"] / name, 0o600)

    in_view(exchange)
    acme("start", "books-1")
    until(lambda: acme("find", "books-1") is None, "it does not run with another one's log")
    log = (kept("acme") / "logs/books-1.log").read_text()
    assert "WAL file is from different database system" in log, log


def files_belong_to_whom_they_should(cgroup):
    driver = begin(cgroup)
    driver("files")
    users = {task: int(Path(f"{folder()}/tasks/{task}/config.json").read_text().split('"uid":', 1)[1].split(",")[0].strip(" }")) for task in ("api-1", "books-1", "cache-1")}

    def state(path):
        status = path.stat()
        return stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid

    books, cache, api = folder() / "stores/books", folder() / "stores/cache", folder() / "secrets/api"
    assert state(api) == (0o750, 0, users["api-1"])
    assert sorted(path.name for path in api.iterdir()) == ["books.ca", "books.password", "books.url", "cache.password", "cache.url", "jwt_key"]
    for path in api.iterdir():
        assert state(path) == (0o400, users["api-1"], users["api-1"]), path
    for path in (books / "tls/store.key", books / "tls/store.pem"):
        assert state(path) == (0o400, users["books-1"], users["books-1"]), path
    assert state(cache / "users/users.acl") == (0o400, users["cache-1"], users["cache-1"])
    for path in (books / "control", cache / "control"):
        assert state(path)[0] == 0o700 and state(path)[1] in (users["books-1"], users["cache-1"]), path
    assert in_view(lambda: state(books / "data")) == [0o700, users["books-1"], users["books-1"]]
    owners = in_view(lambda: sorted({(path.lstat().st_uid, path.lstat().st_gid) for path in (books / "data").rglob("*")}))
    assert owners == [[users["books-1"]] * 2], owners
    [options] = in_view(lambda: [line.split()[5].split(",") for line in Path("/proc/self/mountinfo").read_text().splitlines() if line.split()[4] == f"{books}/data"])
    assert {"nosuid", "nodev", "noexec"} <= set(options), options
    password = (api / "books.password").read_text()
    assert (api / "books.url").read_text() == f"postgresql://api:{password}@books:5432/books?sslmode=verify-full&sslrootcert=/run/secrets/books.ca"
    assert (api / "cache.url").read_text() == f"redis://api:{(api / 'cache.password').read_text()}@cache:6379/0"
    # No value of a secret is in a file that stays.
    values = [path.read_bytes() for path in api.iterdir() if path.name.endswith((".password", "jwt_key"))]
    for name in files(f"{folder()}/secrets", "/run/tenantry/platforms/lend/net", "/run/tenantry/mounts"):
        if Path(name).is_file() and "/templates/" not in name:
            assert not any(value in Path(name).read_bytes() for value in values), name
    # Files that nobody wants go, others are not written again.
    inode = (api / "jwt_key").stat().st_ino
    (api / "old").write_text("x")
    (folder() / "secrets/old").mkdir()
    (folder() / "secrets/old/x").write_text("x")
    driver("user", "books", "api")
    driver("files")
    assert sorted(path.name for path in api.iterdir()) == ["cache.password", "cache.url", "jwt_key"] and not (folder() / "secrets/old").exists()
    assert (api / "jwt_key").stat().st_ino == inode


def a_given_secret_has_to_be_given(cgroup):
    driver = begin(cgroup)
    driver("secret", "api_token")
    refused(lambda: driver("files"), "api_token", "tenantry secret set")
    driver("secret", "api_token", "a-value-from-outside")
    driver("files")
    assert (folder() / "secrets/api/api_token").read_text() == "a-value-from-outside"


def a_template_is_whole_or_not_there(cgroup):
    driver = begin(cgroup)
    templates = Path("/var/lib/tenantry/templates")
    for step in range(3):
        driver.send("files")
        until(lambda: list(templates.glob(".new-*/data/global" if step else ".new-*")), "initdb has begun")
        driver.kill()
        driver = Driver(cgroup, "acme/production", PLATFORM)
        assert not [path for path in templates.iterdir() if not path.name.startswith(".new-")]
    start(driver)
    [template] = templates.iterdir()
    assert len(list(template.glob("data/pg_wal/0*"))) == 1, "each store gets a copy of its log"
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in template.rglob("*")}
    sql(driver, "deploy", "create table x as select generate_series(1, 100000)")
    control("vacuum full")
    control("checkpoint")
    driver("stop", "books-1")
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in template.rglob("*")} == before, "it is never changed"
    said = subprocess.run([POSTGRESQL / "pg_controldata", template / "data"], capture_output=True, text=True).stdout
    assert "shut down\n" in said and "Bytes per WAL segment:                1048576" in said, said


def data_are_whole_or_made_anew(cgroup):
    """Killed at any moment while its data are made, a store starts afterwards."""
    driver = begin(cgroup)
    driver("files")
    driver("no-files")
    driver("destroy")
    for step in range(12):
        driver.send("files")
        wanted = ["stores/books/data", "stores/books/work", "stores/books/data/pg_wal", "stores/books/record"][step % 4]
        until(lambda: (kept() / wanted).exists(), wanted)
        driver.kill()
        driver = Driver(cgroup, "acme/production", PLATFORM)
        driver("files")
        driver("no-files")
        driver("destroy")
    # Without the record nothing was started on them, mounted or not: they are made anew.
    for mounted in (True, False):
        driver("files")
        (kept() / "stores/books/data/global/pg_control").write_bytes(b"half")
        (kept() / "stores/books/data/junk").write_text("x")
        (kept() / "stores/books/record").unlink()
        if not mounted:
            driver("no-files")
        driver("files")
        assert not (kept() / "stores/books/data/junk").exists()
    start(driver)
    assert sql(driver, "api", "select 1") == (0, "1")
    # A record that is there counts, whatever is in the data.
    driver("stop", "books-1")
    driver("no-files")
    (kept() / "stores/books/data/junk").write_text("x")
    start(driver)
    assert (kept() / "stores/books/data/junk").exists()
    record = kept() / "stores/books/record"
    driver("stop", "books-1")
    driver("no-files")
    record.write_text("{}")
    refused(lambda: driver("files"), "record")


def a_file_system_without_overlays_gets_a_copy(cgroup):
    layers = Path(tempfile.mkdtemp(dir="/run/tenantry"))
    for name in ("lower", "upper", "work"):
        (layers / name).mkdir()
    kept().parents[2].mkdir(parents=True)
    options = f"lowerdir={layers}/lower,upperdir={layers}/upper,workdir={layers}/work"
    subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", kept().parents[2]], check=True)  # which can be no upper layer
    acme, norte = begin(cgroup, "acme", "norte")
    for driver, tenant in ((acme, "acme"), (norte, "norte")):
        start(driver)
        assert '"form":"copy"' in (kept(tenant) / "stores/books/record").read_text()
        assert sql(driver, "deploy", "create table x as select 1 as y", tenant) == (0, "")
        driver("stop", "books-1")
        driver("no-files")
        start(driver)
        assert sql(driver, "web", "select y from x", tenant) == (0, "1")
    identities = {control("select system_identifier from pg_control_system()", tenant) for tenant in TENANTS}
    assert len(identities) == 2


def another_listener_at_the_control_socket_is_refused(cgroup):
    driver = begin(cgroup)
    start(driver)
    socket = folder() / "stores/books/control/.s.PGSQL.5432"
    socket.rename(socket.with_name("away"))
    import socket as sockets

    with sockets.socket(sockets.AF_UNIX) as mine:
        mine.bind(str(socket))
        mine.listen()
        os.chmod(socket, 0o777)
        import threading

        def answer():
            taken, _ = mine.accept()
            taken.recv(1000)
            taken.sendall(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I")
            assert taken.recv(1000) in (b"", b"X\0\0\0\x04"), "nothing is told to it"

        thread = threading.Thread(target=answer)
        thread.start()
        refused(lambda: driver("users", "books"), "listens at its control socket")
        thread.join()


# Redis -------------------------------------------------------------------------------------------------------------------


def redis_users_may_what_their_access_says(cgroup):
    driver = begin(cgroup)
    start(driver, "cache")
    assert driver("rights", "cache") == RIGHTS, driver("rights", "cache")
    assert redis(driver, "api", "set", "k", "v") == "OK"
    assert redis(driver, "web", "get", "k") == "v"
    for user, command in [("web", ("set", "k", "x")), ("web", ("del", "k")), ("api", ("flushall",)), ("api", ("config", "get", "*")), ("deploy", ("acl", "list"))]:
        assert "NOPERM" in redis(driver, user, *command), (user, command)
    assert "NOAUTH" in run("/usr/bin/redis-cli", "-h", address("cache"), "get", "k")[1]
    driver("stop", "cache-1")
    driver("no-files")
    start(driver, "cache")
    assert redis(driver, "web", "get", "k") == "v", "its data survive"
    # While it runs, users change; those who do not change keep their sessions.
    session = subprocess.Popen(["nsenter", "--net=/run/tenantry/platforms/lend/net/acme/production/api-1", "redis-cli", "-h", address("cache"), "--user", "api"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin", "REDISCLI_AUTH": driver("password", "cache", "api")})  # fmt: skip
    session.stdin.write("client id\n")
    session.stdin.flush()
    first = session.stdout.readline()
    before = redis(driver, "tenantry", "acl", "list")
    driver("users", "cache")
    assert redis(driver, "tenantry", "acl", "list") == before
    redis(driver, "tenantry", "acl", "setuser", "stranger", "on", "nopass", "~*", "+@all")
    redis(driver, "tenantry", "acl", "setuser", "web", "+@all")
    seen = driver("rights", "cache")
    assert seen["stranger"] == "administer connect own read write" and "administer" in seen["web"], seen
    driver("user", "cache", "deploy", "read")
    driver("files")
    driver("users", "cache")
    assert driver("rights", "cache") == RIGHTS | {"deploy": "connect read"}
    session.stdin.write("client id\n")
    session.stdin.flush()
    assert session.stdout.readline() == first, "it is the same connection"
    session.kill()


def everything_is_gone_afterwards(cgroup):
    driver = begin(cgroup)
    start(driver, "books", "cache")
    for task in ("books-1", "cache-1"):
        pid = driver("find", task)["pid"]
        driver("stop", task)
        assert not is_alive(pid)
    driver("no-files")
    before = (mounts(), files("/var/lib/tenantry/placements"), len(os.listdir(f"/proc/{driver.process.pid}/fd")))
    for _ in range(5):
        start(driver, "books", "cache")
        driver("rights", "books")
        driver("rights", "cache")
        for task in ("books-1", "cache-1"):
            driver("stop", task)
        driver("no-files")
    assert (mounts(), files("/var/lib/tenantry/placements"), len(os.listdir(f"/proc/{driver.process.pid}/fd"))) == before


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
