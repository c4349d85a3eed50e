"""Every key in one table: bindings, the hints at the foot of a screen, and help come from it.

The ids are for a keymap of one's own; the composer's keys are its own, for it takes them in the
order they were typed. Single letters work only outside the composer; ctrl+j,
ctrl+o and ctrl+s are left alone, for tmux and terminals take them.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct
from textual.binding import Binding, BindingType


class Where(StrEnum):
    """Where a key works."""

    LOBBY = "lobby"
    ROOM = "room, everywhere"
    TIMELINE = "room, outside the composer"
    COMPOSER = "composer"
    READING = "help, brief and entries"


class Key(Struct, frozen=True, kw_only=True):
    """A key: what it does, in a word for the hints (none if it is not hinted) and in a sentence.

    Keys without an action are handled by the widget itself and stand here for the help. An
    `ordered` one must not overtake letters that still wait, as a binding would.
    """

    id: str
    where: Where
    keys: str
    help: str
    action: str = ""
    hint: str = ""
    priority: bool = False
    ordered: bool = False

    @property
    def shown(self) -> str:
        """The key as it is written for people: `^g`, `F2`, `esc`."""
        return " ".join(_written(key) for key in self.keys.split(","))

    @property
    def first(self) -> str:
        return _written(self.keys.split(",")[0])


def _written(key: str) -> str:
    key = {"escape": "esc", "slash": "/", "question_mark": "?"}.get(key, key)
    key = key.replace("ctrl+", "^")
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


ALARM = Key(
    id="room.alarm",
    where=Where.ROOM,
    keys="ctrl+g",
    action="alarm",
    hint="alarm",
    help="Go to the worst alarm and begin the line that deals with it. Nothing is sent.",
)

KEYS: tuple[Key, ...] = (
    Key(
        id="lobby.open",
        where=Where.LOBBY,
        keys="enter",
        hint="open",
        help="Open the room.",
    ),
    Key(
        id="lobby.declare",
        where=Where.LOBBY,
        keys="ctrl+n",
        action="declare",
        hint="declare",
        help="Declare an incident: a title, and nothing else.",
    ),
    Key(
        id="lobby.word",
        where=Where.LOBBY,
        keys="slash",
        action="word",
        help="The same by its word, /declare.",
    ),
    Key(
        id="lobby.quit",
        where=Where.LOBBY,
        keys="q",
        action="leave",
        hint="quit",
        help="Quit. The hub and the rooms go on.",
    ),
    Key(
        id="lobby.help",
        where=Where.LOBBY,
        keys="f1,question_mark",
        action="help",
        hint="help",
        help="Every word and every key.",
    ),
    Key(
        id="room.timeline",
        where=Where.COMPOSER,
        keys="escape",
        action="leave",
        hint="timeline",
        help="Go to the timeline; what is typed stays. Closes the list of words, drops a paste.",
        priority=True,
    ),
    Key(
        id="composer.send",
        where=Where.COMPOSER,
        keys="enter",
        help="Send the line.",
    ),
    Key(
        id="composer.newline",
        where=Where.COMPOSER,
        keys="alt+enter,shift+enter",
        action="newline",
        help="Begin another line.",
        ordered=True,
    ),
    Key(
        id="composer.complete",
        where=Where.COMPOSER,
        keys="tab",
        action="complete",
        help="Take the word or name that is marked in the list.",
        ordered=True,
    ),
    Key(
        id="composer.earlier",
        where=Where.COMPOSER,
        keys="up",
        action="earlier",
        help="The line sent before, or the choice above.",
        ordered=True,
    ),
    Key(
        id="composer.later",
        where=Where.COMPOSER,
        keys="down",
        action="later",
        help="The line sent after, or the choice below.",
        ordered=True,
    ),
    Key(
        id="room.command",
        where=Where.ROOM,
        keys="f2",
        action="view('command')",
        hint="command",
        help="Roles, decisions, actions and updates beside the timeline; in place of it if narrow.",
    ),
    Key(
        id="room.comms",
        where=Where.ROOM,
        keys="f3",
        action="view('comms')",
        hint="comms",
        help="Who hears when, the draft, confirmed facts, what was told.",
    ),
    Key(
        id="room.technical",
        where=Where.ROOM,
        keys="f4",
        action="view('technical')",
        hint="tech",
        help="Hypotheses, actions, decisions.",
    ),
    Key(
        id="room.palette",
        where=Where.ROOM,
        keys="ctrl+p",
        hint="palette",
        help="All words and settings, by name.",
    ),
    Key(
        id="room.help",
        where=Where.ROOM,
        keys="f1",
        action="help",
        hint="help",
        help="Every word and every key.",
    ),
    ALARM,
    Key(
        id="timeline.compose",
        where=Where.TIMELINE,
        keys="i",
        action="compose",
        help="Back to the composer.",
    ),
    Key(
        id="timeline.step",
        where=Where.TIMELINE,
        keys="j,k",
        help="Down and up; also the arrows, page keys, ^d and ^u, g for the first, G for the last.",
    ),
    Key(
        id="timeline.entry",
        where=Where.TIMELINE,
        keys="enter",
        help="Open the entry; space unfolds it in its place.",
    ),
    Key(
        id="timeline.search",
        where=Where.TIMELINE,
        keys="slash",
        action="search",
        help="Search; n and N go on.",
    ),
    Key(
        id="timeline.decision",
        where=Where.TIMELINE,
        keys="d",
        action="promote('decision')",
        help="Begin the line that makes the entry a decision.",
    ),
    Key(
        id="timeline.action",
        where=Where.TIMELINE,
        keys="a",
        action="promote('action')",
        help="Begin the line that makes the entry an action.",
    ),
    Key(
        id="timeline.hypothesis",
        where=Where.TIMELINE,
        keys="h",
        action="promote('hypothesis')",
        help="Begin the line that makes the entry a hypothesis.",
    ),
    Key(
        id="timeline.fact",
        where=Where.TIMELINE,
        keys="f",
        action="promote('fact')",
        help="Begin the line that makes the entry a confirmed fact for comms.",
    ),
    Key(
        id="timeline.copied",
        where=Where.TIMELINE,
        keys="y",
        help="Copy the entry through the terminal's clipboard.",
    ),
    Key(
        id="timeline.lobby",
        where=Where.TIMELINE,
        keys="q",
        action="lobby",
        help="Back to the lobby. What is typed stays for when you come back.",
    ),
    Key(
        id="reading.close",
        where=Where.READING,
        keys="escape,q",
        action="close",
        hint="back",
        help="Back to the room.",
    ),
    Key(
        id="reading.copy",
        where=Where.READING,
        keys="y",
        action="copy",
        hint="copy",
        help="Copy the text through the terminal's clipboard.",
    ),
)


VIEW_KEYS = {key.id.removeprefix("room."): key.first for key in KEYS if "view(" in key.action}
"""The key of each view, by its name."""


def actions(where: Where) -> dict[str, str]:
    """The action of each ordered key, for the widget that takes them as they were typed."""
    return {
        pressed: key.action for key in _at(where) for pressed in key.keys.split(",") if key.ordered
    }


def bindings(*places: Where) -> list[BindingType]:
    """The bindings of the keys that work in these places."""
    return [
        Binding(
            key.keys, key.action, key.hint or key.help, show=False, id=key.id, priority=key.priority
        )
        for key in _at(*places)
        if key.action and not key.ordered
    ]


def hints(*places: Where) -> list[tuple[str, str]]:
    """Keys and their words for the foot of a screen."""
    return [(key.first, key.hint) for key in _at(*places) if key.hint]


def _at(*places: Where) -> Iterator[Key]:
    return (key for key in KEYS if key.where in places)
