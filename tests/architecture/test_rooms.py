"""The arrows between rooms are those that were agreed on, and the compiler enforces them."""

import os
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import rooms  # noqa: E402

GOLDEN = Path(__file__).parent / "rooms.golden"
# Includes that would break what the architecture promises: a reader that knows the compiler, a base that knows its users.
FORBIDDEN = [
    ("base", "syntax"),
    ("syntax", "model"),
    ("local_read", "blueprint"),
    ("local_read", "local_emit"),
    ("verify", "blueprint"),
    ("blueprint", "host"),
]


@pytest.fixture(scope="module")
def graph(build):
    return rooms.parse((build / "rooms.txt").read_text())


def in_page(page):
    return re.search(r"```rooms\n(.*?)```", page, re.DOTALL)


def accept(graph, page_path):
    """`./dev accept`: the graph as built becomes the agreed one, here and in the page."""
    text = rooms.text(graph, list(graph))
    page = page_path.read_text()
    found = in_page(page)
    GOLDEN.write_text(text)
    page_path.write_text(page[: found.start(1)] + text + page[found.end(1) :])


@pytest.mark.fast
def test_every_arrow_is_agreed_on(graph, top):
    print(rooms.text(graph, list(graph)))
    agreed = rooms.parse(GOLDEN.read_text())
    if os.environ.get("TENANTRY_ACCEPT") == "1" and agreed != rooms.parse(rooms.text(graph, list(graph))):
        accept(graph, top / "docs/architecture.md")
        pytest.skip("accepted the graph as it is")
    assert not graph.keys() - agreed.keys(), "rooms that rooms.golden does not list"
    assert not rooms.arrows(graph) - rooms.arrows(agreed), "arrows that rooms.golden does not list"
    unused = sorted(rooms.arrows(agreed) - rooms.arrows(graph))
    if unused:
        pytest.skip(f"agreed on but not built: {unused}")


@pytest.mark.fast
def test_graph_has_no_cycle(graph):
    assert rooms.cycle(graph) is None
    assert rooms.cycle(rooms.parse("a: b\nb: c\nc: a\n")) is not None, "the check itself finds a cycle"


@pytest.mark.fast
def test_the_page_shows_the_agreed_graph(top):
    assert in_page((top / "docs/architecture.md").read_text()).group(1) == GOLDEN.read_text()


@pytest.mark.judge
@pytest.mark.parametrize("room, other", FORBIDDEN)
def test_forbidden_include_does_not_compile(graph, build, top, room, other):
    if not {room, other} <= graph.keys():
        pytest.skip(f"{room} or {other} is not built yet")
    assert other not in rooms.visible(graph, room)
    header = rooms.public_headers(top, other)[0]
    assert "No such file or directory" in rooms.try_include(build, room, header)


@pytest.mark.judge
def test_exactly_the_visible_rooms_can_be_included(graph, build, top):
    """Every room tries one header of every other one; what it may see must compile, so that no refusal is by accident."""
    wrong = []
    for room in graph:
        if rooms.compile_command(build, room) is None:
            continue  # headers only: nothing of its own is compiled
        for other in graph:
            message = rooms.try_include(build, room, rooms.public_headers(top, other)[0])
            if (other in rooms.visible(graph, room)) != (message == ""):
                wrong.append(f"{room} includes {other}: {message or 'compiles'}")
    assert not wrong, "\n".join(wrong)
