"""Edits of the texts that decide where a request goes (haproxy.cfg, nginx.conf, hosts, config.json, the edge) and of two
environments at once. What each one does was thought out by hand and stands beside it:

  a claim   it ends with 4, and this claim is violated, with a witness and a line of the platform
  DOUBT     it ends with 4, and says what it does not understand: NET-1, NET-5 and NET-6 are not known to hold
  NOTHING   it ends with 0: no packet and no request goes another way, for the reason given
"""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import small_platform
from judge import FOLDER, Judge

pytestmark = pytest.mark.judge

DOUBT, NOTHING = "doubt", "nothing"
BALANCER, FRONTEND, EDGE = f"{FOLDER}/services/load-balancer/haproxy.cfg", f"{FOLDER}/services/web/nginx.conf", "edge/nginx.conf"
WEB_HOSTS, API_HOSTS = f"{FOLDER}/services/web/hosts", f"{FOLDER}/services/api/hosts"
ROUTE = "        location = /api {\n            proxy_pass http://$connections.api;\n        }\n        location ^~ /api/ {\n            proxy_pass http://$connections.api;\n        }\n"  # fmt: skip
NEW = "    upstream new.api {\n        server api:9000 max_fails=0;\n    }\n"
COOKIES = "    http-response replace-header set-cookie .*;[[:space:]]*[Dd][Oo][Mm][Aa][Ii][Nn][[:space:]]*=.* removed=;max-age=0\n"
CHECK = "    http-request return status 421 unless own-name own-host same-host\n"


def task(name):
    return f"{FOLDER}/tasks/{name}/config.json"


# (file, old text, new text, what it does); every place of the old text is changed.
EDITS = [
    # The load balancer sends requests somewhere else.
    (BALANCER, "10.0.0.128:8080", "10.0.16.128:8080", "NET-6"),
    (BALANCER, "10.0.0.128:8080", "10.0.0.4:9000", "NET-5"),
    (BALANCER, "10.0.0.128:8080", "10.0.0.128:8081", "NET-6"),
    (BALANCER, "10.0.0.128:8080", "norte:8080", "NET-6"),
    (BALANCER, "10.0.0.128:8080\n", "10.0.0.128:8080\n    server web-9 10.0.16.128:8080\n", "NET-6"),
    (BALANCER, "10.0.0.128:8080\n", "10.0.0.128:8080\n    server api-1 10.0.0.4:9000\n", "NET-5"),
    (BALANCER, "    server web-1 10.0.0.128:8080\n", "", "NET-6"),
    (BALANCER, "    default_backend web\n", "", "NET-6"),
    (BALANCER, "    default_backend web\n", "    default_backend nothing\n", "NET-6"),
    (BALANCER, "backend web\n    balance", "backend wab\n    balance", "NET-6"),
    (BALANCER, "backend web\n    balance", "listen l\n    bind :9999\n    server x 10.0.16.128:80\n\nbackend web\n    balance", DOUBT),
    (BALANCER, "    default_backend", "    acl r path /x\n    acl r path_beg /x/\n    use_backend web if r\n    default_backend", "NET-5"),
    # It takes other requests.
    (BALANCER, "var(txn.host) -m str acme.", "var(txn.host) -m str norte.", "NET-6"),
    (BALANCER, "ssl_fc_sni -m str acme.", "ssl_fc_sni -m str norte.", "NET-6"),
    (BALANCER, CHECK, "", "NET-6"),
    (BALANCER, "unless own-name own-host same-host", "unless own-name or own-host", DOUBT),
    (BALANCER, " own-host same-host\n", " own-host\n", "NET-6"),
    (BALANCER, "bind fd@3", "bind fd@4", "NET-6"),
    (BALANCER, "bind fd@3 ", "bind :8443 ", "NET-6"),
    (BALANCER, " accept-proxy", "", DOUBT),
    (BALANCER, " ssl crt /run/tls alpn h2,http/1.1", "", DOUBT),
    (BALANCER, "    retries 3\n", "    retries 3\n    frobnicate\n", DOUBT),
    (BALANCER, "m str acme.lend.localhost\n", "m str acme.lend.localhost norte.lend.localhost\n", "NET-6"),
    (BALANCER, "    http-request set-var", "    bind :8443 ssl crt /run/tls\n    http-request set-var", NOTHING),  # no rule lets anybody there
    (BALANCER, "min-ver TLSv1.2", "min-ver TLSv1.3", NOTHING),  # stricter
    # It takes weaker connections, or what clients say of themselves.
    (BALANCER, "ssl-min-ver TLSv1.2", "ssl-min-ver TLSv1.0", "TLS-1"),
    (BALANCER, "ssl-min-ver TLSv1.2 ", "", "TLS-1"),
    (BALANCER, "ssl crt /run/tls", "ssl crt /run/tls ssl-min-ver TLSv1.1", "TLS-1"),
    (BALANCER, "ECDHE-ECDSA-AES128-GCM-SHA256:", "AES128-SHA:", "TLS-1"),
    (BALANCER, "TLS_AES_128_GCM_SHA256:", "TLS_AES_128_CCM_8_SHA256:", "TLS-1"),
    (BALANCER, "max-age=63072000", "max-age=86400", "TLS-1"),
    (BALANCER, "    http-response set-header Strict-Transport-Security max-age=63072000\n", "", "TLS-1"),
    (BALANCER, "max-age=63072000\n", "max-age=63072000\n    http-response del-header Strict-Transport-Security\n", "TLS-1"),
    (BALANCER, "    http-request del-header ^(forwarded|x-forwarded-.*|x-real-ip)$ -m reg\n", "", "TLS-3"),
    (BALANCER, "(forwarded|x-forwarded-.*|x-real-ip)", "(Forwarded|X-Forwarded-.*|X-Real-IP)", DOUBT),  # HAProxy's names are in lower case
    (BALANCER, "X-Forwarded-For %[src]", "X-Forwarded-For %[req.hdr(x-client)]", DOUBT),
    (BALANCER, COOKIES, "", "TLS-3"),
    (BALANCER, " removed=;max-age=0", r" \0", DOUBT),
    (BALANCER, CHECK, "", "TLS-3"),
    (BALANCER, " own-host same-host\n", " own-host\n", "TLS-3"),
    (BALANCER, "ssl_fc_sni -m str acme.", "ssl_fc_sni -m str norte.", DOUBT),
    # The frontend sends requests somewhere else.
    (FRONTEND, "server api:9000", "server scoring:9100", "NET-6"),
    (FRONTEND, "server api:9000", "server 10.0.0.66:9100", "NET-5"),
    (FRONTEND, "server api:9000", "server 10.0.0.4:9000", "NET-6"),  # of two tasks one
    (FRONTEND, "server api:9000", "server 10.0.16.4:9000", "NET-6"),
    (FRONTEND, "server api:9000", "server 10.0.17.164:9000", "NET-6"),
    (FRONTEND, "server api:9000", "server api:9001", "NET-6"),
    (FRONTEND, "server api:9000", "server $http_x:9000", DOUBT),
    (FRONTEND, "http://$connections.api", "http://api:9000", NOTHING),  # a connection for each request
    (FRONTEND, "http://$connections.api", "http://scoring:9100", "NET-6"),
    (FRONTEND, "http://$connections.api", "http://$connections.scoring", DOUBT),
    (FRONTEND, "http://$connections.api", "http://$http_x.api", DOUBT),
    # Requests of one method only.
    (FRONTEND, NEW, NEW.replace("api:9000", "scoring:9100"), DOUBT),
    (FRONTEND, NEW, NEW.replace("new.api", "new.scoring"), DOUBT),
    (FRONTEND, NEW, NEW.replace("    }", "        server 10.0.0.66:9100;\n    }"), DOUBT),
    (FRONTEND, NEW, NEW.replace("    }", "        keepalive 32;\n    }"), DOUBT),  # would lose what is not repeated
    (FRONTEND, "        HEAD kept;\n", "        HEAD kept;\n        POST kept;\n", DOUBT),
    (FRONTEND, "        keepalive 32;\n", "", NOTHING),
    (FRONTEND, ROUTE, "", "NET-6"),
    (FRONTEND, "^~ /api/", "^~ /api", DOUBT),
    (FRONTEND, "location = /api {", "location = /apis {", DOUBT),
    (FRONTEND, ROUTE, ROUTE + ROUTE.replace("/api", "/s").replace("api:9000", "10.0.0.66:9100"), "NET-5"),
    (FRONTEND, "listen 8080", "listen 8081", "NET-6"),
    (FRONTEND, "    server_tokens off;", "    include /tmp/more.conf;", DOUBT),
    (FRONTEND, "root /srv/www;", "return 404;", "NET-6"),
    # A name leads somewhere else.
    (WEB_HOSTS, "10.0.1.164 api", "10.0.1.165 api", "NET-5"),
    (WEB_HOSTS, "10.0.1.164 api", "10.0.17.164 api", "NET-6"),
    (WEB_HOSTS, "10.0.1.164 api", "10.0.0.4 api", "NET-6"),
    (WEB_HOSTS, "10.0.1.164 api\n", "", "NET-6"),
    (WEB_HOSTS, "10.0.1.164 api\n", "10.0.1.164 api\n10.0.17.164 api\n", DOUBT),
    (WEB_HOSTS, "10.0.1.164 api\n", "10.0.1.164 api\nfd00::1 api\n", DOUBT),
    (API_HOSTS, "10.0.1.165 scoring", "127.0.0.1 scoring", "NET-6"),
    (WEB_HOSTS, "10.0.1.164 api\n", "10.0.1.164 api\n10.0.1.165 scoring\n", NOTHING),  # a name opens no way
    # A task is somewhere else, or somebody else.
    *((task(name), f'{{ "type": "network", "path": "/run/tenantry/platforms/lend/net/acme/production/{name}" }}', f'{{ "type": "network"{path} }}', claim)
      for name in ("load-balancer-1", "web-1", "api-1")
      for path, claim in [("", "NET-6"), (', "path": "/proc/1/ns/net"', "NET-1"),
                          (f', "path": "/run/tenantry/platforms/lend/net/norte/production/{name}"', "NET-1"),
                          (', "path": "/run/tenantry/platforms/lend/net/acme/production/scoring-1"', "NET-5"),
                          (', "path": "/run/tenantry/platforms/lend/net/acme/production/router"', "NET-5")]),
    (task("web-1"), ',\n      { "type": "network", "path": "/run/tenantry/platforms/lend/net/acme/production/web-1" }', "", "NET-1"),
    (task("api-1"), '"tenantry.environment": "acme/production"', '"tenantry.environment": "norte/production"', DOUBT),
    (task("api-1"), '"tenantry.service": "api"', '"tenantry.service": "scoring"', "NET-5"),
    (task("web-1"), "services/web/hosts", "services/api/hosts", "NET-6"),
    (task("web-1"), "acme/production/services/web/hosts", "norte/production/services/web/hosts", "NET-6"),
    (task("web-1"), '"destination": "/etc/hosts"', '"destination": "/etc/hostz"', "NET-6"),
    (task("web-1"), '-c", "/etc/tenantry/nginx.conf"', '-c", "/etc/other.conf"', "NET-6"),
    (task("web-1"), "acme/production/services/web/nginx.conf", "norte/production/services/web/nginx.conf", "RUN-1"),  # the same bytes, another's file
    # It may do more.
    *((task(name), old, new, claim) for name in ("load-balancer-1", "web-1", "api-1") for old, new, claim in [
        ('"uid": 10', '"uid": 20', "RUN-1"),
        ('"gid": 10', '"gid": 20', "RUN-1"),
        ('"user": {', '"user": { "additionalGids": [27],', "RUN-2"),
        ('"uid": 1048', '"uid": 1', "RUN-2"),
        ('"bounding": []', '"bounding": ["CAP_CHOWN"]', "RUN-1"),
        ('"ambient": []', '"ambient": ["CAP_NET_RAW"]', "RUN-1"),
        ('"effective": []', '"effective": ["CAP_EVERYTHING"]', DOUBT),
        ('"noNewPrivileges": true', '"noNewPrivileges": false', "RUN-1"),
        (',\n    "noNewPrivileges": true', "", "RUN-1"),
        ('"readonly": true', '"readonly": false', "RUN-1"),
        ('"soft": 0, "hard": 0', '"soft": 0, "hard": 1', "RUN-1"),
        *((f'      {{ "type": "{space}" }},\n', "", "RUN-1") for space in ("pid", "mount", "ipc", "uts", "cgroup")),
        ('"maskedPaths": ["/proc/acpi", ', '"maskedPaths": [', "RUN-1"),
        ('"readonlyPaths": ["/proc/bus", ', '"readonlyPaths": [', "RUN-1"),
        ('"defaultAction": "SCMP_ACT_ERRNO"', '"defaultAction": "SCMP_ACT_LOG"', "RUN-1"),
        ('"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38', '"names": ["clone3"], "action": "SCMP_ACT_ALLOW"', "RUN-1"),
        ('"value": 2114060288', '"value": 1', "RUN-1"),
        ('["access", ', '["ptrace", "access", ', "RUN-1"),
        ('["access", ', '[', "RUN-1"),
        ('"pids": { "limit": 256 }', '"pids": { "limit": 25600 }', "RUN-1"),
        ('"rootfsPropagation": "private"', '"rootfsPropagation": "shared"', "RUN-1"),
        ('{ "allow": false, "access": "rwm" }', '{ "allow": true, "access": "rwm" }', "RUN-1"),
        ('/tenantry/environments/lend+acme', '/tenantry/environments/lend+norte', "RUN-1"),
        ('"/etc/hosts", "type": "bind"', '"/etc/hosts", "type": "bind", "uidMappings": []', DOUBT),
        ('services/SERVICE/hosts", "options": ["bind", "ro"', 'services/SERVICE/hosts", "options": ["bind", "rw"', "RUN-1"),
        ('"mounts": [', '"mounts": [{ "destination": "/x", "type": "bind", "source": "/run/tenantry", "options": ["bind", "ro"] },', "RUN-1"),
        ('"mounts": [', '"mounts": [{ "destination": "/x", "type": "sysfs", "source": "sysfs", "options": ["ro"] },', "RUN-1"),
        ('"size=64m", "nr_inodes=4096"', '"size=64m"', "RUN-1"),
        ('"nosuid", "nodev", "noexec", "mode=1777", "size=64m"', '"nodev", "noexec", "mode=1777", "size=64m"', "RUN-1"),
    ]),
    (task("load-balancer-1"), '"uid": 1048577', '"uid": 1114113', "RUN-2"),  # norte's load balancer's
    (task("load-balancer-1"), "acme/production/tls", "norte/production/tls", "TLS-2"),
    (task("api-1"), '"mounts": [', '"mounts": [{ "destination": "/x", "type": "bind", "source": "/run/tenantry/platforms/lend/environments/norte/production/tls", "options": ["bind", "ro"] },', "TLS-2"),
    (task("api-1"), '"mounts": [', '"mounts": [{ "destination": "/x", "type": "bind", "source": "/run/tenantry/platforms", "options": ["bind", "ro"] },', "TLS-2"),
    (task("load-balancer-1"), "acme/production/services/load-balancer/haproxy.cfg", "norte/production/services/load-balancer/haproxy.cfg", "NET-6"),
    (task("load-balancer-1"), "/usr/sbin/haproxy", "/bin/sh", "NET-6"),
    # The edge.
    ("edge/config.json", '"uid": 1048575', '"uid": 0', "RUN-1"),
    ("edge/config.json", '"bounding": []', '"bounding": ["CAP_CHOWN"]', "RUN-1"),
    ("edge/config.json", '"noNewPrivileges": true', '"noNewPrivileges": false', "RUN-1"),
    ("edge/config.json", '      { "type": "pid" },\n', "", "RUN-1"),
    ("edge/config.json", '"source": "/run/tenantry/in"', '"source": "/run/tenantry"', "RUN-1"),
    ("edge/config.json", '"/run/tenantry/in", "options": ["bind", "ro"', '"/run/tenantry/in", "options": ["bind", "rw"', "RUN-1"),
    (EDGE, "listen 127.0.0.1:8443", "listen 127.0.0.1:9443", "NET-2"),
    (EDGE, "127.0.0.1", "0.0.0.0", "NET-2"),
    (EDGE, "listen 127.0.0.1:8080", "listen 127.0.0.1:80", "NET-2"),
    (EDGE, "(?=.{1,90}$)", "", DOUBT),
    (EDGE, "default unix:/run/tenantry/closed", "default unix:/run/tenantry/in/norte.lend.localhost", DOUBT),
    (EDGE, "in/$name;", "in/norte.lend.localhost;", DOUBT),
    (EDGE, "unix:/run/tenantry/in/$name;", "10.0.16.128:8080;", DOUBT),
    (EDGE, "        default unix", "        acme.lend.localhost unix:/run/tenantry/in/norte.lend.localhost;\n        default unix", DOUBT),
    (EDGE, "map $ssl_preread_server_name", "map $remote_addr", DOUBT),
    (EDGE, "ssl_preread on", "ssl_preread off", DOUBT),
    (EDGE, "proxy_protocol on", "proxy_protocol off", DOUBT),
    (EDGE, "return 308 https://$host:8443$request_uri;", "location / { proxy_pass http://10.0.16.128:8080; }", DOUBT),
    (EDGE, "daemon off;", "daemon off;\ninclude /tmp/more.conf;", DOUBT),
]  # fmt: skip


def joined_routers(texts):
    """Both routers say that a link joins them."""
    changes = {}
    for mine, other in small_platform.OTHER.items():
        path = f"environments/{mine}/network.json"
        network = json.loads(texts[path])
        network["namespaces"][0]["interfaces"].append(
            {"name": "up-1", "mac": f"02:00:00:00:00:{small_platform.ENVIRONMENTS[mine]:02x}", "addresses": ["169.254.1.1/32"],
             "peer": {"namespace": f"/run/tenantry/platforms/lend/net/{other}/router", "interface": "up-1"}})  # fmt: skip
        changes[path] = json.dumps(network)
    return changes


def swapped_blocks(texts):
    """Each environment has the other's rules."""
    paths = [f"environments/{name}/nftables.json" for name in small_platform.OTHER]
    return {paths[0]: texts[paths[1]], paths[1]: texts[paths[0]]}


@pytest.fixture(scope="module")
def judge(tenantry, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hand")
    subprocess.run([tenantry, "emit", "-C", small_platform.FOLDER, "--out", folder / "out"], check=True, capture_output=True)
    return Judge(tenantry, folder / "out", folder)


def heard(code, answer):
    """What the verifier said, in the words of this file."""
    decided = [verdict for verdict in answer["verdicts"] if verdict["decided"]]
    findings = [(verdict["claim"], finding) for verdict in decided for finding in verdict["findings"]]
    for _, finding in findings:
        assert "place" in finding["contradicts"], finding
        # What is not there has no line that bears witness.
        assert finding["witness"] or finding["summary"].endswith("the machine has no edge."), finding
    said = {claim for claim, _ in findings}
    unknown = {verdict["claim"] for verdict in decided if verdict["answer"] == "unknown"}
    if {"NET-1", "NET-5"} <= unknown | said and answer["notUnderstood"]:
        said.add(DOUBT)
    assert (code == 4) == bool(said or unknown)
    return said or {NOTHING}


def test_every_edit_by_hand_is_judged_as_it_was_thought_out(judge, capsys):
    def one(edit):
        path, old, new, wanted = edit
        service = path.split("/")[-2].rpartition("-")[0]  # of a task's file
        old, new = old.replace("SERVICE", service), new.replace("SERVICE", service)
        assert old in judge.texts[path], f"{path} holds {old!r}"
        said = heard(*judge.verify({path: judge.texts[path].replace(old, new)}))
        return None if wanted in said else f"{path}: {old!r} -> {new!r}: {sorted(said)}, not {wanted}"

    with ThreadPoolExecutor(len(judge.folders)) as pool:
        wrong = [why for why in pool.map(one, EDITS) if why]
    with capsys.disabled():
        print(f"\n{len(EDITS)} edits by hand")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("edit, claim", [(joined_routers, "NET-1"), (swapped_blocks, "NET-6")])
def test_edits_of_two_environments_at_once_are_seen(judge, edit, claim):
    assert claim in heard(*judge.verify(edit(judge.texts)))
