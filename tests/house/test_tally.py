"""The last line of `./dev all` counts what ran, what failed and what was left out."""

import pytest

import tally

pytestmark = pytest.mark.fast

CTEST = """<testsuite>
<testcase name="rooms" status="run"/>
<testcase name="crashes" status="fail"><failure/></testcase>
<testcase name="missing" status="notrun"><skipped message="Unable to find executable"/></testcase>
<testcase name="skips" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
<testcase name="plain" status="run"/>
</testsuite>"""

GTEST = """<testsuites><testsuite>
<testcase name="a" status="run" result="completed"/>
<testcase name="b" status="run" result="skipped"><skipped message="accepted"/></testcase>
<testcase name="c" status="notrun" result="suppressed"/>
</testsuite></testsuites>"""


def ctest_tally(tmp_path, ctest=CTEST):
    (tmp_path / "ctest.xml").write_text(ctest)
    details = tmp_path / "gtest"
    details.mkdir()
    (details / "rooms_test.xml").write_text(GTEST)
    (details / "crashes_test.xml").write_text("<testsuites><testcase name='d' status='run' result='completed'/></testsuites>")
    commands = {name: [f"/build/bin/{name}_test"] for name in ["rooms", "crashes", "missing", "skips", "plain", "left_out"]}
    return tally.of_ctest(tmp_path / "ctest.xml", commands, details)


def test_cases_of_a_program_are_counted_instead_of_the_program(tmp_path):
    # passed: a, d, plain; failed: the crash after d, the missing program; skipped: b, c, skips, left_out
    assert str(ctest_tally(tmp_path)) == "3 passed, 2 failed, 4 skipped"


def test_a_tally_is_read_back_and_anything_else_is_a_failure():
    assert tally.parse("3 passed, 0 failed, 1 skipped\n") == tally.Tally(3, 0, 1)
    for line in ("", "Traceback (most recent call last):", "3 passed, 0 failed"):
        assert tally.parse(line) == tally.FAILED


def test_pytest_failures_errors_and_skips(tmp_path):
    report = tmp_path / "pytest.xml"
    report.write_text(
        "<testsuites><testsuite><testcase name='a'/><testcase name='b'><failure/></testcase>"
        "<testcase name='c'><error/></testcase><testcase name='d'><skipped/></testcase></testsuite></testsuites>"
    )
    assert str(tally.of_junit(report)) == "1 passed, 2 failed, 1 skipped"
