"""A long text in one's own editor: what is saved comes back, and nothing is lost on the way."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import House, in_room
from warroom.domain import commands as c
from warroom.tui.app import WarroomApp
from warroom.tui.screens.room import RoomScreen


@pytest.fixture(autouse=True)
def lent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The terminal can be lent, though a test has none; whenever it is, that is noted."""
    noted: list[str] = []

    @contextmanager
    def suspend(app: WarroomApp) -> Iterator[None]:
        noted.append("lent")
        yield
        noted.append("back")

    monkeypatch.setattr(WarroomApp, "suspend", suspend)
    return noted


@pytest.fixture
def uses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Editors":
    return Editors(monkeypatch, tmp_path)


class Editors:
    """Little editors, as shell scripts that are given the file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._monkeypatch = monkeypatch
        self.folder = folder

    def __call__(self, script: str) -> None:
        path = self.folder / "editor"
        path.write_text(f"#!/bin/sh\ncd '{self.folder}'\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        self.command(f"{path} --wait")

    def left(self, name: str) -> str:
        """What an editor wrote beside itself."""
        return (self.folder / name).read_text()

    def exists(self, path: str) -> bool:
        return Path(path).exists()

    def command(self, command: str) -> None:
        self._monkeypatch.delenv("VISUAL", raising=False)
        self._monkeypatch.setenv("EDITOR", command)


def last_text(at: House) -> str:
    room = at.hub.rooms[LOG]
    return room.text(room.incident.seq)


async def test_what_is_saved_comes_back_and_is_sent_by_enter(
    uses: Editors, lent: list[str]
) -> None:
    """F8 in the composer: the editor has the line; many lines come back, and wait for enter."""
    uses('test "$1" = --wait || exit 9\ncp "$2" had\nprintf "one\\ntwo\\nthree\\nfour\\n" > "$2"')
    async with in_room() as at:
        seq = at.hub.rooms[LOG].incident.seq
        await at.types("so far")
        await at.presses("f8")
        await at.waits_for(lambda: at.composer.text == "one\ntwo\nthree\nfour")
        assert "so far" == uses.left("had")
        assert ["lent", "back"] == lent
        assert seq == at.hub.rooms[LOG].incident.seq
        await at.presses("enter")
        await at.waits_for(lambda: last_text(at) == "one\ntwo\nthree\nfour")


async def test_e_in_the_timeline_edits_the_same_line(uses: Editors) -> None:
    """Outside the composer a letter is enough; the line is there afterwards."""
    uses('printf " and more" >> "$2"')
    async with in_room() as at:
        await at.types("begun")
        await at.presses("escape", "e")
        await at.waits_for(lambda: at.composer.text == "begun and more")
        assert at.composer.line.has_focus


async def test_e_in_a_pane_is_no_editor(uses: Editors, lent: list[str]) -> None:
    """There letters are what can be done next, and one that does nothing there does nothing."""
    uses('printf " and more" >> "$2"')
    async with in_room() as at:
        await at.presses("escape", "tab")
        await at.waits_for(lambda: at.room.query_one("#pane-command").has_focus)
        assert "enter story  letter step" in at.line("hints")
        await at.presses("e", "shift+tab")
        await at.waits_for(lambda: at.timeline.has_focus)
        assert "enter open" in at.line("hints")
        assert [] == lent
        await at.presses("e")
        await at.waits_for(lambda: "lent" in lent)


async def test_the_file_is_private_and_gone_afterwards(uses: Editors) -> None:
    """What is written in a war room stands on no disk for others, and not for long."""
    uses('stat -c %a "$(dirname "$2")" > mode\necho "$2" > where\nprintf done > "$2"')
    async with in_room() as at:
        await at.presses("f8")
        await at.waits_for(lambda: at.composer.text == "done")
        assert "700\n" == uses.left("mode")
        assert not uses.exists(uses.left("where").strip())


async def test_an_editor_that_fails_changes_nothing(uses: Editors) -> None:
    """The line is as it was; what was saved all the same is one key away."""
    uses('printf "half done" > "$2"\nexit 3')
    async with in_room() as at:
        await at.types("mine")
        await at.presses("f8")
        await at.waits_for(lambda: "ended with status 3" in at.composer.complaint)
        assert "mine" == at.composer.text
        await at.presses("up")
        assert "half done" == at.composer.text


@pytest.mark.parametrize(
    ("command", "why"),
    [("/nowhere/editor", "does not start"), ("'unclosed", "EDITOR cannot be read")],
)
async def test_an_editor_there_is_not(uses: Editors, command: str, why: str) -> None:
    """It is said, the terminal is back, and the line is as it was."""
    uses.command(command)
    async with in_room() as at:
        await at.types("mine")
        await at.presses("f8")
        await at.waits_for(lambda: why in at.composer.complaint)
        assert "mine" == at.composer.text


async def test_an_editor_that_takes_the_file_away(uses: Editors) -> None:
    """Without a file there is nothing to take over."""
    uses('rm "$2"')
    async with in_room() as at:
        await at.types("mine")
        await at.presses("f8")
        await at.waits_for(lambda: "left no file" in at.composer.complaint)
        assert "mine" == at.composer.text


async def test_the_room_goes_on_while_one_edits(uses: Editors) -> None:
    """Entries of others come in meanwhile, and are there when the screen is."""
    uses('while ! test -e go; do sleep 0.01; done\nprintf done > "$2"')
    async with in_room() as at:
        await at.presses("f8")
        at.hub.says("bo", c.Post(text="meanwhile"))
        await at.waits_for(lambda: any("meanwhile" in row for row in at.rows()))
        (uses.folder / "go").touch()
        await at.waits_for(lambda: at.composer.text == "done")


async def test_a_held_paste_is_still_held_after_the_lobby() -> None:
    """Leaving the room loses neither the line nor the paste."""
    async with in_room() as at:
        await at.types("look:")
        at.composer.hold("a\nb\nc\nd")
        at.composer.line.blur()
        await at.presses("q")
        await at.waits_for(lambda: not isinstance(at.app.screen, RoomScreen))
        await at.enters()
        assert ("look:", "a\nb\nc\nd") == (at.composer.text, at.composer.held)
        assert "4 lines: enter keeps them" in at.composer.complaint


async def test_what_is_declined_meanwhile_waits_in_its_room() -> None:
    """Whoever has left finds the words in the composer, and why they came back."""
    hub = FakeHub()
    hub.declares("Down", "bo")
    async with in_room(hub) as at:
        hub.holds = True
        await at.sends("/role accept tl")
        await at.waits_for(lambda: hub.held)
        await at.presses("escape", "q")
        await at.waits_for(lambda: not isinstance(at.app.screen, RoomScreen))
        hub.answer()
        await at.waits_for(at.toasts)
        assert at.toasts()[0].startswith("a line of yours was declined and waits in its room: ")
        await at.enters()
        assert "/role accept tl" == at.composer.text
        assert at.composer.complaint


async def test_quitting_with_a_line_begun_asks_once() -> None:
    """A draft in a room one has left counts as well as one in sight."""
    async with in_room() as at:
        await at.types("half a thought")
        await at.presses("escape", "q")
        await at.waits_for(lambda: not isinstance(at.app.screen, RoomScreen))
        await at.presses("q")
        await at.waits_for(at.toasts)
        assert ["a line that you began is not sent; quit again to leave that"] == at.toasts()
        assert at.app.is_running
