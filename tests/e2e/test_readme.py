"""The README holds: its examples are run as they stand there, in order, by someone who is new."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import warroom
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Role
from warroom.export.jsonl import read_export

ROOT = Path(warroom.__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
WAIT = 60.0

NEED_A_SCREEN = {
    "make run     # opens the war room on this machine",
    "make test    # runs the tests",
    ".venv/bin/warroom join INC-1 --as bo",
}
"""Lines that are not run here: two open a screen, and one would run this test."""


def blocks() -> list[str]:
    """What the README tells people to type, a block each, without what needs a screen."""
    found = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    lines = [block.splitlines() for block in found]
    assert {line for block in lines for line in block} >= NEED_A_SCREEN
    kept = [[line for line in block if line not in NEED_A_SCREEN] for block in lines]
    return ["\n".join(block) for block in kept if block]


class Newcomer:
    """Someone with an empty home, who has just installed the war room."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
        }
        command = home / "bin/warroom"
        command.parent.mkdir()
        run = "from warroom.cli.main import run; run()"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -c "{run}" "$@"\n')
        command.chmod(0o755)

    def types(self, lines: str) -> "subprocess.CompletedProcess[str]":
        """Lines in a shell that stops at the first that fails."""
        return subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", lines],
            env=self.env,
            cwd=self.home,
            capture_output=True,
            encoding="utf-8",
            timeout=WAIT,
            check=False,
        )

    def does(self, lines: str) -> str:
        """What lines print, which have to end well and without a word on standard error."""
        done = self.types(lines)
        assert (0, "") == (done.returncode, done.stderr), lines
        return done.stdout

    def kill_hub(self) -> None:
        """As a power cut would end it."""
        pid = json.loads(self.does("warroom hub status --json"))["pid"]
        os.kill(pid, signal.SIGKILL)

    def ends_with(self, line: str) -> int:
        """The exit status of a line that is answered in words, never with a traceback."""
        done = self.types(line)
        assert "Traceback" not in done.stderr
        assert bool(done.stderr) is (done.returncode != 0)
        return done.returncode


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """Who has typed all that the README shows."""
    newcomer = Newcomer(tmp_path_factory.mktemp("home"))
    try:
        for block in blocks():
            newcomer.does(block)
        yield newcomer
    finally:
        if newcomer.types("warroom hub status").returncode == 0:
            newcomer.kill_hub()


def room_of(newcomer: Newcomer) -> Transcript:
    """The room as the README's own export holds it."""
    export = read_export((newcomer.home / "incident.jsonl").read_bytes())
    room = Transcript(export.manifest.log)
    for entry in export.entries:
        room.append(entry.recorded())
    return room


def test_the_words_do_what_they_say(newcomer: Newcomer) -> None:
    """The hub started by itself, everyone found it, and each line is in the log."""
    room = room_of(newcomer)
    i, names = room.incident, room.names
    assert ("INC-1", "SEV1", "identified") == (i.label, i.severity, i.status)
    assert "Checkout failing for EU cards" == room.title
    assert "ana" == names.name(i.holder(Role.INCIDENT_COMMANDER))
    assert {"ana", "bo", "dee", "raj"} <= {names.name(person) for person in i.people}
    assert "raj" == names.name(room.entries[-4].speaker)
    assert "connection pool exhausted after deploy" == room.text(i.hypotheses[1].source.seq)
    assert ("decided", "medium") == (i.decisions[1].state, i.decisions[1].risk)
    action = i.actions[1]
    assert ("bo", "open") == (names.name(action.assignee), action.state)
    assert ("customers", "draft") == (i.updates[1].audience, i.updates[1].state)
    observed = next(entry for entry in room.entries if entry.event.occurred_at)
    assert timedelta(minutes=10) <= observed.at - observed.happened_at < timedelta(minutes=12)


def test_everyone_sees_the_same_order(newcomer: Newcomer) -> None:
    """List, brief, tail and report tell of it; `--json` is data, an object a line."""
    assert "INC-1  SEV1  identified" in newcomer.does("warroom list")
    assert "A1 by " in newcomer.does("warroom brief")
    tail = [json.loads(line) for line in newcomer.does("warroom tail --json").splitlines()]
    assert [entry.id for entry in room_of(newcomer).entries] == [line["id"] for line in tail]
    assert "drain pool-3" in (newcomer.home / "incident.md").read_text("utf-8")


@pytest.mark.parametrize("room", ["-i INC-1", "--json"])
def test_the_room_is_named_or_the_only_one(newcomer: Newcomer, room: str) -> None:
    """With the option, without it, or through the environment."""
    last = newcomer.does(f"warroom tail -n 1 {room}")
    assert last == newcomer.does(f"WARROOM_INCIDENT=INC-1 warroom tail -n 1 {room}")


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (0, "warroom list"),
        (1, "warroom export -o no-such-folder/incident.jsonl"),
        (2, "warroom decide"),
        (3, "warroom tail -i INC-9"),
        (4, "warroom status mitigated --as bo"),
        (5, "warroom hub status --data elsewhere"),
        (6, "warroom role ic --as bo"),
    ],
)
def test_the_exit_status_says_how_it_went(newcomer: Newcomer, status: int, line: str) -> None:
    """Each that the README names, with a sentence and no traceback."""
    assert "0 done, 1 failed, 2 usage, 3 not found, 4 not allowed," in README
    assert status == newcomer.ends_with(line)


def test_verify_says_what_is_wrong_and_where(newcomer: Newcomer) -> None:
    """In one sentence; the verifier in a single file comes to the same end."""
    log = (newcomer.home / "incident.jsonl").read_text("utf-8")
    (newcomer.home / "broken.jsonl").write_text(log.replace("pool-3", "pool-4"), "utf-8")
    alone = f"{sys.executable} -I {ROOT}/docs/verify_standalone.py"
    for verifier in ("warroom verify", alone):
        assert "whole" in newcomer.does(f"{verifier} incident.jsonl")
        done = newcomer.types(f"{verifier} broken.jsonl")
        assert 1 == done.returncode
        assert "the words of entry 9 are not" in done.stdout.splitlines()[0].casefold()


def test_what_was_acknowledged_survives_the_hub(newcomer: Newcomer) -> None:
    """Killed at any moment, it comes back by itself with all that it had."""
    before = newcomer.does("warroom tail --json")
    newcomer.kill_hub()
    assert before == newcomer.does("warroom tail --json")


def test_a_redaction_takes_two_and_leaves_the_chain_whole(newcomer: Newcomer) -> None:
    """The words are gone from the export and from every file of the hub."""
    newcomer.does("warroom post 'the password is swordfish' --as bo")
    number = json.loads(newcomer.does("warroom tail -n 1 --json"))["seq"]
    newcomer.does(f"warroom redact {number} 'a password' --as bo")
    assert 4 == newcomer.ends_with(f"warroom redact {number} approve --as bo")
    newcomer.does(f"warroom redact {number} approve --as ana")
    assert "swordfish" not in newcomer.does("warroom tail --json; warroom export")
    newcomer.does("warroom export | warroom verify - 2>/dev/null")
    kept = [path for path in newcomer.home.rglob("*") if path.is_file()]
    assert [path for path in kept if b"drain pool-3" in path.read_bytes()]
    assert not [path for path in kept if b"swordfish" in path.read_bytes()]


def test_what_it_points_to_is_there() -> None:
    """Documents, make targets, and the Python it asks for."""
    for path in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / path).is_file()
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"`?make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    assert "Python 3.11 or newer" in README
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text("utf-8")
