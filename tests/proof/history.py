"""Judges a history: what every client asked, was told and saw, against what the journal keeps.

Pure. The clients of a test record into one `History`; `findings` says everything that breaks the
promise, and nothing else. Times are integers of one clock that all of them read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """The ways to break the promise."""

    LOST = "lost"
    """Acknowledged, or seen by someone, and no longer there; or a number is missing."""
    MOVED = "moved"
    """It stands in another place than the one that was named."""
    DOUBLED = "doubled"
    """It stands there twice."""
    PHANTOM = "phantom"
    """It stands there, and nobody asked for it."""
    FORKED = "forked"
    """Someone saw another entry in that place."""
    VISIBLE = "refused but visible"
    """It was refused for good, and stands there."""
    INVERTED = "inverted"
    """It was asked for after another was acknowledged, and stands before it."""


@dataclass(frozen=True)
class Asked:
    """A command on its way for the first time."""

    log: str
    id: str
    at: int


@dataclass(frozen=True)
class Told:
    """An answer: the number of the entry, or None for a refusal that is final."""

    log: str
    id: str
    seq: int | None
    at: int


@dataclass(frozen=True)
class Saw:
    """An entry as it reached a client."""

    client: str
    log: str
    seq: int
    id: str
    hash: str


@dataclass(frozen=True)
class Kept:
    """An entry of the journal. `by_hub` says that no client asked for it.

    `what` is its content, of a kind that is asked for only once; empty if that is not so.
    """

    log: str
    seq: int
    id: str
    hash: str
    what: str = ""
    by_hub: bool = False


@dataclass
class History:
    """Everything that happened, as the clients know it."""

    asked: list[Asked] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    saw: list[Saw] = field(default_factory=list)


@dataclass(frozen=True, order=True)
class Finding:
    """One broken promise: which entry of which log."""

    log: str
    id: str
    fault: Fault


def findings(history: History, journal: Iterable[Kept]) -> tuple[Finding, ...]:
    """Every broken promise, each once, in order. Empty if all were held."""
    kept = _by_log(journal)
    parts: tuple[Sequence[Asked | Told | Saw], ...] = (history.asked, history.told, history.saw)
    logs = kept.keys() | {one.log for part in parts for one in part}
    found: set[Finding] = set()
    for log in logs:
        part = History(
            asked=[one for one in history.asked if one.log == log],
            told=[one for one in history.told if one.log == log],
            saw=[one for one in history.saw if one.log == log],
        )
        faults = _Judgement(part, kept.get(log, ())).faults()
        found.update(Finding(log, id_, fault) for id_, fault in faults)
    return tuple(sorted(found))


def _by_log(journal: Iterable[Kept]) -> Mapping[str, list[Kept]]:
    logs: dict[str, list[Kept]] = defaultdict(list)
    for one in journal:
        logs[one.log].append(one)
    return logs


class _Judgement:
    """One log. Each method gives pairs of an id and what is wrong with it."""

    def __init__(self, history: History, kept: Sequence[Kept]) -> None:
        self._history = history
        self._kept = kept
        self._places: dict[str, list[int]] = defaultdict(list)
        for one in kept:
            self._places[one.id].append(one.seq)
        self._at = {one.seq: one for one in kept}
        self._asked = {one.id: one for one in history.asked}

    def faults(self) -> Iterator[tuple[str, Fault]]:
        yield from self._of_the_journal()
        yield from self._of_answers()
        yield from self._of_what_was_seen()
        yield from self._of_real_time()

    def _of_the_journal(self) -> Iterator[tuple[str, Fault]]:
        """Numbers without a gap, every entry once, and asked for."""
        contents: set[str] = set()
        for one in self._kept:
            if one.seq > 1 and one.seq - 1 not in self._at:
                yield f"#{one.seq - 1}", Fault.LOST
            if len(self._places[one.id]) > 1 or (one.what and one.what in contents):
                yield one.id, Fault.DOUBLED
            elif not one.by_hub and one.id not in self._asked:
                yield one.id, Fault.PHANTOM
            contents.add(one.what)

    def _of_answers(self) -> Iterator[tuple[str, Fault]]:
        """What was acknowledged is where it was said to be; what was refused is nowhere."""
        for told in self._history.told:
            places = self._places.get(told.id, [])
            if told.seq is None and places:
                yield told.id, Fault.VISIBLE
            elif told.seq is not None and not places:
                yield told.id, Fault.LOST
            elif told.seq is not None and told.seq not in places:
                yield told.id, Fault.MOVED

    def _of_what_was_seen(self) -> Iterator[tuple[str, Fault]]:
        """Everyone saw the journal's own entries."""
        refused = {told.id for told in self._history.told if told.seq is None}
        for saw in self._history.saw:
            here = self._at.get(saw.seq)
            if here is not None and (here.id, here.hash) == (saw.id, saw.hash):
                continue
            if saw.id in refused:
                yield saw.id, Fault.VISIBLE
            elif here is not None:
                yield saw.id, Fault.FORKED
            elif saw.id in self._places:
                yield saw.id, Fault.MOVED
            else:
                yield saw.id, Fault.LOST

    def _of_real_time(self) -> Iterator[tuple[str, Fault]]:
        """Whoever asked after an acknowledgement stands after what was acknowledged.

        The answers are swept in time beside the questions, so that one number is enough: the
        highest place that was acknowledged before a question was asked.
        """
        acks = sorted(
            (one.at, max(self._places[one.id]))
            for one in self._history.told
            if one.seq is not None and one.id in self._places
        )
        highest, passed = 0, 0
        for asked in sorted(self._history.asked, key=lambda one: one.at):
            while passed < len(acks) and acks[passed][0] < asked.at:
                highest = max(highest, acks[passed][1])
                passed += 1
            if asked.id in self._places and max(self._places[asked.id]) < highest:
                yield asked.id, Fault.INVERTED
