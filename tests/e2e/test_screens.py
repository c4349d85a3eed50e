"""The war room as people use it: real terminals, real keys, one real hub."""

import base64
import contextlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.terminal import OLD_ESCAPE, WAIT, WARROOM, Terminal, surroundings
from tests.integration.conftest import HubProcess, Hubs

EMPTY = "type and press enter"
"""Stands in the composer while nothing else does."""

_ROW = re.compile(r"\d\d:\d\d(?::\d\d)? +#(\d+) +(\S+) +([^│]*)")


class House:
    """One hub, and people in terminals of their own."""

    def __init__(self, hubs: Hubs, home: Path, stack: contextlib.ExitStack) -> None:
        self.hub = hubs.start()
        self._hubs = hubs
        self._home = home
        self._stack = stack
        self.env = surroundings(home)

    def comes_back(self) -> HubProcess:
        """The hub is started again on what the last one left."""
        self.hub = self._hubs.start()
        return self.hub

    def does(self, *arguments: str) -> str:
        """What a headless command prints."""
        return subprocess.run(
            [*WARROOM, *arguments],
            env=self.env,
            cwd=self._home,
            capture_output=True,
            encoding="utf-8",
            timeout=WAIT,
            check=True,
        ).stdout

    def entries(self) -> list[dict[str, Any]]:
        """The timeline as the hub has it."""
        return [json.loads(line) for line in self.does("tail", "--json").splitlines()]

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries() if entry["kind"] == kind]

    def opens(self, *command: str, columns: int = 120, rows: int = 36) -> Terminal:
        """A terminal that is closed when the test ends."""
        return self._stack.enter_context(
            Terminal(command, columns=columns, rows=rows, env=self.env, cwd=self._home)
        )

    def joins(self, name: str, columns: int = 120, rows: int = 36) -> Terminal:
        """Someone who is in the room, and has said so: only then can they be called by name."""
        terminal = self.opens(*WARROOM, "join", "INC-1", "--as", name, columns=columns, rows=rows)
        terminal.wait_for("#1", "live", EMPTY)
        says(terminal, f"{name} is here")
        return terminal

    def watches(self, name: str = "eve") -> Terminal:
        """An observer at a small screen."""
        joining = (*WARROOM, "join", "INC-1", "--as", name, "--observer")
        terminal = self.opens(*joining, columns=80, rows=24)
        terminal.wait_for("#1", "live", "you look on")
        return terminal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    hubs = Hubs(tmp_path)
    with contextlib.ExitStack() as stack:
        stack.callback(hubs.end)
        yield House(hubs, tmp_path, stack)


@pytest.fixture
def room(house: House) -> House:
    """The same with a room in it, which nobody commands."""
    house.does("declare", "Checkout fails", "--as", "cat")
    return house


def types(terminal: Terminal, text: str) -> None:
    """Write into the composer, and see it there."""
    terminal.send(text)
    terminal.wait_for(f"> {text}")


def says(terminal: Terminal, text: str) -> None:
    """Send a line, and see that the composer let it go."""
    types(terminal, text)
    terminal.press("enter")
    terminal.wait_for(EMPTY)


def timeline(terminal: Terminal) -> list[tuple[int, str, str]]:
    """Number, person and first line of every entry in sight."""
    found = map(_ROW.search, terminal.lines)
    return [(int(row[1]), row[2], row[3].strip()) for row in found if row]


def stands(terminal: Terminal, *texts: str) -> None:
    """Wait until one entry of the timeline, with a number, holds all of these texts."""
    terminal.wait_until(
        lambda _: any(all(text in row[2] for text in texts) for row in timeline(terminal)),
        f"an entry with {texts}",
    )


def reaches(terminal: Terminal, seq: int) -> None:
    """Wait until the last entry in sight is the one with this number."""
    terminal.wait_until(
        lambda _: [seq] == [row[0] for row in timeline(terminal)[-1:]], f"#{seq} as the last entry"
    )


def fills(terminal: Terminal, columns: int) -> None:
    """Wait until the screen is drawn over so many columns."""
    terminal.wait_until(
        lambda _: any(len(line) > columns - 8 for line in terminal.lines), f"{columns} columns"
    )


def test_what_is_typed_while_it_starts_stands_in_the_line(room: House) -> None:
    """Nobody waits for a program at 03:40; and none of it is taken for keys of the timeline."""
    room.joins("ana")
    eager = room.opens(*WARROOM, "join", "INC-1", "--as", "ana")
    eager.send("n/f typed ahead")
    eager.wait_for("> n/f typed ahead", "live")


def test_keys_count_in_the_order_they_were_typed(room: House) -> None:
    """Over a slow line many come in one piece: what was meant is written."""
    ana = room.joins("ana")
    for typed, meant in (
        ("helo\x7flo", "hello"),
        ("wrong word\x17end", "wrong end"),
        ("wrong\x15right", "right"),
        ("cd\x1b[Hab", "abcd"),
        ("ac\x1b[Db", "abc"),
    ):
        ana.send(typed)
        ana.wait_until(lambda _: f"> {meant}" in ana.lines[-2], meant)  # noqa: B023
        ana.press("ctrl+e", "ctrl+u")
        ana.wait_for(EMPTY)


def test_three_people_see_one_order(room: House) -> None:
    """G4: what two of them type at once stands in the same order before all, as the hub has it."""
    ana, bo, eve = room.joins("ana"), room.joins("bo"), room.watches()
    for number in range(5):
        types(ana, f"from ana {number}")
        types(bo, f"from bo {number}")
        ana.press("enter")
        bo.press("enter")
        ana.wait_for(EMPTY)
        bo.wait_for(EMPTY)
    entries = room.entries()
    for terminal in (ana, bo, eve):
        reaches(terminal, len(entries))
    said = [
        (e["seq"], e["name"], e["words"]["text"]) for e in entries if e["kind"] == "note.posted"
    ]
    assert 12 == len(said)
    for terminal in (ana, bo, eve):
        assert said[2:] == [row for row in timeline(terminal) if row[2].startswith("from ")]
        assert list(range(1, len(entries) + 1)) == [row[0] for row in timeline(terminal)]


def test_declared_by_the_keyboard_alone(house: House) -> None:
    """G5: from an empty lobby, ctrl+n, a title and a line: the first entry stands."""
    ana = house.opens(*WARROOM, "--as", "ana")
    ana.wait_for("No incident is open here", "ctrl+n", "live")
    ana.press("ctrl+n")
    ana.wait_for("What is broken?")
    ana.send("Checkout fails for EU cards")
    ana.press("enter")
    ana.wait_for("INC-1", "declared: Checkout fails for EU cards", EMPTY)
    says(ana, "p99 4.2 s")
    stands(ana, "p99 4.2 s")
    assert ["incident.declared", "person.joined", "note.posted"] == [
        entry["kind"] for entry in house.entries()
    ]


def test_of_two_who_claim_command_one_has_it(room: House) -> None:
    """The other keeps the line, and reads who was faster."""
    people = {"ana": room.joins("ana"), "bo": room.joins("bo")}
    for terminal in people.values():
        types(terminal, "/role ic")
    for terminal in people.values():
        terminal.press("enter")
    for terminal in people.values():
        stands(terminal, "took incident command")
    taken = room.kinds("role.taken")
    assert 1 == len(taken)
    winner = taken[0]["name"]
    (loser,) = people.keys() - {winner}
    people[loser].wait_for(f"{winner} is incident commander", "> /role ic")
    people[winner].wait_for(EMPTY)


def test_command_is_handed_over(room: House) -> None:
    """The one it is offered to sees a banner, on a small screen too; all see who has it then."""
    ana, bo, eve = room.joins("ana"), room.joins("bo", columns=80, rows=24), room.watches()
    says(ana, "/role ic")
    eve.wait_for("IC ana")
    says(ana, "/role ic @bo")
    bo.wait_for("ana offers you incident command", "/r accept")
    assert "! ana offers" not in bo.screen
    ana.wait_for("offered to bo")
    assert "offers you" not in eve.screen
    bo.press("ctrl+g")
    bo.wait_for("> /role accept")
    bo.press("enter")
    eve.wait_for("IC bo")
    bo.wait_for("IC bo", gone="offers you")
    ana.wait_until(lambda screen: re.search(r"IC +bo +here", screen), "bo as commander")
    (accepted,) = room.kinds("role.accepted")
    assert "bo" == accepted["name"]


def test_an_objection_and_a_late_action_raise_the_alarm(room: House) -> None:
    """G6: the row is there before everyone, the worst first, until somebody deals with it."""
    ana, bo, eve = room.joins("ana"), room.joins("bo"), room.watches()
    says(ana, "/role ic")
    says(bo, "/propose fail over to eu-west-2 !high +60s")
    stands(ana, "fail over to eu-west-2")
    says(ana, "/object D1 the replica lags 40 s")
    for terminal in (ana, bo, eve):
        terminal.wait_for("! ana objects to D1: the replica lags 40 s")
    says(ana, "/act @bo drain pool-3 +1s")
    for terminal in (ana, bo, eve):
        terminal.wait_for("! ana objects to D1", "+1")
    says(ana, "/decide D1 because the lag is gone")
    for terminal in (ana, bo, eve):
        terminal.wait_for("! A1 overdue", "bo, drain pool-3", gone="ana objects to D1:")
    bo.press("ctrl+g")
    bo.wait_for("> /act A1")
    bo.send("done")
    bo.press("enter")
    for terminal in (ana, bo, eve):
        terminal.wait_for("A1", gone="! A1 overdue")
    assert 1 == len(room.kinds("action.overdue"))


def test_an_update_for_customers_takes_two(room: House) -> None:
    """Its author is refused with the reason; another approves just that text, and it goes out."""
    ana, bo, eve = room.joins("ana"), room.joins("bo"), room.watches()
    says(ana, "/role ic")
    says(bo, "/role cl")
    eve.wait_for("IC ana", "CL bo")
    says(bo, "/update customers Some card payments fail.")
    ana.wait_for("U1", "draft for customers by bo")
    says(bo, "/update U1 submit")
    ana.wait_for("waits for approval")
    says(bo, "/role ic because ana has to go")
    ana.wait_until(lambda screen: re.search(r"IC +bo ", screen), "bo as commander")
    types(bo, "/update U1 approve")
    bo.press("enter")
    bo.wait_for("whoever wrote an update for customers cannot approve it", "> /update U1 approve")
    assert [] == room.kinds("update.approved")
    bo.press("ctrl+u")
    says(bo, "/role dep @ana")
    ana.wait_until(lambda screen: re.search(r"Deputy +ana ", screen), "ana as deputy")
    says(ana, "/update U1 approve")
    bo.wait_for("waits to go out")
    says(bo, "/update U1 publish +30m")
    for terminal in (ana, bo):
        terminal.wait_for("U1 >", "published to customers", "NOT SENT BY WARROOM")
    eve.wait_for("next 29 min")
    eve.press("f3")
    eve.wait_for("customers: published", "U1 >")
    says(bo, "/update U1 sent status page")
    eve.wait_for("customers: told", "U1 ok")
    (approved,), (published,) = room.kinds("update.approved"), room.kinds("update.published")
    assert ("ana", "bo") == (approved["name"], published["name"])
    assert approved["facts"]["text"] == published["facts"]["text"]


def test_the_hub_dies_and_comes_back(room: House) -> None:
    """L2: offline is said, what is there stays readable, and words wait to be entries once."""
    ana, bo, eve = room.joins("ana", columns=80, rows=14), room.joins("bo"), room.watches()
    for number in range(8):
        says(bo, f"before {number}")
    stands(ana, "before 7")
    room.hub.kill()
    for terminal in (ana, bo, eve):
        terminal.wait_for("OFFLINE")
    ana.press("escape", "g")
    ana.wait_for("#1 ", gone="before 7")
    ana.press("i")
    ana.wait_quiet()
    says(ana, "while you were away")
    says(bo, "me too")
    ana.wait_for("while you were away", "waiting", "1 waiting")
    bo.wait_for("me too", "waiting", "1 waiting")
    room.comes_back()
    for terminal in (ana, bo, eve):
        terminal.wait_for("live", gone="OFFLINE")
        stands(terminal, "while you were away")
        stands(terminal, "me too")
        assert "sending" not in terminal.screen
    texts = [entry["words"]["text"] for entry in room.kinds("note.posted")]
    assert 1 == texts.count("while you were away")
    assert 1 == texts.count("me too")


def test_the_window_changes_its_size(room: House) -> None:
    """What is typed stays; what there is room for is shown."""
    ana = room.joins("ana")
    types(ana, "half a sentence")
    ana.wait_for("Command", "Decisions")
    for columns, rows, panes in ((80, 24, False), (200, 60, True), (40, 12, False)):
        ana.resize(columns, rows)
        fills(ana, columns)
        if panes:
            ana.wait_for("INC-1", "> half a sentence", "Decisions")
        else:
            ana.wait_for("INC-1", "> half a sentence", gone="Decisions")
    ana.resize(120, 36)
    ana.wait_for("Decisions", "> half a sentence")
    ana.press("enter")
    stands(ana, "half a sentence")


def test_escape_of_an_older_terminal_is_the_key(room: House) -> None:
    """A lone byte, and nothing after it."""
    ana = room.joins("ana")
    ana.send(OLD_ESCAPE)
    ana.wait_for("i write")
    ana.press("q")
    ana.wait_for("^n declare")


def test_ctrl_c_copies_and_never_quits(room: House) -> None:
    """In the lobby, in the room and in the help, with and without something to copy."""
    ana = room.joins("ana")
    types(ana, "copy me")
    ana.send("\x1b[1;2D" * len("copy me"))  # shift and left: mark it
    ana.press("ctrl+c")
    copied = base64.b64encode(b"copy me")
    ana.wait_until(lambda _: b"\x1b]52;c;" + copied + b"\x07" in ana.raw, "the clipboard")
    ana.press("right", "ctrl+c", "ctrl+c", "escape", "ctrl+c", "f1")
    ana.wait_for("Plain text is a note")
    ana.press("ctrl+c", "escape")
    ana.wait_for("> copy me")
    ana.press("q")
    ana.wait_for("^n declare")
    ana.press("ctrl+c", "ctrl+c", "f1")
    ana.wait_for("Plain text is a note")
    assert ana.running


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_leaving_leaves_the_terminal_as_it_was(room: House, key: str) -> None:
    """The first screen, the cursor, no mouse, no marked pastes, and a line that echoes."""
    ana = room.opens(*WARROOM, "--as", "ana", columns=80, rows=24)
    ana.wait_for("INC-1", "live")
    assert {1049, 2004, 1000} <= ana.modes
    assert 25 not in ana.modes
    assert ana.settings != ana.now_settings()
    ana.press(key)
    assert 0 == ana.ended()
    assert {25} == ana.modes & {25, 1000, 1002, 1003, 1004, 1006, 1015, 1016, 1049, 2004, 2048}
    assert ana.settings == ana.now_settings()
    assert "" == ana.title


LINES = [f"{number} /role ic" if number % 2 else "/role ic" for number in range(300)]
"""A paste full of lines that would be commands."""


def test_a_paste_is_held_and_runs_nothing(room: House) -> None:
    """With marked pastes and without, whatever ends the lines; enter keeps it as one note."""
    ana = room.joins("ana")
    held = "300 lines: enter keeps them as one evidence block, esc discards"
    ana.paste("\r".join(LINES))
    ana.wait_for(held)
    ana.press("escape")
    ana.wait_for(EMPTY, gone="300 lines")
    for end in "\r", "\n":
        ana.send(end.join(LINES) + end)
        if end == "\n":  # the enter of the person who pasted, who knows no better
            ana.wait_for("299 /role ic")
            ana.press("enter")
        ana.wait_for(held)
        ana.press("escape")
        ana.wait_for(EMPTY, gone="300 lines")
    ana.paste("\n".join(LINES))
    ana.wait_for(held)
    ana.press("enter")
    ana.wait_for(EMPTY, gone="300 lines")
    stands(ana, "/role ic")
    (_, pasted) = room.kinds("note.posted")
    assert LINES == pasted["words"]["text"].split("\n")
    assert [] == room.kinds("role.taken")
