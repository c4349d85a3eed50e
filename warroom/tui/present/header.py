"""The first lines of a room: what it is, how long, what is owed, and how the line to the hub is."""

from datetime import datetime

from warroom.client.connection import Line, LineState
from warroom.client.replica import Sync
from warroom.domain.metrics import elapsed
from warroom.domain.vocabulary import OVER, Role, Severity, Status
from warroom.export.times import clock_time, duration, elapsed_time
from warroom.text import one_line
from warroom.tui.cells import cut
from warroom.tui.present.pieces import Piece, Pieces, Tone, cells, fitted, spread
from warroom.tui.present.scene import Scene, owed

WIDE = 100
"""From so many columns on a room has side panes and says things in full."""

VAST = 160
"""From so many columns on the side panes are broader."""

BREAKPOINTS: list[tuple[int, str]] = [
    (0, "-narrow"),
    (WIDE, "-wide"),
    (VAST, "-vast"),
]
"""The class of a room's screen by its columns."""


def size_class(columns: int) -> str:
    """The class that a room begins with: one that it took later would style it all twice."""
    return [name for least, name in BREAKPOINTS if columns >= least][-1]


_LEAST_TITLE = 12

_SEVERE = {Severity.SEV1: Tone.ALARM, Severity.SEV2: Tone.WARN}


def condition(scene: Scene, link: Piece, width: int) -> Pieces:
    """The header of a room, in one line of so many cells."""
    if not scene.incident.seq:
        return spread((Piece("opening the room ...", Tone.STRONG),), (link,), width)
    label, title = one_line(scene.incident.label), one_line(scene.room.title)
    for wide in (True, False) if width >= WIDE else (False,):
        right = _condition(scene, link, wide)
        room = width - cells(right) - cells((Piece(label),)) - 3
        if room >= min(_LEAST_TITLE, len(title)):
            break
    if width >= WIDE:
        left = (Piece(f"{label} {cut(title, max(room, 1))}", Tone.STRONG),)
        return spread(left, right, width)
    pieces = (Piece(label, Tone.STRONG), Piece(" "), *right)
    if room >= _LEAST_TITLE:
        pieces = (*pieces, Piece("  "), Piece(title, Tone.QUIET))
    return fitted(pieces, width)


def _condition(scene: Scene, link: Piece, wide: bool) -> Pieces:
    """Severity, status, times, the line and who is here; in short where it is not `wide`."""
    people = _people(scene, wide)
    gap, separator = Piece("   " if wide else " "), Piece(", " if wide else " ")
    return (*_facts(scene, wide), gap, link, *((separator, people) if people else ()))


def _facts(scene: Scene, wide: bool) -> Pieces:
    incident = scene.incident
    gap = Piece("  " if wide else " ")
    severity = incident.severity
    rated = Piece(
        severity or "unrated", _SEVERE.get(severity, Tone.PLAIN) if severity else Tone.QUIET
    )
    status = Piece(incident.status.upper(), _status_tone(incident.status))
    age = Piece(elapsed_time(elapsed(incident, scene.now)))
    owed = _owed(scene, wide)
    closed = (Piece("RESTRICTED", Tone.WARN), gap) if incident.restricted else ()
    kept = (Piece("HELD", Tone.WARN), gap) if incident.held is not None else ()
    return (
        *closed,
        *kept,
        rated,
        gap,
        status,
        gap,
        age,
        *((Piece("   " if wide else " "), owed) if owed else ()),
    )


def _status_tone(status: Status) -> Tone:
    return Tone.GOOD if status in OVER else Tone.STRONG


def _owed(scene: Scene, wide: bool) -> Piece | None:
    """The promise that falls due first: how long until it does, or how late it is."""
    promise = scene.incident.next_update
    if promise is None:
        return None
    when, tone = owed(promise.at - scene.now, overdue=promise.overdue)
    if tone is not Tone.PLAIN:
        return Piece(f"update {when}", tone)
    return Piece(f"next update {when}" if wide else f"next {when.removeprefix('in ')}", tone)


def _people(scene: Scene, wide: bool) -> Piece | None:
    if not scene.live:
        return None
    voices = len(scene.voices)
    count = len(scene.here) + voices
    if not count:
        return None
    if not wide:
        return Piece(str(count))
    return Piece(f"{count} here" + (f" ({voices} voice)" if voices else ""))


def link(line: Line, sync: Sync, waiting: int, now: datetime, held_up: str = "") -> Piece:
    """How this client stands to the hub, in a word or two. `now` is this machine's time.

    `waiting` is how many of one's own entries the hub has not answered, `held_up` why it does not
    take them.
    """
    piece = _link(line, sync, now)
    if held_up and line.state is LineState.LIVE and sync in _WELL:
        piece = Piece("HELD UP", Tone.ALARM)
    return Piece(f"{piece.text}, {waiting} waiting", piece.tone) if waiting else piece


_WELL = frozenset({Sync.LIVE, Sync.CATCHING_UP})


def _link(line: Line, sync: Sync, now: datetime) -> Piece:
    if sync is Sync.DIVERGED:
        return Piece("DIVERGED", Tone.ALARM)
    if sync is Sync.RECOVERING and line.state is LineState.LIVE:
        return Piece("RECOVERING", Tone.WARN)
    match line.state:
        case LineState.CONNECTING:
            return Piece("connecting", Tone.WARN)
        case LineState.STALE:
            return Piece(f"STALE {duration(now - line.since)}", Tone.WARN)
        case LineState.OFFLINE:
            return Piece(f"OFFLINE {duration(now - line.since)}", Tone.ALARM)
        case LineState.REFUSED:
            return Piece("REFUSED", Tone.ALARM)
        case LineState.LIVE:
            return (
                Piece("live", Tone.GOOD) if sync is Sync.LIVE else Piece("catching up", Tone.WARN)
            )


def trouble(line: Line, sync: Sync, key: str = "", held_up: str = "") -> str:
    """What a person should know about the line besides the word for it; empty if it is well.

    `key` is the one that tries again, `held_up` why the hub takes nothing for now.
    """
    if sync is Sync.DIVERGED:
        return "the hub has another log: nothing is sent; the timeline's end says what to do"
    if sync is Sync.RECOVERING and line.state is LineState.LIVE:
        return "recovering: what you write waits for warroom hub release, on the hub's machine"
    match line.state:
        case LineState.OFFLINE | LineState.REFUSED:
            since = f"since {clock_time(line.since)}" * (line.state is LineState.OFFLINE)
            again = f"{key} tries again now" if key else ""
            head = ", ".join(filter(None, (since, again)))
            return ": ".join(filter(None, (head, one_line(line.why))))
        case LineState.STALE:
            return "the hub has not been heard for a while; what stands here may be old"
        case LineState.LIVE if held_up:
            return f"{one_line(held_up)}; what you wrote waits, and is sent again by itself"
        case LineState.CONNECTING | LineState.LIVE:
            return ""


_SHORT = (
    (Role.INCIDENT_COMMANDER, "IC"),
    (Role.TECHNICAL_LEAD, "TL"),
    (Role.COMMS_LEAD, "CL"),
    (Role.DEPUTY, "Dep"),
)


def holders(scene: Scene, width: int) -> Pieces:
    """Who holds what, in one line: `IC Ana  TL Bo  CL Dee(voice)  Dep -`."""
    pieces: list[Piece] = []
    for role, short in _SHORT:
        person = scene.incident.holder(role)
        if person is None:
            vacant = role is Role.INCIDENT_COMMANDER and not scene.incident.over
            word = Piece("VACANT", Tone.ALARM) if vacant else Piece("-", Tone.QUIET)
        else:
            where = scene.presence(person)
            word = Piece(scene.first_name(person) + ("" if where == "here" else f"({where})"))
        pieces += [Piece(f"{short} ", Tone.QUIET), word, Piece("  ")]
    return fitted(pieces, width)


def tabs(shown: str | None, keys: dict[str, str]) -> Pieces:
    """What a narrow screen can show, the marked one now: `>timeline  F2 command  F3 comms`."""
    names = [("esc", "timeline", shown is None)]
    names += [(key, name, name == shown) for name, key in keys.items()]
    pieces: list[Piece] = []
    for key, name, here in names:
        tone = Tone.STRONG if here else Tone.QUIET
        pieces += [Piece(f">{name}" if here else f"{key} {name}", tone), Piece("  ")]
    return tuple(pieces)
