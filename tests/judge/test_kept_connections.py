"""A frontend keeps connections to services, for requests alone that nginx repeats where the service closes one just then."""

import collections
import json
import re
import sys

import pytest

pytestmark = [pytest.mark.judge, pytest.mark.root]

REPEATED = ("GET", "HEAD")


@pytest.fixture
def seen(cell, top):
    configuration = top / "tests/golden/local_emit/environments/acme/production/services/web/nginx.conf"
    done = cell(sys.executable, "-B", top / "tests/judge/kept_connections.py", configuration)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_request_fails_though_the_service_closes_every_kept_connection(seen):
    assert [answer for answer in seen["answers"] if answer[1] != 200] == []


def test_only_what_is_repeated_goes_over_a_kept_connection(seen):
    kept = collections.Counter(method for method, _, nth in seen["served"] if nth > 1)
    assert set(kept) <= set(REPEATED), kept
    assert sum(kept.values()) > 10, "connections were kept, and closed with a request on them"


def test_nothing_else_comes_twice(seen):
    times = collections.Counter(path for method, path, _ in seen["served"] if method not in REPEATED)
    assert len(times) == 120 and set(times.values()) == {1}


def test_each_request_is_one_whole_line_of_the_log(seen):
    lines = seen["log"].splitlines()
    form = re.compile(r'192\.0\.2\.7 \[[^]]+\] "([A-Z]+) (/api/\S+) HTTP/1\.1" 200 \d+ \d+\.\d+ "-" "-"')
    logged = [match.groups() for line in lines if (match := form.fullmatch(line))]
    assert len(logged) == len(seen["answers"]) == len(set(logged)), [line for line in lines if not form.fullmatch(line)][:3]
