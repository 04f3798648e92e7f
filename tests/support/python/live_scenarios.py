"""What must hold of platforms that run, one function a scenario:
    live_scenarios.py SCENARIO CGROUP        as root in a test cell; exit 0 where it holds"""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import kernel_network
from live_machine import BIN, Daemon, Platform, answers, ask, context, everything, is_alive, parent_of, proportional_memory, until, wait_end

ACME, NORTE, WHITE_LABEL = "acme.lend.localhost", "norte.lend.localhost", "prestamos.acme.example"


def in_network_of(pid, function):
    return kernel_network.inside(f"/proc/{pid}/ns/net", function)


# What runs -----------------------------------------------------------------------------------------------------------


def each_environment_answers_with_its_own_name_and_no_other(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    for name, tenant in ((ACME, "acme"), (WHITE_LABEL, "acme"), (NORTE, "norte")):
        assert answers(name) == f"hello from {tenant}\n"
        assert ask(name) == (200, "<p>static\n")
    assert ask(ACME, host=NORTE)[0] == 421, "the name of TLS is one's, the host another's"
    assert ask(ACME, host=WHITE_LABEL)[0] == 421
    with socket.create_connection(("127.0.0.1", 8080)) as plain:
        plain.sendall(b"GET /x HTTP/1.1\r\nHost: acme.lend.localhost\r\n\r\n")
        assert plain.recv(4096).startswith(b"HTTP/1.1 308 ")
    lend("down", "*")
    daemon.end()


def old_tls_is_refused_where_a_permissive_server_takes_it(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    answers(ACME)
    old = context(ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1)
    old.set_ciphers("ALL:@SECLEVEL=0")
    try:
        ask(ACME, trusted=old)
        raise AssertionError("TLS 1.1 was taken")
    except ssl.SSLError as refused:
        assert "alert" in str(refused).lower(), f"the server refused, not this client: {refused}"
    # The same client against a server that takes it: what refused above was ours.
    keys = Path("/mnt/control.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keys, "-out", keys, "-subj", "/CN=x", "-days", "1"], check=True, capture_output=True)
    taking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    taking.minimum_version = ssl.TLSVersion.TLSv1_1
    taking.set_ciphers("ALL:@SECLEVEL=0")
    made = subprocess.run(["sh", "-c", f"openssl x509 -in {keys} && openssl pkey -in {keys}"], capture_output=True, text=True, check=True)
    keys.write_text(made.stdout)
    taking.load_cert_chain(keys)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: taking.wrap_socket(listener.accept()[0], server_side=True).close())
    thread.start()
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(listener.getsockname()) as plain, old.wrap_socket(plain) as connection:
        assert connection.version() == "TLSv1.1"
    thread.join()
    lend("down", "*")
    daemon.end()


def two_platforms_with_the_same_blocks_run_side_by_side(cgroup):
    daemon, lend, rent = Daemon(cgroup), Platform("lend"), Platform("rent")
    rent.edit(", hosts: { production: [prestamos.acme.example] }", "")
    blocks = [re.findall(r"block (\S+)", (one.folder / "platform.lock").read_text()) for one in (lend, rent)]
    assert blocks[0] == blocks[1], "the same addresses"
    lend("up")
    rent("up")
    pids = {platform: platform.tasks()["api-1"]["pid"] for platform in (lend, rent)}
    assert answers(ACME) == "hello from acme\n"
    assert answers("acme.rent.localhost") == "hello from acme\n"
    assert len({os.stat(f"/proc/{pid}").st_uid for pid in pids.values()}) == 2, "no user id is shared"
    lend("down", "*")
    assert answers("acme.rent.localhost") == "hello from acme\n"
    assert is_alive(pids[rent])
    rent("down", "*")
    daemon.end()


def what_is_up_can_be_reached_at_once_each_time(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    for _ in range(4):
        lend("up", "acme")
        assert ask(ACME) == (200, "<p>static\n")
        lend("down", "acme")
    daemon.end()


def what_another_platform_has_is_refused_before_anything_changes(cgroup):
    daemon, lend, rent = Daemon(cgroup), Platform("lend"), Platform("rent")
    lend("up")
    refused = rent("up", "acme", code=1)
    assert "prestamos.acme.example is a host of local/lend/acme/production already" in refused
    rent.edit(", hosts: { production: [prestamos.acme.example] }", "")
    lock = (lend.folder / "platform.lock").read_text()
    (rent.folder / "platform.lock").write_text(lock.replace("platform lend", "platform rent"))
    assert "user ids" in rent("up", "acme", code=1)
    assert rent.phase() == "absent"
    lend("down", "*")
    daemon.end()


def no_edge():
    return not Path("/run/tenantry/edge").exists()


def rounds_leave_nothing(cgroup, daemon, platform, rounds, at_work):
    """`up` and `down`, again and again: nothing is left, and the daemon's memory stays what it was after the second round."""
    before = None
    for number in range(rounds + 1):
        platform("up")
        at_work()
        platform("down", "*")
        until(no_edge, "the edge has ended")
        before = before or everything(cgroup)
        if number == min(2, rounds - 1):
            time.sleep(3)  # the daemon gives memory back when nothing has happened for two seconds
            whole, own = proportional_memory(daemon.pid)
    after = everything(cgroup)
    for what, there in before.items():
        assert len(after[what]) == len(there), f"{what}: {there} -> {after[what]}"
    most = own + whole // 10 + 512  # each of its two dozen threads keeps what it freed (malloc's tcache), until all have worked once
    until(lambda: proportional_memory(daemon.pid)[1] <= most, f"the daemon's memory is at most {most} KiB, as after the second round")
    left = [str(path) for folder in ("/run/tenantry/platforms", "/run/tenantry/in", "/run/tenantry/edge") for path in Path(folder).rglob("*")]
    assert left == [], left


def down_leaves_nothing(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    rounds_leave_nothing(cgroup, daemon, lend, int(os.environ.get("TENANTRY_ROUNDS", "4")), lambda: answers(ACME))
    daemon.end()
    purged = subprocess.run([BIN / "tenantryd", "--purge", "--cgroup", cgroup], capture_output=True, text=True)
    assert purged.returncode == 0, purged.stderr
    for folder in ("/run/tenantry", "/var/lib/tenantry"):
        assert list(Path(folder).iterdir()) == [], folder
    assert list(Path("/sys/fs/cgroup").glob(f"*/{cgroup}")) == []


def the_doctor_says_what_to_mend(cgroup):
    lend = Platform()
    told = lend("doctor", code=1)
    assert re.search(r"^daemon +BAD +nobody answers", told, re.M) and told.endswith("1 to mend.\n"), told
    daemon = Daemon(cgroup)
    assert lend("doctor").endswith("This machine can run environments.\n")
    with socket.create_server(("127.0.0.1", 8443)):
        told = lend("doctor", code=1)
        assert re.search(r"^port 8443 +BAD +taken .*\n +. help: end that program", told, re.M), told
        refused = lend("up", "acme", code=1)
        assert "edge" in refused, refused
    assert lend.phase() == "absent"
    daemon.end()


def who_may_not_ask_is_not_heard(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    assert os.stat("/run/tenantry/tenantry.sock").st_mode & 0o777 == 0o660
    task = os.stat(f"/proc/{lend.tasks()['api-1']['pid']}").st_uid

    def ask_as(user):
        program = "import os, socket, sys; os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1])); s = socket.socket(socket.AF_UNIX); s.connect('/run/tenantry/tenantry.sock')"
        return subprocess.run([sys.executable, "-c", program, str(user)], capture_output=True).returncode == 0

    assert ask_as(0) and not ask_as(65534) and not ask_as(task) and not ask_as(1_048_575)
    lend("down", "*")
    daemon.end()


# Change --------------------------------------------------------------------------------------------------------------


def what_is_up_and_equal_is_left_alone_and_a_change_touches_only_its_own(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    before = {one: {name: task["pid"] for name, task in lend.tasks(one).items()} for one in ("acme/production", "norte/production")}
    lend("up")
    assert {one: {name: task["pid"] for name, task in lend.tasks(one).items()} for one in before} == before
    lend.edit("env: { LOG_LEVEL: info }", "env: { LOG_LEVEL: debug }")
    lend("up", "acme")
    now = {name: task["pid"] for name, task in lend.tasks().items()}
    assert now["api-1"] != before["acme/production"]["api-1"]
    assert now["load-balancer-1"] == before["acme/production"]["load-balancer-1"]
    assert {name: task["pid"] for name, task in lend.tasks("norte/production").items()} == before["norte/production"]
    assert "LOG_LEVEL=debug" in answers(ACME, "/api/env")
    assert "LOG_LEVEL=info" in answers(NORTE, "/api/env")
    lend("down", "*")
    daemon.end()


def a_plan_is_made_against_what_runs_and_applied_exactly_or_not_at_all(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    plan = lend.folder / "first.plan"
    told = lend("plan", "-o", plan, "--detailed-exitcode", code=3)
    assert told.startswith("touches 2 of 2 tenants: 0 restarts, 0 replaced, 2 new\n"), told
    lend("up", plan)
    assert (lend.phase(), lend.phase("norte/production")) == ("up", "up")
    assert "Nothing changes." in lend("plan", "--detailed-exitcode", code=0), "nothing is left to do"
    refused = lend("up", "--plan", plan, code=2)
    assert "the plan is stale" in refused and "Something else was applied since" in refused, refused
    lend.edit("norte: { name: Crédito del Norte }", "norte: { name: Norte, production: { env: { LOG_LEVEL: debug } } }")
    told = lend("plan", "-o", plan)
    assert told.startswith("touches 1 of 2 tenants: 1 restart, 0 replaced"), told
    acme, norte = lend.tasks(), lend.tasks("norte/production")
    lend.edit("LOG_LEVEL: info", "LOG_LEVEL: trace")
    lend("up", "--plan", plan, code=2)
    assert (lend.tasks()["api-1"]["pid"], lend.tasks("norte/production")["api-1"]["pid"]) == (acme["api-1"]["pid"], norte["api-1"]["pid"])
    lend.edit("LOG_LEVEL: trace", "LOG_LEVEL: info")
    lend("up", "--plan", plan)
    assert lend.tasks()["api-1"]["pid"] == acme["api-1"]["pid"] and lend.tasks("norte/production")["api-1"]["pid"] != norte["api-1"]["pid"]
    # Applied in two steps of two files: the plan is against both.
    lend.edit("LOG_LEVEL: info", "LOG_LEVEL: warn")
    lend("up", "acme")
    assert lend("plan").startswith("touches 0 of 2 tenants: 0 restarts, 0 replaced\nCompared with what runs on this machine.")
    lend("down", "*")
    assert "2 new" in lend("plan")
    daemon.end()


# Proof ---------------------------------------------------------------------------------------------------------------


def a_rule_added_by_hand_is_found_with_its_witness_and_line(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    assert " 0 violated" in lend("verify", "--live")
    router = router_of(lend, daemon, "acme/production")
    nft(router, "add rule inet tenantry relay accept")
    found = lend("verify", "--live", code=4)
    assert re.search(r"^NET-5 +violated", found, re.M), found
    assert "platform.yaml:" in found and "acme/production" in found
    assert "norte/production" not in re.sub(r"(?m)^ +on .*$", "", found.partition("NET-6")[0]), "the other one is untouched"
    lend("up", "acme")
    assert " 0 violated" in lend("verify", "--live"), "the next up mends it"
    lend("down", "*")
    daemon.end()


def restart_without_filter(daemon):
    """Kills the daemon, and starts acme's api-1 in its place with all but its filter of system calls."""
    daemon.kill()
    folder = Path("/run/tenantry/platforms/lend/environments/acme/production/tasks/api-1")
    record = json.loads((folder / "task.json").read_text())
    for pid in (record["monitor"], record["pid"]):
        os.kill(pid, signal.SIGKILL)
        wait_end(pid)
    config = json.loads((folder / "run/config.json").read_text())
    del config["linux"]["seccomp"]
    bundle = Path("/mnt/bundle")
    bundle.mkdir()
    (bundle / "config.json").write_text(json.dumps(config))
    crun = ["nsenter", "--mount=/run/tenantry/mounts/namespace", "crun", "--root", "/mnt/crun"]
    words = [*crun, "run", "--detach", "--bundle", bundle, "--pid-file", "/mnt/pid", "by-hand"]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pid = int(Path("/mnt/pid").read_text())
    start = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    record.update(pid=pid, start=start, monitor=pid, monitorStart=start)
    (folder / "task.json").write_text(json.dumps(record))


def a_task_restarted_by_hand_without_its_filter_is_found(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    restart_without_filter(daemon)
    daemon = Daemon(cgroup)
    until(lambda: lend.phase() == "failed", "what is there is refused")
    assert "RUN-1" in lend("status")
    told = lend("verify", "--live", code=4)
    assert re.search(r"^RUN-1 +violated", told, re.M) and "api-1" in told and "platform.yaml:" in told, told
    assert answers(ACME) == "hello from acme\n", "it served, and serves on"
    lend("down", "*")
    daemon.end()


def what_shall_be_closed_on_a_violation_lets_nobody_in_until_it_is_mended(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "--on-violation", "close")
    answers(ACME)
    restart_without_filter(daemon)
    daemon = Daemon(cgroup)
    until(lambda: lend.phase() == "closed", "what is there is refused")
    assert "RUN-1" in lend("status")
    pid = lend.tasks()["web-1"]["pid"]

    def is_closed():
        try:
            ask(ACME)
        except OSError:
            return True
        return False

    assert is_closed() and answers(NORTE) == "hello from norte\n", "the other one serves"
    assert re.search(r"^RUN-1 +violated", lend("verify", "--live", code=4), re.M), "it can be looked at"
    daemon.kill()
    daemon = Daemon(cgroup)
    until(lambda: lend.phase("norte/production") == "up", "the next daemon")
    assert lend.phase() == "closed" and is_closed(), "it stays closed"
    assert is_alive(pid)
    os.kill(lend.tasks()["api-1"]["pid"], signal.SIGKILL)
    until(lambda: lend.tasks()["api-1"]["phase"] == "ready", "it is started as it should be")
    lend("up", "acme")
    assert answers(ACME) == "hello from acme\n" and lend.phase() == "up"
    lend("down", "*")
    daemon.end()


def a_listener_of_ours_on_the_machine_is_found(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    assert re.search(r"^NET-2 +holds", lend("verify", "--live"), re.M)
    listening = "import socket; s = socket.create_server(('127.0.0.1', 5000)); print(flush=True); input()"
    listener = subprocess.Popen([sys.executable, "-c", listening], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    listener.stdout.readline()
    assert re.search(r"^NET-2 +holds", lend("verify", "--live"), re.M), "another's is none of ours"
    for group in Path("/sys/fs/cgroup").glob(f"*/{cgroup}/environments/lend+acme+production/api-1/cgroup.procs"):
        group.write_text(str(listener.pid))
    told = lend("verify", "--live", code=4)
    assert re.search(r"^NET-2 +violated", told, re.M) and "api-1 listens in the machine's network, at 127.0.0.1, tcp port 5000" in told, told
    listener.communicate(b"\n")
    lend("down", "*")
    daemon.end()


def a_weak_answer_is_found(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    told = lend("verify", "--live", "--probe")
    assert re.search(r"^TLS-1 +holds", told, re.M) and re.search(r"^TLS-3 +holds", told, re.M), told
    # A certificate of the same authority with a few days left, given to the living load balancer.
    folder, ca = Path("/run/tenantry/platforms/lend/environments/acme/production"), Path("/var/lib/tenantry/ca")
    names = f"subjectAltName=DNS:{ACME},DNS:{WHITE_LABEL}"
    run = lambda *words: subprocess.run(words, check=True, capture_output=True)  # noqa: E731
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/mnt/key.pem", "-out", "/mnt/request.pem", "-subj", "/CN=x")
    Path("/mnt/names").write_text(names)
    run("openssl", "x509", "-req", "-in", "/mnt/request.pem", "-CA", ca / "ca.pem", "-CAkey", ca / "ca.key", "-set_serial", "7", "-days", "5", "-extfile", "/mnt/names", "-out", "/mnt/leaf.pem")
    pem = Path("/mnt/leaf.pem").read_text() + Path("/mnt/key.pem").read_text()
    control = f"/proc/{lend.tasks()['load-balancer-1']['pid']}/root/run/haproxy.sock"

    def command(text):
        with socket.socket(socket.AF_UNIX) as runtime:
            runtime.connect(control)
            runtime.sendall(text.encode() + b"\n")
            runtime.shutdown(socket.SHUT_WR)
            return runtime.makefile().read()

    file = next(line for line in command("show ssl cert").splitlines() if line.startswith("/"))
    command(f"set ssl cert {file} <<\n{pem}")
    assert "Success" in command(f"commit ssl cert {file}")
    told = lend("verify", "--live", "--probe", code=4)
    assert re.search(r"^TLS-1 +violated", told, re.M), told
    assert re.search(rf"acme/production: {ACME} has a certificate that ends in [45] days; 21 are the least", told), told
    assert "norte/production:" not in told, told
    lend("down", "*")
    daemon.end()


def probes_go_as_the_tables_say_and_tell_where_they_do_not(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    probes = lend.json("verify", "--live", "--probe")["probes"]
    assert probes["tasks"] == 12 and probes["sent"] > 300 and probes["against"] == [], probes  # spare ones too
    assert 16 <= probes["arrived"] <= 20, probes  # balancers to frontends, frontends to services, by their own and the service's address
    # What the tables do not say: a listener that takes what leaves the task, whoever it is for.
    pid = lend.tasks()["api-1"]["pid"]
    catching = "import socket; s = socket.create_server(('0.0.0.0', 5000)); print(flush=True); s.accept()"
    catcher = subprocess.Popen(["nsenter", f"--net=/proc/{pid}/ns/net", sys.executable, "-c", catching], stdout=subprocess.PIPE)
    catcher.stdout.readline()
    web = in_network_of(lend.tasks()["web-1"]["pid"], own_address)
    rule = f"table ip caught {{ chain out {{ type nat hook output priority 0; ip daddr {web} tcp dport 9000 redirect to :5000\n}}\n}}\n"
    in_network_of(pid, lambda: subprocess.run(["nft", "-f", "-"], input=rule, text=True, check=True))
    told = lend("verify", "--live", "--probe", code=4)
    catcher.kill()
    catcher.wait()
    assert f"acme/production/api-1 -> acme/production/web-1 ({web}:9000) arrived" in told, told
    assert re.search(r"^NET-5 +violated", told, re.M) and f"acme/production/api-1 tried web-1 ({web}:9000), which nothing declares, and it arrived" in told, told
    assert "norte/production:" not in told, told
    in_network_of(pid, lambda: subprocess.run(["nft", "delete table ip caught"], check=True))
    assert " 0 violated" in lend("verify", "--live", "--probe")
    # What the tables say too: the rules let go what comes under another's address, and it is delivered.
    nft(router_of(lend, daemon, "acme/production"), "insert rule inet tenantry antispoof accept")
    told = lend("verify", "--live", "--probe", code=4)
    assert re.search(r"^NET-12 +violated", told, re.M) and re.search(r"acme/production/web-1 sent as \S+, which is not its own address, to \S+:9000, and it was delivered", told), told
    lend("up", "acme")
    # What the tables do not say: the address of cloud metadata answers within the task's own network.
    in_network_of(pid, lambda: subprocess.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo"], check=True))
    told = lend("verify", "--live", "--probe", code=4)
    assert "169.254.169.254:80, which is no task's, and it arrived" in told, told
    in_network_of(pid, lambda: subprocess.run(["ip", "address", "delete", "169.254.169.254/32", "dev", "lo"], check=True))
    lend("down", "*")
    daemon.end()


def a_question_about_reach_is_answered_from_the_kernel(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    assert "It arrives." in lend("reach", "--live", "acme/production/web", "acme/production/api")
    assert "It does not arrive." in lend("reach", "--live", "acme/production/api", "acme/production/web", code=1)
    nft(router_of(lend, daemon, "acme/production"), "add rule inet tenantry relay accept")
    assert "It arrives." in lend("reach", "--live", "acme/production/api", "acme/production/web")
    assert "It does not arrive." in lend("reach", "acme/production/api", "acme/production/web", code=1), "what would be applied"
    lend("down", "*")
    daemon.end()


def logs_are_followed_over_a_restart_of_their_task(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    answers(ACME, "/api/before")
    following = subprocess.Popen([BIN / "tenantry", "logs", "--follow", "acme/production/api", "-C", lend.folder], stdout=subprocess.PIPE, text=True)
    while "GET /before" not in following.stdout.readline():
        pass
    os.kill(lend.tasks()["api-1"]["pid"], signal.SIGKILL)
    answers(ACME, "/api/behind")
    while "GET /behind" not in (line := following.stdout.readline()):
        assert line, "the log went on"
    following.kill()
    following.wait()
    assert "GET /before" not in lend("logs", "acme/production/api"), "another run has another log"
    lend("down", "*")
    daemon.end()


def each_request_is_logged_once_by_who_answered_it(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    answers(ACME)
    assert ask(ACME, "/api/seen")[0] == 200 and ask(ACME, "/seen")[0] == 404 and ask(ACME, "/api/refused", host=NORTE)[0] == 421
    logs = {}

    def written():
        logs.update({task: lend("logs", f"acme/production/{task}") for task in ("web", "load-balancer")})
        return '"GET /seen HTTP/1.1" 404 ' in logs["web"] and "/api/refused" in logs["load-balancer"]

    until(written, "the lines came")
    assert re.search(r'^127\.0\.0\.1 \[[^]]+\] "GET /api/seen HTTP/1.1" 200 ', logs["web"], re.M), logs["web"]
    assert "refused" not in logs["web"] and "seen" not in logs["load-balancer"], logs
    lend("down", "*")
    daemon.end()


def a_program_inside_a_task_runs_with_its_sandbox(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    assert re.match(r"uid=(\d+)\(task\) gid=\1", lend("exec", "acme/production/api", "--", "/usr/bin/id"))
    assert lend("exec", "acme/production/api", "--", "/usr/bin/sh", "-c", "echo out; echo err >&2; exit 7", code=7) == "out\nerr\n"
    assert "Read-only file system" in lend("exec", "acme/production/api-1", "--", "/usr/bin/touch", "/app/x", code=1)
    lend("exec", "acme/production/nobody", "--", "/usr/bin/id", code=1)
    lend("down", "*")
    daemon.end()


def router_of(platform, daemon, environment):
    """A process id that is in the router's namespace: one that we put there, by the pin in the daemon's mounts."""
    path = f"/run/tenantry/platforms/{platform.name}/net/{environment}/router"
    return f"/proc/{daemon.pid}/root{path}"


def nft(namespace, command):
    def run():
        subprocess.run(["nft", command], check=True, capture_output=True)

    kernel_network.inside(namespace, run)


def every_cross_pair_is_as_declared(cgroup):
    """Real packets between all tasks of all environments, to their ports and to a port that nobody has."""
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    answers(ACME), answers(NORTE)
    tasks = {}
    for environment in ("acme/production", "norte/production"):
        for name, task in lend.tasks(environment).items():
            address = in_network_of(task["pid"], own_address)
            tasks[f"{environment}/{name}"] = (task["pid"], address)
    assert len({address for _, address in tasks.values()}) == len(tasks) == 6
    declared = {("load-balancer-1", "web-1", 8080), ("web-1", "api-1", 9000)}
    tried = 0
    for source, (pid, _) in tasks.items():
        for target, (_, address) in tasks.items():
            if source == target:
                continue
            same = source.rpartition("/")[0] == target.rpartition("/")[0]
            for port in (8080, 9000, 8443, 22):
                wanted = same and (source.rpartition("/")[2], target.rpartition("/")[2], port) in declared
                got = in_network_of(pid, lambda: connects(address, port))
                assert got == wanted, f"{source} -> {target}:{port}: {got}"
                tried += 1
    for pid, _ in tasks.values():
        for outside in ("127.0.0.1", "169.254.169.254", "192.0.2.1"):
            assert not in_network_of(pid, lambda: connects(outside, 8443)), outside
    assert tried == 6 * 5 * 4
    lend("down", "*")
    daemon.end()


def own_address():
    text = subprocess.run(["ip", "-j", "-4", "address"], capture_output=True, text=True, check=True).stdout
    return next(row["local"] for link in json.loads(text) if link["ifname"] != "lo" for row in link["addr_info"])


def connects(address, port):
    try:
        with socket.create_connection((address, port), timeout=0.3):
            return True
    except OSError:
        return False


def a_spoofed_source_is_dropped(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    answers(ACME)
    tasks = lend.tasks()
    web, api = (in_network_of(tasks[name]["pid"], own_address) for name in ("web-1", "api-1"))

    def send(source):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as plain:
            plain.setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND of ip(7)
            plain.settimeout(0.3)
            plain.bind((source, 0))
            try:
                plain.connect((api, 9000))
                return True
            except OSError:
                return False

    assert in_network_of(tasks["web-1"]["pid"], lambda: send(web)), "with its own address it may"
    router = router_of(lend, daemon, "acme/production")
    nft(router, "add table inet seen")
    for chain, hook in (("comes", "prerouting priority -310"), ("goes", "forward priority -1")):
        nft(router, f"add chain inet seen {chain} {{ type filter hook {hook}; }}")
        nft(router, f"add rule inet seen {chain} ip saddr 10.9.9.9 counter")
    # The address is added to the task's own link, so that its kernel sends it: only the router stands in the way.
    def spoof():
        subprocess.run(["ip", "address", "add", "10.9.9.9/32", "dev", "eth0"], check=True, capture_output=True)
        return send("10.9.9.9")

    assert not in_network_of(tasks["web-1"]["pid"], spoof)
    came, went = (counted(router, chain) for chain in ("comes", "goes"))
    assert came > 0 and went == 0, "the router got its packets and passed none on"
    lend("down", "*")
    daemon.end()


def counted(namespace, chain):
    words = ["nft", "list", "chain", "inet", "seen", chain]
    text = kernel_network.inside(namespace, lambda: subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    return int(re.search(r"counter packets (\d+)", text)[1])


# Faults --------------------------------------------------------------------------------------------------------------


def a_killed_daemon_leaves_what_runs_and_the_next_takes_it_over(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up")
    before = {name: task["pid"] for name, task in lend.tasks().items()}
    daemon.kill()
    assert ask(ACME, trusted=ssl._create_unverified_context())[0] == 200, "it serves without a daemon"
    daemon = Daemon(cgroup)
    until(lambda: lend.phase() == "up", "up again")
    assert {name: task["pid"] for name, task in lend.tasks().items()} == before
    assert " 0 violated" in lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def what_is_on_its_way_is_not_verified_half(cgroup):
    """Nor after a restart of the daemon, which looks at everything once more."""
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "--detach")
    assert " 0 violated" in lend("verify", "--live", "--probe")
    for _ in range(3):
        daemon.kill()
        daemon = Daemon(cgroup)
        assert " 0 violated" in lend("verify", "--live", "--probe")
    lend("down", "*")
    daemon.end()


def killed_at_any_command_the_next_daemon_ends_equal(cgroup):
    """The daemon ends by SIGKILL at each command of `up` and of `down`, before its effect, after it, after its result."""
    lend = Platform()
    daemon = Daemon(cgroup, "tenantryd_killed", "count")
    lend("up", "acme")
    lend("down", "*")
    commands = re.findall(r"^command (\S+)$", daemon.words(), re.M)
    daemon.end()
    assert len(commands) >= 10, commands
    moments = [f"{moment}:{number}" for number in range(1, len(commands) + 1) for moment in ("before", "after", "result")]
    every = int(os.environ.get("TENANTRY_EVERY", "4"))
    half = commands.index("closeIngress") if "closeIngress" in commands else len(commands)
    for kill in moments[:: int(os.environ.get("TENANTRY_EVERY", "5"))]:
        daemon = Daemon(cgroup, "tenantryd_killed", kill)
        goesUp = int(kill.partition(":")[2]) <= half and not kill.endswith(f":{half}")
        lend.run("up", "acme")
        if daemon.process.poll() is None:
            lend.run("down", "*")
        until(lambda: daemon.process.poll() is not None, f"the daemon was killed at {kill}")
        ran = running_tasks()
        daemon = Daemon(cgroup)
        until(lambda: lend.phase() in ("up", "absent"), f"settled after {kill}")
        if goesUp and lend.phase() == "up":
            assert ran.items() <= running_tasks().items(), f"{kill}: what ran goes on"
        lend("up", "acme")
        assert answers(ACME) == "hello from acme\n", kill
        assert " 0 violated" in lend("verify", "--live"), kill
        lend("down", "*")
        daemon.end()
    daemon = Daemon(cgroup)
    assert lend.json("status")["environments"] == []
    daemon.end()


def running_tasks():
    """Task -> pid, of those that are recorded as started and live."""
    records = {path.parent.name: json.loads(path.read_text()) for path in Path("/run/tenantry/platforms").glob("*/environments/*/*/tasks/*/task.json")}
    return {task: record["pid"] for task, record in records.items() if is_alive(record["pid"])}


def a_killed_program_is_there_again_and_told_truthfully(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    lend("up", "acme")
    trusted = context()
    answers(ACME, trusted=trusted)
    for task in ("api-1", "web-1", "load-balancer-1"):
        old = lend.tasks()[task]["pid"]
        os.kill(old, signal.SIGKILL)
        until(lambda: f"local/lend/acme/production/{task}: ended: signal 9 (SIGKILL)" in daemon.words(), f"{task}'s end is told")
        until(lambda: lend.tasks()[task]["pid"] not in (0, old), f"{task} runs again")
        assert answers(ACME, trusted=trusted) == "hello from acme\n"
        until(lambda: lend.tasks()[task]["phase"] == "ready", f"{task} is ready again")
    for task in ("api-1", "web-1", "load-balancer-1"):
        old = lend.tasks()[task]["pid"]
        os.kill(parent_of(old), signal.SIGKILL)
        until(lambda: f"local/lend/acme/production/{task}: ended: its monitor (conmon) ended" in daemon.words(), f"the end of {task}'s monitor is told")
        until(lambda: lend.tasks()[task]["pid"] not in (0, old) and not is_alive(old), f"{task} is replaced")
        assert answers(ACME, trusted=trusted) == "hello from acme\n"
        until(lambda: lend.tasks()[task]["phase"] == "ready", f"{task} is ready again")
    nginx = next(iter(pids_of("nginx")))
    os.kill(nginx, signal.SIGKILL)
    wait_end(nginx)
    assert answers(ACME, trusted=trusted) == "hello from acme\n"
    until(lambda: all(task["phase"] == "ready" for task in lend.tasks().values()), "all ready")
    assert " 0 violated" in lend("verify", "--live")
    lend("down", "*")
    daemon.end()


def pids_of(program):
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and Path(f"/proc/{name}/comm").read_text().strip() == program:
                yield int(name)
        except FileNotFoundError:
            pass


def a_program_that_does_not_start_is_told_and_undone(cgroup):
    daemon, lend = Daemon(cgroup), Platform()
    (lend.folder / "build/api").write_text("#!/nowhere\n")
    told = lend("up", "acme", code=1)
    assert "api-1" in told, told
    assert lend.phase() == "absent"
    daemon.end()


if __name__ == "__main__":
    # A place of the cell alone for what the scenarios write.
    subprocess.run(["mount", "-t", "tmpfs", "scenario", "/mnt"], check=True)
    globals()[sys.argv[1]](sys.argv[2])
