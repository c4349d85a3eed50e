"""Other people's words are words: no terminal obeys them, no library reads them as its own.

A rogue hub serves them, for a real one refuses them; what the program writes to its terminal is
compared, control sequence by control sequence, with a session of the same steps and harmless
words.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.data.hostile_text import DIRECTIONS, NAME, SEQUENCES, SINGLES, pour
from tests.e2e.rogue_hub import LAST, LOG, RogueHub
from tests.e2e.terminal import Terminal, surroundings
from warroom.domain.events import IncidentEvent
from warroom.place import socket_path

RUN = "from warroom.cli.main import run; run()"
NO_CLEANING = "import re, warroom.text; warroom.text._FORBIDDEN = re.compile('(?!)'); "
NO_FILTER = "import warroom.tui.safety; warroom.tui.safety._clean = lambda segment: segment; "
"""Take one of the two nets away: the text that is cleaned, the line that is filtered."""

WIDE, NARROW = (120, 36), (80, 24)
EMPTY = "type and press enter"
READING = "esc back"

_SEQUENCE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)(?P<final>[ -/]*[@-~])"
    r"|\x1b\](?P<command>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b.?|[\x00-\x1a\x1c-\x1f\x7f-\x9f]",
    re.DOTALL,
)
_UNFINISHED = re.compile(rb"\x1b(\[[0-?]*)?\Z")
"""The beginning of a sequence whose rest was not written yet."""

_COPIED = re.compile(r"52;c;[A-Za-z0-9+/]*=*")
_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "B"}


def controls(raw: bytes) -> set[str]:
    """Every control sequence and character in what was written, which is valid UTF-8.

    Where the cursor goes, which colours there are and what is copied is left out.
    """
    text = raw.decode()
    found = {_shape(match) for match in _SEQUENCE.finditer(text)}
    rest = set(_SEQUENCE.sub("", text))
    return found | {repr(char) for char in rest if _unseen(char)}


def _shape(match: "re.Match[str]") -> str:
    if match["final"] in {"m", "H"} and re.fullmatch(r"[0-9;]*", match["parameters"]):
        return f"CSI {match['final']}"
    if match["command"] is not None and _COPIED.fullmatch(match["command"]):
        return "copied"
    return repr(match[0])


def _unseen(char: str) -> bool:
    """Whether a character turns text round, breaks lines for some, or is a tag."""
    turns = unicodedata.bidirectional(char) in _TURNS or char in "\u200e\u200f\u061c\u2028"
    return turns or 0xE0000 <= ord(char) <= 0xE007F


def hostile_parts(raw: bytes) -> list[str]:
    """The hostile sequences that stand in what was written as they were poured."""
    harmless = {"\x07", "\x1b7\x1b8\x1bD\x1bM"}
    parts = [part for part in (*SEQUENCES, *SINGLES, *DIRECTIONS) if part not in harmless]
    return [part for part in parts if part.encode() in raw]


def program(without: str = "") -> list[str]:
    """The program, with a net taken away."""
    return [sys.executable, "-P", "-c", without + RUN]


@contextmanager
def rogue(home: Path, *, harmless: bool = False) -> Iterator[tuple[RogueHub, dict[str, str]]]:
    """A rogue hub, and an environment in which the program takes it for this machine's."""
    home.mkdir()
    env = surroundings(home)
    path = socket_path(Path(env["WARROOM_DATA"]), env)
    with RogueHub(path, pour(harmless=harmless)) as hub:
        yield hub, env


# --- the screens ---------------------------------------------------------------------------------


class Tour:
    """Everything that one can look at, step by step; of the entries, one in `every` by itself."""

    def __init__(self, terminal: Terminal, hub: RogueHub, every: int) -> None:
        self.at = terminal
        self.hub = hub
        self._every = every

    def all(self) -> None:
        self.lobby()
        self.room()
        self.views()
        self.timeline()
        self.composer()
        self.palette()
        self.news()
        self.trouble()

    def lobby(self) -> None:
        self.at.wait_for("INC-7", "INC-6", "IDENTIFIED")
        self.at.press("down", "down", "up", "up", "?")
        self.read("The first five minutes")

    def room(self) -> None:
        self.at.press("enter")
        self.at.wait_for("SEV1", LAST, EMPTY)
        self.click()

    def views(self) -> None:
        for key in ("f3", "f4", "f5", "f2"):
            self.at.press(key)
            self.at.wait_quiet()
            self.click()
            self.at.press("tab", "tab", "end", "tab", "end")
            self.at.wait_quiet()
            self.at.press("escape")

    def timeline(self) -> None:
        """Every entry, in its place, unfolded, and on a page of its own."""
        at = self.at
        at.press("escape")
        at.wait_quiet()
        at.press("g")
        at.wait_for("#1 ")
        for number in range(len(self.hub.book.entries)):
            if number % self._every == 0:
                at.press("enter")
                at.wait_for(READING, f"#{number + 1}")
                at.press("q")
                at.wait_for(EMPTY, gone=READING)
            at.press("space", "j")
        at.wait_quiet()
        at.press("y", "g", "/")
        at.wait_for("enter finds, then n and N")
        at.send("w1")
        at.press("enter")
        at.wait_for(gone="enter finds, then n and N")
        at.wait_quiet()
        at.press("n", "N", "G")
        at.wait_for(LAST)

    def composer(self) -> None:
        """Names to complete, words that are declined, an alarm, and the brief."""
        at = self.at
        at.press("i")
        at.wait_quiet()
        at.send("@")
        at.wait_for("> @")
        at.press("tab")
        at.wait_until(lambda _: " > @" not in at.lines and "> @" in at.screen, "a name")
        at.press("ctrl+e", "ctrl+u")
        at.wait_for(EMPTY)
        at.send("/role")
        at.wait_for("> /role", "offer")
        at.send(" scribe")
        at.press("enter")
        at.wait_for("no-")
        at.press("ctrl+e", "ctrl+u", "ctrl+g")
        self.read("D1")
        at.wait_for(EMPTY)
        at.send("/brief")
        at.press("enter")
        self.read(READING)

    def palette(self) -> None:
        at = self.at
        at.wait_for(EMPTY)
        at.press("ctrl+p")
        at.wait_for("Search for commands")
        at.send("amend")
        at.wait_for("/amend")
        at.press("escape")
        at.wait_for(EMPTY, gone="/amend")

    def news(self) -> None:
        """What comes while one looks: notices over the room, and over a page."""
        at = self.at
        self.hub.speaks_up("now")
        at.wait_for("now-3", "to you")
        self.click()
        at.press("f1")
        at.wait_for(READING)
        self.hub.speaks_up("later")
        at.wait_for("later-")
        at.press("escape")
        self.hub.breaks_the_log()
        at.wait_for("asking for this room again")
        at.press("escape", "G")  # a click on an older entry left the end
        at.resize(200, 100)
        at.wait_for("later-3", "Decisions", "Stakeholder updates")
        at.wait_quiet()

    def trouble(self) -> None:
        """The line breaks with a reason, is refused with one, and in the end for good."""
        at, hub = self.at, self.hub
        words = "\x1b[2J\x9b?1049l[@click=app.quit]x[/]\u202e"
        hub.turns_away = f"why-1 {words}"
        hub.hangs_up(4000, f"why-0 {words}")
        at.wait_for("why-1", "OFFLINE")
        hub.turns_away = None
        at.wait_for("live", gone="OFFLINE")
        hub.hangs_up(4500, f"why-2 {words}")
        at.wait_for("why-2", "REFUSED")
        at.press("escape", "q")
        at.wait_for("^n declare", "why-2")

    def read(self, text: str) -> None:
        """A page with this on it, to its end and back."""
        self.at.wait_for(text, READING)
        self.at.press("G", "y", "escape")
        self.at.wait_for("F1 help", gone=READING)

    def click(self) -> None:
        """Click on everything that says that it does something."""
        for row, line in enumerate(self.at.lines):
            for found in re.finditer(r"\]x\[|\.\.x\.", line):
                self.at.click(found.start() + 1, row)
        self.at.wait_quiet()


def session(
    home: Path, size: tuple[int, int], *, every: int, harmless: bool = False, without: str = ""
) -> bytes:
    """What the program writes during a tour, at whose end it still runs and can be quit."""
    columns, rows = size
    with (
        rogue(home, harmless=harmless) as (hub, env),
        Terminal(program(without), columns=columns, rows=rows, env=env, cwd=home) as terminal,
    ):
        Tour(terminal, hub, every).all()
        terminal.wait_quiet()
        written = _UNFINISHED.sub(b"", terminal.raw)
        terminal.press("q")
        assert 0 == terminal.ended()
        assert "" == terminal.title
        assert 25 in terminal.modes
        assert 1049 not in terminal.modes
        return written


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The control sequences of a tour with harmless words: Textual's own, and the bell, which rings
    for what falls due while one looks: on a slow machine more does."""
    home = tmp_path_factory.mktemp("own") / "home"
    return controls(session(home, WIDE, every=24, harmless=True)) | {repr("\x07")}


def test_the_log_holds_every_kind_of_entry(tmp_path: Path) -> None:
    """So that a kind that is added is looked at, too."""
    with rogue(tmp_path / "home") as (hub, _):
        kinds = {entry.header.kind for entry in hub.book.entries}
    assert {cls.__struct_config__.tag for cls in IncidentEvent.__args__} <= kinds


@pytest.mark.parametrize(("size", "every"), [(WIDE, 3), (NARROW, 12)], ids=["wide", "narrow"])
def test_no_screen_obeys(tmp_path: Path, own: set[str], size: tuple[int, int], every: int) -> None:
    """Nothing is written that harmless words would not write, and nothing is done."""
    written = session(tmp_path / "home", size, every=every)
    assert [] == hostile_parts(written)
    assert set() == controls(written) - own


@pytest.mark.parametrize("without", [NO_FILTER, NO_CLEANING], ids=["cleaning", "filter"])
def test_each_of_the_two_nets_is_enough(tmp_path: Path, own: set[str], without: str) -> None:
    """With the other one taken away: so neither hides a hole in the other."""
    written = session(tmp_path / "home", WIDE, every=12, without=without)
    assert [] == hostile_parts(written)
    assert set() == controls(written) - own


def test_without_nets_a_terminal_would_obey(tmp_path: Path, own: set[str]) -> None:
    """So the two before are worth something: the lobby alone would set the window's title."""
    with (
        rogue(tmp_path / "home") as (_, env),
        Terminal(program(NO_CLEANING + NO_FILTER), columns=120, rows=36, env=env) as terminal,
    ):
        terminal.wait_until(lambda _: terminal.title, "a title")
        assert NAME in terminal.title
        assert hostile_parts(terminal.raw)
        assert controls(terminal.raw) - own


@pytest.mark.parametrize("half", ["\\ud83d", "\\udc00"])
def test_half_a_character_stays_outside(tmp_path: Path, half: str) -> None:
    """JSON can say it and no text can hold it: the frame is dropped, and the next one is read."""
    with (
        rogue(tmp_path / "home", harmless=True) as (hub, env),
        Terminal(program(), columns=120, rows=36, env=env) as terminal,
    ):
        terminal.wait_for("INC-7")
        terminal.press("enter")
        terminal.wait_for(LAST, EMPTY)
        hub.sends_words(f"before {half} after")
        hub.speaks_up("later")
        terminal.wait_for("later-1", "later-3", LAST, EMPTY, gone="before")


# --- the command line ----------------------------------------------------------------------------

COMMANDS = {
    "tail": (0, ["tail", "-i", LOG]),
    "list": (0, ["list"]),
    "brief": (0, ["brief", "-i", LOG]),
    "the report": (0, ["export", "--format", "md", "-i", LOG]),
    "tail as JSON": (0, ["tail", "--json", "-i", LOG]),
    "list as JSON": (0, ["list", "--json"]),
    "brief as JSON": (0, ["brief", "--json", "-i", LOG]),
    "a refusal": (6, ["post", "hello", "-i", LOG]),
    "a question": (2, ["tail"]),
}


@pytest.mark.parametrize(("status", "arguments"), COMMANDS.values(), ids=COMMANDS.keys())
def test_no_command_obeys(tmp_path: Path, status: int, arguments: list[str]) -> None:
    """At a terminal, on standard output and standard error, there are lines and nothing else."""
    with (
        rogue(tmp_path / "home") as (_, env),
        Terminal([*program(), *arguments], columns=120, rows=36, env=env) as terminal,
    ):
        assert status == terminal.ended(), terminal.raw
        assert terminal.raw
        assert {repr("\r"), repr("\n"), repr("\t")} >= controls(terminal.raw)
