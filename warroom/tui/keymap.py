"""Every key in one table: bindings, the hints at the foot of a screen, and help come from it.

The ids are for keys of one's own (`Keymap`). The composer takes its ordered keys itself, as they
were typed. Single letters work only outside the composer; ctrl+j, ctrl+o and ctrl+s are left
alone, for tmux and terminals take them.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace
from textual.binding import Binding, BindingType


class Where(StrEnum):
    """Where a key works."""

    LOBBY = "lobby"
    ROOM = "room, everywhere"
    TIMELINE = "room, outside the composer"
    ROWS = "in the timeline"
    PANES = "in a pane"
    ASKING = "search and show only"
    COMPOSER = "composer"
    READING = "help, brief and entries"


class Key(Struct, frozen=True, kw_only=True):
    """A key: what it does, in a word for the hints (none if it is not hinted) and in a sentence.

    Keys without an action are handled by Textual or a widget itself and stand here for the help.
    An `ordered` one must not overtake letters that still wait, as a binding would. One that
    `writes` is of no use to who only reads.
    """

    id: str
    where: Where
    keys: str
    help: str
    action: str = ""
    hint: str = ""
    ordered: bool = False
    writes: bool = False

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
    help="Go to the worst alarm and begin the line that deals with it; an objection opens its "
    "decision. Nothing is sent.",
)

DEBRIEF = Key(
    id="room.debrief",
    where=Where.ROOM,
    keys="f5",
    action="debrief",
    hint="debrief",
    help="Milestones, the times between them, what is missing, and how to export the log.",
)

EDITOR = Key(
    id="room.editor",
    where=Where.ROOM,
    keys="f8",
    action="edit",
    help="Write the line in $EDITOR. Nothing is sent: what you save comes back into the composer.",
)

TRY_AGAIN = Key(
    id="room.try_again",
    where=Where.ROOM,
    keys="ctrl+r",
    action="try_again",
    help="Connect now, when the line is lost or was refused.",
)

LOBBY_TRY_AGAIN = replace(TRY_AGAIN, id="lobby.try_again", where=Where.LOBBY)

FILTER = Key(
    id="timeline.filter",
    where=Where.TIMELINE,
    keys="v",
    action="filter",
    hint="show only",
    help="Show only some entries: a kind, a person, what is open, what is pinned.",
)

SHOW_ALL = Key(
    id="timeline.show_all",
    where=Where.TIMELINE,
    keys="V",
    action="show_all",
    help="Show all entries again.",
)

FIND_NEXT = Key(
    id="timeline.find_next",
    where=Where.ROWS,
    keys="n",
    action="find_next",
    help="The next entry found.",
)

FIND_PREVIOUS = Key(
    id="timeline.find_previous",
    where=Where.ROWS,
    keys="N",
    action="find_previous",
    help="The entry found before.",
)

_HINTED_ROWS = {"open": "open", "copy": "copy"}
_HINTED_PANES = {"open": "story", "copy": "copy"}

REVISE = Key(
    id="timeline.revise",
    where=Where.ROWS,
    keys="r",
    action="screen.revise",
    help="Take a line that waits, or came back, into the composer. It is not sent meanwhile.",
)

WITHDRAW = Key(
    id="timeline.withdraw",
    where=Where.ROWS,
    keys="x",
    action="screen.withdraw",
    help="Withdraw a line that waits for the hub, or put away one that came back.",
)

COMPLETE = Key(
    id="composer.complete",
    where=Where.COMPOSER,
    keys="tab",
    action="complete",
    help="Take what is marked in the list; in an empty line, go to the timeline and the panes.",
    ordered=True,
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
        help="Begin a word, tab writes it out: /declare TITLE, or /invite for an invite.",
    ),
    *(
        Key(id=f"lobby.{name}", where=Where.LOBBY, keys=keys, action=action, help=help)
        for name, keys, action, help in (
            ("down", "j", "go('cursor_down')", "The next room; the arrow does the same."),
            ("up", "k", "go('cursor_up')", "The room before."),
            ("first", "g", "go('first')", "The first room."),
            ("last", "G", "go('last')", "The last room."),
        )
    ),
    LOBBY_TRY_AGAIN,
    Key(
        id="lobby.quit",
        where=Where.LOBBY,
        keys="q,ctrl+q",
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
        ordered=True,
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
        id="composer.clear",
        where=Where.COMPOSER,
        keys="ctrl+u",
        action="clear",
        help="Clear the line, all of it; up brings it back.",
        ordered=True,
    ),
    COMPLETE,
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
    DEBRIEF,
    EDITOR,
    TRY_AGAIN,
    Key(
        id="room.palette",
        where=Where.ROOM,
        keys="ctrl+p",
        hint="palette",
        help="All words, templates, keys and themes, by name.",
    ),
    Key(
        id="room.quit",
        where=Where.ROOM,
        keys="ctrl+q",
        action="app.quit",
        help="Quit, from anywhere. The hub and the rooms go on.",
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
        hint="write",
        help="Back to the composer.",
        writes=True,
    ),
    Key(
        id="timeline.search",
        where=Where.TIMELINE,
        keys="slash",
        action="search",
        hint="search",
        help="Search; n and N go on.",
    ),
    FILTER,
    SHOW_ALL,
    Key(
        id="timeline.decision",
        where=Where.ROWS,
        keys="d",
        action="screen.promote('decision')",
        hint="promote",
        help="Begin the line that makes the entry a decision.",
        writes=True,
    ),
    Key(
        id="timeline.action",
        where=Where.ROWS,
        keys="a",
        action="screen.promote('action')",
        hint="promote",
        help="Begin the line that makes the entry an action.",
        writes=True,
    ),
    Key(
        id="timeline.hypothesis",
        where=Where.ROWS,
        keys="h",
        action="screen.promote('hypothesis')",
        hint="promote",
        help="Begin the line that makes the entry a hypothesis.",
        writes=True,
    ),
    Key(
        id="timeline.fact",
        where=Where.ROWS,
        keys="f",
        action="screen.promote('fact')",
        hint="promote",
        help="Begin the line that makes the entry a confirmed fact for comms.",
        writes=True,
    ),
    REVISE,
    WITHDRAW,
    Key(
        id="timeline.editor",
        where=Where.ROWS,
        keys="e",
        action="screen.edit",
        hint="editor",
        help="Write the composer's line in $EDITOR.",
        writes=True,
    ),
    Key(
        id="offer.accept",
        where=Where.TIMELINE,
        keys="A",
        action="answer('accept')",
        help="Accept the role that the banner offers you. What you were typing stays.",
    ),
    Key(
        id="offer.decline",
        where=Where.TIMELINE,
        keys="D",
        action="answer('decline')",
        help="Decline it. /role decline WHY says why.",
    ),
    Key(
        id="room.panes",
        where=Where.TIMELINE,
        keys="tab,shift+tab",
        hint="panes",
        help="To the next pane, or the one before. A view's own key goes there, too.",
    ),
    Key(
        id="timeline.lobby",
        where=Where.TIMELINE,
        keys="q",
        action="lobby",
        hint="lobby",
        help="Back to the lobby. What is typed stays for when you come back.",
    ),
    *(
        Key(
            id=f"timeline.{name}",
            where=Where.ROWS,
            keys=keys,
            action=action,
            hint=_HINTED_ROWS.get(name, ""),
            help=text,
        )
        for name, keys, action, text in (
            ("down", "down,j", "step(1)", "The next entry."),
            ("up", "up,k", "step(-1)", "The entry before."),
            ("first", "home,g", "first", "The first entry."),
            ("last", "end,G", "follow", "The last entry, and follow new ones."),
            ("page_down", "pagedown", "page(1)", "A page down."),
            ("page_up", "pageup", "page(-1)", "A page up."),
            ("half_down", "ctrl+d", "page(0.5)", "Half a page down."),
            ("half_up", "ctrl+u", "page(-0.5)", "Half a page up."),
            ("open", "enter", "open", "Open the entry: all of it, and what it is linked with."),
            ("fold", "space,o", "fold", "Unfold a long entry in its place, or fold it again."),
            ("copy", "y", "copy", "Copy the entry through the terminal's clipboard."),
        )
    ),
    FIND_NEXT,
    FIND_PREVIOUS,
    *(
        Key(
            id=f"pane.{name}",
            where=Where.PANES,
            keys=keys,
            action=action,
            hint=_HINTED_PANES.get(name, ""),
            help=text,
        )
        for name, keys, action, text in (
            ("down", "down,j", "move(1)", "The next row."),
            ("up", "up,k", "move(-1)", "The row before."),
            ("open", "enter", "open", "Its story: all that the log says of it, and what is next."),
            ("copy", "y", "copy", "Copy it through the terminal's clipboard."),
        )
    ),
    Key(
        id="pane.step",
        where=Where.PANES,
        keys="letter",
        hint="step",
        help="What can be done next: the letters stand under the pane, and in the story. "
        "A letter begins the line; enter sends it.",
        writes=True,
    ),
    Key(
        id="asking.answer",
        where=Where.ASKING,
        keys="enter",
        hint="go",
        help="Search for the text, or show only what is asked for. Nothing ends the search, and "
        "shows all.",
    ),
    Key(
        id="asking.complete",
        where=Where.ASKING,
        keys="tab",
        hint="complete",
        help="Write out the word of a filter that is begun.",
    ),
    Key(
        id="asking.leave",
        where=Where.ASKING,
        keys="escape",
        hint="leave",
        help="Leave it as it was.",
    ),
    Key(
        id="reading.close",
        where=Where.READING,
        keys="escape,q",
        action="close",
        hint="back",
        help="Back to where you were.",
    ),
    Key(
        id="reading.link",
        where=Where.READING,
        keys="1,2,3,4,5,6,7,8,9",
        help="On an entry or a story: go on to the entry with this number in the list.",
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


FEET: dict[Where, tuple[str, ...]] = {
    Where.LOBBY: ("lobby.open", "lobby.declare", "lobby.quit", "lobby.help"),
    Where.COMPOSER: (
        "room.timeline",
        "room.command",
        "room.comms",
        "room.technical",
        "room.debrief",
        "room.help",
        "room.alarm",
        "room.palette",
    ),
    Where.ROWS: (
        "timeline.compose",
        "timeline.open",
        "timeline.search",
        "timeline.filter",
        "room.alarm",
        "room.help",
        "timeline.lobby",
        "timeline.copy",
        "timeline.decision",
        "timeline.action",
        "timeline.hypothesis",
        "timeline.fact",
        "room.panes",
        "room.palette",
        "timeline.editor",
    ),
    Where.PANES: (
        "pane.open",
        "pane.step",
        "room.panes",
        "room.timeline",
        "timeline.compose",
        "room.alarm",
        "room.help",
        "pane.copy",
        "timeline.lobby",
        "room.palette",
    ),
    Where.ASKING: ("asking.answer", "asking.leave", "asking.complete"),
    Where.READING: ("reading.close", "reading.copy"),
}
"""The keys that are hinted at the foot of a screen, by where the reader is: what matters most comes
first, for what finds no room is left out."""


class Keymap:
    """The table, with a person's own keys in place of some: Textual's names, `ctrl+g,f9`."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        own = own or {}
        self.keys = tuple(replace(key, keys=own.get(key.id, key.keys)) for key in KEYS)

    def first(self, key: Key) -> str:
        """How a key of the table is written here."""
        return next(one.first for one in self.keys if one.id == key.id)

    def views(self) -> dict[str, str]:
        """The key of each view, by its name."""
        return {
            key.id.removeprefix("room."): key.first for key in self.keys if "view(" in key.action
        }

    def actions(self, where: Where) -> dict[str, str]:
        """The action of each ordered key, for the widget that takes them as they were typed."""
        return {
            pressed: key.action
            for key in self.keys
            for pressed in key.keys.split(",")
            if key.ordered and key.where is where
        }

    def hints(self, where: Where, *, reads: bool = False) -> list[tuple[str, str]]:
        """Keys and their words for the foot of a screen, of someone who only `reads` or of anyone;
        those of one word stand together."""
        keys = {key.id: key for key in self.keys if not (reads and key.writes)}
        found = groupby((keys[id_] for id_ in FEET[where] if id_ in keys), lambda key: key.hint)
        return [(" ".join(key.first for key in together), word) for word, together in found]


OWN: frozenset[str] = frozenset(key.id for key in KEYS if key.action)
"""The ids for which a person can have keys of their own."""


def bindings(*places: Where) -> list[BindingType]:
    """The bindings of the keys that work in these places."""
    return [
        Binding(key.keys, key.action, key.hint or key.help, show=False, id=key.id)
        for key in _at(*places)
        if key.action and not key.ordered
    ]


def over_a_room() -> list[BindingType]:
    """The keys that work everywhere in a room, on what is read over it: they go back there."""
    return [
        Binding(key.keys, f"app.in_room({key.action!r})", key.help, show=False, id=key.id)
        for key in _at(Where.ROOM)
        if key.action
    ]


def _at(*places: Where) -> Iterator[Key]:
    return (key for key in KEYS if key.where in places)
