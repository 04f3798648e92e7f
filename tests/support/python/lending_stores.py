"""The stores that the lending application uses, as a test starts them: PostgreSQL with TLS, Redis with one ACL user, FerretDB."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
ME = pwd.getpwuid(os.geteuid()).pw_name
# PostgreSQL refuses to run as root; who may enter its socket without a password is root alone.
THEIRS = dict(user="nobody", group="nogroup", extra_groups=[]) if os.geteuid() == 0 else {}
CEILING = 30


def wait_for(condition, what):
    end = time.monotonic() + CEILING
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {CEILING} s"
        time.sleep(0.01)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(*argv, **options):
    done = subprocess.run(argv, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


class Program:
    """A process of ours with its log in a file; ended by its own pid."""

    def __init__(self, folder, name, *argv, **options):
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)

    def kill(self, number=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=CEILING)

    def said(self):
        return self.log.read_text()


def make_certificate(folder):
    """An authority and a certificate for localhost; readable by whom the stores run as."""
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test authority",
        "-keyout", folder / "ca.key", "-out", folder / "ca.pem")  # fmt: skip
    run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
        "-keyout", folder / "tls.key", "-out", folder / "tls.csr")  # fmt: skip
    (folder / "tls.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    run("openssl", "x509", "-req", "-in", folder / "tls.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", folder / "tls.ext", "-out", folder / "tls.pem")  # fmt: skip
    if THEIRS:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder / "tls.key", nobody.pw_uid, nobody.pw_gid)


class Postgres:
    """A cluster with the databases `books` and `documents`; roles come from `script`."""

    def __init__(self, folder):
        self.folder, self.port, self.program = folder, free_port(), None
        self.data = folder / "postgres"
        for place in (self.data, folder / "sockets"):
            place.mkdir()
            if THEIRS:
                os.chown(place, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
        run(PROGRAMS / "initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject", "--no-sync", "--no-instructions", **THEIRS)  # fmt: skip
        (self.data / "pg_hba.conf").write_text("local all postgres peer map=control\nlocal all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        (self.data / "pg_ident.conf").write_text(f"control {ME} postgres\n")
        (self.data / "postgresql.conf").write_text(
            f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{folder}/sockets'\nssl = on\n"
            f"ssl_cert_file = '{folder}/tls.pem'\nssl_key_file = '{folder}/tls.key'\nfsync = off\nshared_buffers = 16MB\n"
        )

    def start(self):
        self.program = Program(self.folder, "postgres", PROGRAMS / "postgres", "-D", self.data, **THEIRS)
        ready = [PROGRAMS / "pg_isready", "-q", "-h", self.folder / "sockets", "-p", str(self.port)]
        wait_for(lambda: subprocess.run(ready).returncode == 0, "PostgreSQL")

    def kill(self):
        """As a crash does: no process of it is left, and nothing was closed."""
        children = [int(child) for child in run("pgrep", "-P", str(self.program.process.pid)).split()]
        self.program.kill()
        wait_for(lambda: not any(Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes() for child in children), "its children")
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def script(self, database, text):
        psql = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder / "sockets"), "-p", str(self.port), "-U", "postgres", database]
        return run(*psql, input=text).strip()


class Redis:
    def __init__(self, folder, user, password):
        self.folder, self.port, self.program = folder, free_port(), None
        self.configuration = f"bind 127.0.0.1\nport {self.port}\nsave \"\"\nuser default off\nuser {user} on >{password} ~* +@all -@admin\n"

    def start(self):
        (self.folder / "redis.conf").write_text(self.configuration)
        self.program = Program(self.folder, "redis", "redis-server", self.folder / "redis.conf")
        wait_for(lambda: answers(self.port), "Redis")


def built_ferretdb(folder):
    """A copy in a folder that others may enter: the stores' user may not enter the builder's home. Built where it is not yet,
    which takes minutes."""
    for place in (folder, *folder.parents):
        if not place.stat().st_mode & 0o001:  # pytest's own; one level more where several tests run at a time
            place.chmod(0o755)
    built = subprocess.run([Path(__file__).resolve().parents[3] / "third_party/ferretdb/build"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return Path(shutil.copy(built, folder / "ferretdb"))


class Ferret:
    """On PostgreSQL's socket; see third_party/ferretdb/README.md for what each word is there for."""

    def __init__(self, folder, program, postgres):
        self.folder, self.port, self.program = folder, free_port(), None
        url = f"postgres://nobody@/documents?host={folder}/sockets&port={postgres.port}&pool_max_conns=8"
        self.argv = [program, "--handler=postgresql", f"--postgresql-url={url}", "--listen-addr=", f"--listen-tls=127.0.0.1:{self.port}",
                     f"--listen-tls-cert-file={folder}/tls.pem", f"--listen-tls-key-file={folder}/tls.key", "--debug-addr=-", "--state-dir=-", "--telemetry=disable",
                     "--log-level=warn"]  # fmt: skip

    def start(self):
        self.program = Program(self.folder, "ferretdb", *self.argv, env={"GOMAXPROCS": "1", "GOMEMLIMIT": "64MiB"}, **THEIRS)
        wait_for(lambda: answers(self.port), "FerretDB")


BOOKS_ROLES = """
CREATE DATABASE books;
CREATE ROLE books_owner;
CREATE ROLE books_write;
CREATE ROLE migrate LOGIN PASSWORD 'migrate-pw' IN ROLE books_owner;
ALTER ROLE migrate SET role = books_owner;
CREATE ROLE api LOGIN PASSWORD 'api-pw' IN ROLE books_write;
"""
BOOKS_GRANTS = """
ALTER SCHEMA public OWNER TO books_owner;
GRANT USAGE ON SCHEMA public TO books_write;
ALTER DEFAULT PRIVILEGES FOR ROLE books_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO books_write;
ALTER DEFAULT PRIVILEGES FOR ROLE books_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO books_write;
"""
# What third_party/ferretdb/README.md asks for.
DOCUMENTS_ROLES = """
CREATE DATABASE documents;
REVOKE ALL ON DATABASE documents FROM PUBLIC;
CREATE ROLE documents_write;
CREATE ROLE documents_read;
CREATE ROLE documents_owner IN ROLE documents_write;
GRANT CONNECT ON DATABASE documents TO documents_write, documents_read;
CREATE ROLE seed_d LOGIN PASSWORD 'seed-pw' IN ROLE documents_owner;
ALTER ROLE seed_d SET role = documents_owner;
CREATE ROLE api_d LOGIN PASSWORD 'api-pw' IN ROLE documents_write;
ALTER ROLE api_d SET role = documents_write;
CREATE ROLE reporting LOGIN PASSWORD 'reporting-pw' IN ROLE documents_read;
ALTER ROLE reporting SET role = documents_read;
"""
DOCUMENTS_GRANTS = """
CREATE SCHEMA documents AUTHORIZATION documents_owner;
GRANT USAGE, CREATE ON SCHEMA documents TO documents_write;
GRANT USAGE ON SCHEMA documents TO documents_read;
ALTER DEFAULT PRIVILEGES FOR ROLE documents_owner IN SCHEMA documents GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO documents_write;
ALTER DEFAULT PRIVILEGES FOR ROLE documents_owner, documents_write IN SCHEMA documents GRANT SELECT ON TABLES TO documents_read;
SET ROLE documents_owner;
CREATE TABLE documents._ferretdb_database_metadata (_jsonb jsonb);
CREATE UNIQUE INDEX _ferretdb_database_metadata_id_idx ON documents._ferretdb_database_metadata ((_jsonb->'_id'));
CREATE UNIQUE INDEX _ferretdb_database_metadata_table_idx ON documents._ferretdb_database_metadata ((_jsonb->'table'));
"""


class Stores:
    """All of them, with what a task is given to reach them."""

    def __init__(self, folder, ferretdb):
        self.folder = folder
        make_certificate(folder)
        self.postgres = Postgres(folder)
        self.redis = Redis(folder, "api", "cache-pw")
        self.ferret = Ferret(folder, ferretdb, self.postgres)
        self.postgres.start()
        for database, text in (("postgres", BOOKS_ROLES + DOCUMENTS_ROLES), ("books", BOOKS_GRANTS), ("documents", DOCUMENTS_GRANTS)):
            self.postgres.script(database, text)
        self.redis.start()
        self.ferret.start()

    def end(self):
        for store in (self.ferret, self.redis, self.postgres):
            if store.program:
                store.program.kill(signal.SIGINT if store is self.postgres else signal.SIGKILL)

    def variables(self, service, books, documents=None):
        """The environment of a task; `books` and `documents` are the roles that it connects as."""
        return {
            **{"TENANTRY_TENANT": "acme", "TENANTRY_STAGE": "demo", "TENANTRY_SERVICE": service, "TENANTRY_RELEASE": "r1", "CURRENCY": "EUR"},
            **self.store("books", self.postgres.port, books, f"{books}-pw", "postgresql://{}@localhost:{}/books?sslmode=verify-full&sslrootcert={}"),
            **self.store("cache", self.redis.port, "api", "cache-pw", "redis://{}@localhost:{}/0"),
            **(self.store("documents", self.ferret.port, documents, f"{documents.removesuffix('_d')}-pw",
                          "mongodb://{}@localhost:{}/documents?authMechanism=PLAIN&tls=true&tlsCAFile={}") if documents else {}),
        }  # fmt: skip

    def store(self, name, port, user, password, url):
        files = {"URL": url.format(f"{user}:{password}", port, self.folder / "ca.pem"), "PASSWORD": password}
        paths = {kind: self.folder / f"{name}-{user}-{kind}" for kind in files}
        for kind, path in paths.items():
            path.write_text(files[kind])
        plain = {"HOST": "localhost", "PORT": str(port), "USER": user, "DATABASE": name, "CA_FILE": str(self.folder / "ca.pem")}
        given = {**plain, **{f"{kind}_FILE": str(path) for kind, path in paths.items()}}
        return {f"{name.upper()}_{key}": value for key, value in given.items()}
