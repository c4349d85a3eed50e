"""A whole room as a reader holds it: every entry, the incident they fold to, and names.

The incident cites; this is where the citations are looked up.
"""

from collections.abc import Callable

from msgspec.structs import replace

from warroom.domain.events import (
    DecisionWords,
    EntryRedacted,
    Event,
    IncidentWords,
    Recorded,
    SentWords,
    TextWords,
    Unknown,
    WordsExpired,
)
from warroom.domain.fold import apply
from warroom.domain.incident import Incident
from warroom.domain.names import NAMING, Names

GONE = "[redacted]"
"""Shown where words were that have been redacted."""

WORDLESS = "[no words]"
"""Shown where there are none, and nothing in the log says that they were taken away."""


def absence(incident: Incident, seq: int) -> str:
    """What is shown in place of an entry's words: what took them away, if something did."""
    if seq in incident.redacted:
        return GONE
    expiry = incident.expiry_of(seq)
    return WORDLESS if expiry is None else f"[expired {expiry.at:%Y-%m-%d}]"


def standing(incident: Incident, seq: int, own_text: Callable[[int], str | None]) -> str:
    """The main words of an entry as they now stand: amended text in place of the first.

    `own_text` gives the words that an entry was written with, as far as they are there.
    """
    if incident.gone(seq):
        return absence(incident, seq)
    amendments = incident.amended.get(seq, ())
    texts = (text for at in (*reversed(amendments), seq) if (text := own_text(at)))
    return next(texts, WORDLESS)


def main_words(event: Event | Unknown) -> str | None:
    """The text that an event came with; None if it is gone, or there was none."""
    match event.words:
        case TextWords(text=text):
            return text
        case DecisionWords(choice=choice):
            return choice
        case IncidentWords(title=title):
            return title
        case SentWords(where=where):
            return where
        case _:
            return None


class Transcript:
    """Entries in order with their fold. `append` is the only way in."""

    def __init__(self, log: str) -> None:
        self.entries: list[Recorded] = []
        self.incident = Incident(log=log)
        self.names = Names()
        self._by_id: dict[str, int] = {}

    def append(self, recorded: Recorded) -> None:
        """Take in the entry that follows the last one."""
        self.incident = apply(self.incident, recorded)
        self.entries.append(recorded)
        self._by_id[recorded.id] = recorded.seq
        self.names.learn(recorded.event)
        match recorded.event:
            case EntryRedacted(of=of):
                self._forget(of.seq)
            case WordsExpired():
                self._expire(self.incident.expired)
            case _:
                pass

    def entry(self, seq: int) -> Recorded | None:
        """An entry by its number."""
        return self.entries[seq - 1] if 1 <= seq <= len(self.entries) else None

    def seq_of(self, entry_id: str) -> int | None:
        """The number of the entry with this id."""
        return self._by_id.get(entry_id)

    def person(self, handle: str) -> str | None:
        """The person in the room with a handle: those with a client first, the latest first."""
        wanted = handle.removeprefix("@").casefold()
        people = self.incident.people
        found = [
            person
            for person, known in self.names.handles.items()
            if known.casefold() == wanted and person in people
        ]
        found.sort(key=lambda person: (people[person].voice, -people[person].source.seq))
        return found[0] if found else None

    @property
    def title(self) -> str:
        return self.text(self.incident.title)

    def text(self, seq: int) -> str:
        """The main words of an entry as they now stand: amended text in place of the first."""
        return standing(self.incident, seq, self._own_text)

    def _own_text(self, seq: int) -> str | None:
        entry = self.entry(seq)
        if entry is None or self.incident.gone(seq):
            return None
        return main_words(entry.event)

    def _forget(self, seq: int) -> None:
        """Words that were redacted are gone here too, and the names that stood in them."""
        entry = self.entry(seq)
        if entry is not None and entry.event.words is not None:
            self.entries[seq - 1] = _wordless(entry)
            if isinstance(entry.event, NAMING):
                self.names = Names(one.event for one in self.entries)

    def _expire(self, through: int) -> None:
        """All words up to an entry are gone, and the names that nothing later says again."""
        self.entries[:through] = map(_wordless, self.entries[:through])
        self.names = Names(entry.event for entry in self.entries[through:])


def _wordless(entry: Recorded) -> Recorded:
    if entry.event.words is None:
        return entry
    return replace(entry, event=replace(entry.event, words=None))
