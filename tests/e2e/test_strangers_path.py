"""The stranger's path, as the README has it: from an invite to the first entry, on two machines."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.e2e.test_readme import README
from tests.e2e.two_machines import Machine, two_machines

KEYS_A_SECOND = 5
"""How fast people type: 60 words a minute, of five letters each."""

LONGEST = 10
"""Seconds of typing between an invite and the first entry."""

_SHARE = re.compile(r"```text\n\$ (warroom share)\n(warroom join) 'wrs://")
_JOIN = re.compile(r"```text\n\$ (warroom join -)\n(.*?:)\n(.*?:) (.+)\n(> )(.+)\n```")


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """The one with the hub, in which an incident is declared, and a stranger's."""
    with two_machines(tmp_path) as (here, there):
        here.does("warroom", "declare", "Checkout fails")
        yield here, there
        here.run("warroom", "hub", "stop")
        there.run("warroom", "hub", "stop")


class Typing:
    """Someone at a keyboard, whose keys are counted."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.keys = 0

    def types(self, text: str, *, after: str) -> None:
        """A line, and enter, once the screen says so."""
        self._terminal.wait_for(after)
        self._terminal.send(f"{text}\r")
        self.keys += len(text) + 1

    def pastes(self, text: str, *, after: str) -> None:
        """One key pastes, one sends it."""
        self._terminal.wait_for(after)
        self._terminal.send(f"{text}\r")
        self.keys += 2


def test_from_an_invite_to_the_first_entry(
    machines: tuple[Machine, Machine], record_testsuite_property: Callable[[str, object], None]
) -> None:
    """What the README tells them to type is all it takes, and it is typed in ten seconds."""
    here, there = machines
    shares, joins = _SHARE.search(README), _JOIN.search(README)
    assert shares is not None
    assert joins is not None
    command, asks_invite, asks_name, name, prompt, entry = joins.groups()

    printed = here.does(*shares[1].split())
    invite = re.fullmatch(rf"{shares[2]} '(wrs://{re.escape(here.address)}:\d+/#\S+)'\n", printed)
    assert invite is not None, printed

    with there.shell() as terminal:
        stranger = Typing(terminal)
        terminal.wait_for("$")
        began = time.monotonic()
        stranger.types(command, after="$")
        stranger.pastes(invite[1], after=asks_invite)
        stranger.types(name, after=asks_name)
        stranger.types(entry, after=f"{prompt}type and press enter")
        terminal.wait_until(lambda _: entry in here.does("warroom", "tail"), "the first entry")
        took = time.monotonic() - began
        assert invite[1] not in terminal.screen
    record_testsuite_property("keys", stranger.keys)
    record_testsuite_property("seconds, waits and all", round(took, 1))
    last = json.loads(here.does("warroom", "tail", "--json").splitlines()[-1])
    assert (name, entry) == (last["name"], last["words"]["text"])
    assert stranger.keys / KEYS_A_SECOND < LONGEST
    # From then on it is the room's name alone, and the other machine's address is in the log.
    assert entry in there.does("warroom", "tail", "-i", "INC-1")
    assert f"came from {there.address}" in here.does("warroom", "audit")


def test_without_the_cable_it_says_so(machines: tuple[Machine, Machine]) -> None:
    """The machines are really two: what stands between them is all that connects them."""
    here, there = machines
    here.does("warroom", "share", "--stop")
    printed = here.does("warroom", "share", "--for", "Dee")
    there.does("ip", "link", "set", there.namespace, "down")
    done = there.run("warroom", "join", printed.split("'")[1])
    assert 5 == done.returncode, done.stderr
    assert "Traceback" not in done.stderr
