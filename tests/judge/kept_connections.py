"""A frontend's nginx before a service that closes each kept connection when the next request has come: what is lost, what comes
twice, what stands in the log. Runs as root in a test cell.

usage: kept_connections.py NGINX_CONF
Prints a JSON object: answers ([method, status]), served ([method, path, nth request of its connection], also what it left
without an answer), log.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ROUNDS = 40


def private_folders(configuration):
    text = Path(configuration).read_text()
    for folder in ("/run", "/tmp"):
        subprocess.run(["mount", "-t", "tmpfs", "cell", folder], check=True)
    Path("/run/nginx.conf").write_text(text)
    Path("/run/hosts").write_text("127.0.0.1 localhost api\n")
    subprocess.run(["mount", "--bind", "/run/hosts", "/etc/hosts"], check=True)


def serve(listener, served):
    """Answers the first request of a connection, and keeps it; at the second it closes without a word."""

    def one(connection):
        number = 0
        with connection, connection.makefile("rb") as read:
            while line := read.readline():
                number += 1
                method, path, _ = line.decode().split()
                length = 0
                while (header := read.readline()) not in (b"\r\n", b""):
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                read.read(length)
                served.append([method, path, number])
                if number > 1:
                    return
                body = b"" if method == "HEAD" else b"ok"
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + body)

    while True:
        threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()


def ask(method, path):
    connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=20)
    connection.request(method, path, body=b"x" if method not in ("GET", "HEAD") else None, headers={"X-Forwarded-For": "192.0.2.7"})
    status = connection.getresponse().status
    connection.close()
    return [method, status]


def main():
    private_folders(sys.argv[1])
    served = []
    threading.Thread(target=serve, args=(socket.create_server(("127.0.0.1", 9000)), served), daemon=True).start()
    log = open("/run/log", "wb")
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", "/run/nginx.conf"], stdout=log, stderr=sys.stderr)
    while True:
        try:
            socket.create_connection(("127.0.0.1", 8080)).close()
            break
        except ConnectionRefusedError:
            assert nginx.poll() is None, "nginx ended"
            time.sleep(0.01)
    answers = []
    for number in range(ROUNDS):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            answers.append(ask(method, f"/api/{method}/{number}"))
    end = time.monotonic() + 30
    while Path("/run/log").read_bytes().count(b"\n") < len(answers) and time.monotonic() < end:
        time.sleep(0.01)
    nginx.terminate()
    nginx.wait()
    print(json.dumps({"answers": answers, "served": served, "log": Path("/run/log").read_text()}))
    sys.stdout.flush()
    os._exit(0)  # threads of `serve` wait for connections


main()
