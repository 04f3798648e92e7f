"""The graph of rooms as CMake built it, and what a room's own compile command can see."""

import json
import re
import shlex
import subprocess
from pathlib import Path


def parse(text):
    """`name: what it uses | what it uses privately` a line -> {name: ([public], [private])}."""
    graph = {}
    for line in text.splitlines():
        name, _, uses = line.partition(":")
        public, _, private = uses.partition("|")
        graph[name] = (public.split(), private.split())
    return graph


def arrows(graph):
    return {(room, used) for room, (public, private) in graph.items() for used in public + private}


def passed_on(graph, room):
    """The room and every room whose headers come with it."""
    return {room}.union(*(passed_on(graph, used) for used in graph[room][0]))


def visible(graph, room):
    public, private = graph[room]
    return {room}.union(*(passed_on(graph, used) for used in public + private))


def cycle(graph):
    """A room that reaches itself, or None."""

    def reaches(start, room, seen):
        for used in graph[room][0] + graph[room][1]:
            if used == start or (used not in seen and reaches(start, used, seen | {used})):
                return True
        return False

    return next((room for room in graph if reaches(room, room, set())), None)


def text(graph, order):
    """One line a room: the form of rooms.golden and of docs/architecture.md."""
    lines = []
    for room, (public, private) in graph.items():
        lines.append(" ".join([f"{room}:", *sorted(public + private, key=order.index)]))
    return "\n".join(lines) + "\n"


def public_headers(top, room):
    return sorted(top.glob(f"src/*/{room}/include/tenantry/{room}/*.hpp"))


def source_of(path, room):
    return re.search(rf"/src/[^/]+/{room}/[^/]+\.cpp$", path) and not path.endswith("_test.cpp")


def compile_command(build, room):
    """(folder, argument list without source and output) of the room's first source file, or None."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if source_of(entry["file"], room):
            argv = shlex.split(entry["command"])
            return Path(entry["directory"]), argv[: argv.index("-o")]
    return None


def try_include(build, room, header):
    """Compiles one include exactly as the room is compiled; the compiler's message, empty when it is accepted."""
    folder, argv = compile_command(build, room)
    include = f"#include <tenantry/{header.parent.name}/{header.name}>\n"
    done = subprocess.run([*argv, "-fsyntax-only", "-x", "c++", "-"], input=include, cwd=folder, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr or f"exit code {done.returncode}"
