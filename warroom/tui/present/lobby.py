"""The lobby: the rooms of a hub, what burns first."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from warroom.domain.commands import Declare
from warroom.domain.permissions import TABLE
from warroom.domain.vocabulary import CLOSED, OVER, Scope, Severity
from warroom.export.times import elapsed_time, roughly
from warroom.protocol.envelopes import RoomSummary
from warroom.text import one_line
from warroom.tui.present.pieces import Piece, Tone
from warroom.tui.present.scene import owed

WORDS = ("/declare ", "/invite ")
"""The words that need no room, as one begins them here."""

FOR_A_ROOM = "that is a word for a room, enter opens one; here there are /declare TITLE and /invite"

SECURITY = {"restricted": True, "security": True}

TEACHING = (
    "No incident is open here.",
    "ctrl+n, what is broken, enter: that declares it and opens its room.",
    "Others who run warroom on this machine see it at once. F1 shows all keys.",
)
"""What an empty lobby says to who may declare."""

READING = (
    "No incident is open to you here.",
    "You see those that you are let in for, as soon as there are any.",
)
LISTENING = (
    "You read what is published to you: warroom feed, in a shell, prints it.",
    "The rooms in which it is written are for those who work on the incident.",
)


def teaching(scope: Scope) -> tuple[str, ...]:
    """What an empty lobby says."""
    if scope is Scope.STAKEHOLDER:
        return LISTENING
    return TEACHING if may_declare(scope) else READING


MAY_NOT_DECLARE = "you only read here: whoever works on incidents declares them"


def may_declare(scope: Scope) -> bool:
    """Whether who is let in for this may declare an incident."""
    return scope in TABLE[Declare].scopes


RESTRICTING = {"!restricted": {"restricted": True}, "!security": SECURITY}
"""What the last word of a declaration can say of the room: only who is admitted knows of it."""


def declaration(text: str) -> tuple[str, dict[str, bool]]:
    """A title, and what its last word says of the room."""
    title, _, last = text.rstrip().rpartition(" ")
    facts = RESTRICTING.get(last.casefold())
    return (text, {}) if facts is None or not title.strip() else (title.strip(), facts)


def begun(text: str) -> str:
    """The word that a line begins with a slash and some letters; empty if it begins none."""
    found = (word for word in WORDS if text.startswith("/") and word.startswith(text.casefold()))
    return next(found, "")


def is_word(text: str) -> bool:
    """Whether a line begins a word that declares nothing: a title is not written after it."""
    return text.startswith("/") and not text.casefold().startswith(WORDS[0])


def asks_invite(text: str) -> bool:
    """Whether a line is about an invite."""
    return text.casefold().split(maxsplit=1)[:1] == ["/invite"]


_NONE_WAITS: Mapping[str, int] = {}


class RoomMark(NamedTuple):
    """What is said of a room before its title; where cells are scarce, by its `letter`."""

    letter: str
    words: str


WAITING = RoomMark("W", "waiting")
HELD = RoomMark("H", "held")
RESTRICTED = RoomMark("R", "restricted")


class LobbyRow(Struct, frozen=True):
    """One room as the lobby shows it, cell by cell. The title has its marks beside it, each with
    how many it counts, 0 if it counts nothing."""

    log: str
    label: Piece
    severity: Piece
    status: Piece
    elapsed: Piece
    marks: tuple[tuple[RoomMark, int], ...]
    title: Piece
    commander: Piece
    owed: Piece
    here: Piece


def rows(
    rooms: tuple[RoomSummary, ...],
    now: datetime,
    *,
    live: bool = True,
    waiting: Mapping[str, int] = _NONE_WAITS,
) -> list[LobbyRow]:
    """The open rooms first, of these the worst and then the oldest; the closed ones last.

    Who is here is known while `live`. So many lines of the reader's are `waiting`, by room.
    """
    return [_row(room, now, live, waiting.get(room.log, 0)) for room in sorted(rooms, key=_order)]


def _order(room: RoomSummary) -> tuple[bool, bool, str, datetime]:
    unrated = room.severity or Severity.SEV3
    return (room.status in CLOSED, room.status in OVER, unrated, room.declared_at)


def _row(room: RoomSummary, now: datetime, live: bool, waiting: int) -> LobbyRow:
    over = room.status in OVER
    tone = Tone.QUIET if over else Tone.PLAIN
    severe = room.severity in {Severity.SEV1, Severity.SEV2} and not over
    return LobbyRow(
        log=room.log,
        label=Piece(one_line(room.label), Tone.STRONG),
        severity=Piece(room.severity or "-", Tone.WARN if severe else tone),
        status=Piece("RECOVERING", Tone.WARN)
        if room.recovering
        else Piece(room.status.upper(), tone),
        elapsed=Piece(elapsed_time((room.resolved_at or now) - room.began_at), tone),
        marks=_marks(room, waiting),
        title=Piece(one_line(room.title), Tone.WARN if waiting else tone),
        commander=_commander(room, over),
        owed=_owed(room, now),
        here=Piece((str(room.here) if room.here else "-") if live else "?", tone),
    )


def _marks(room: RoomSummary, waiting: int) -> tuple[tuple[RoomMark, int], ...]:
    """What stands before the title: what waits to be sent first, it is the reader's own."""
    stands = ((WAITING, waiting > 0), (HELD, room.held), (RESTRICTED, room.restricted))
    return tuple((mark, waiting * (mark is WAITING)) for mark, so in stands if so)


def _commander(room: RoomSummary, over: bool) -> Piece:
    if room.commander is not None:
        return Piece(one_line(room.commander), Tone.QUIET if over else Tone.PLAIN)
    return Piece("-", Tone.QUIET) if over else Piece("VACANT", Tone.ALARM)


def _owed(room: RoomSummary, now: datetime) -> Piece:
    if room.next_by is None:
        return Piece("-", Tone.QUIET)
    return owed(room.next_by - now, say=roughly)
