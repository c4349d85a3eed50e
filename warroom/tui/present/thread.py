"""The entries about one thing, gathered as the log grows, and the links in both directions."""

import re

from warroom.domain import events as e
from warroom.domain.events import Recorded
from warroom.domain.incident import Source
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Audience
from warroom.tui.present.subject import Item, StorySubject, Subject, subject_of


class Thread:
    """Looks at each entry once. All numbers are those of entries, in order.

    `own` are the entries about it and what was corrected in them, `speaks_of` the entries that
    those cite, `spoken_of_in` the later ones that cite them or name it in their text.
    """

    def __init__(self, room: Transcript, subject: StorySubject) -> None:
        self.subject = subject
        self.own: list[int] = []
        self.speaks_of: list[int] = []
        self.spoken_of_in: list[int] = []
        self._room = room
        self._origin = source.seq if (source := source_of(room, subject)) else 0
        self._ids: set[str] = set()
        self._named = re.compile(rf"\b{subject}\b", re.ASCII | re.IGNORECASE)
        self._seen = 0

    @property
    def links(self) -> list[int]:
        """The entries beyond its own, in the order in which they are shown."""
        return [*self.speaks_of, *self.spoken_of_in]

    def catch_up(self) -> None:
        """Take in what was not seen yet."""
        for entry in self._room.entries[self._seen :]:
            if self._is_own(entry):
                self.own.append(entry.seq)
                self._ids.add(entry.id)
                self._cite(entry)
            elif self._ids.intersection(entry.refs) or self._names_it(entry):
                self.spoken_of_in.append(entry.seq)
        self._seen = len(self._room.entries)

    def _is_own(self, entry: Recorded) -> bool:
        match entry.event:
            case (
                e.EntryAmended(of=of)
                | e.EntryStruck(of=of)
                | e.RedactionRequested(of=of)
                | e.EntryRedacted(of=of)
            ):
                return of.seq in self.own
            case event:
                return entry.seq == self._origin or self._is_about(subject_of(event))

    def _is_about(self, found: StorySubject | None) -> bool:
        """Everything about an update is about its audience, too."""
        if isinstance(self.subject, Audience) and isinstance(found, Item) and found.letter == "U":
            update = self._room.incident.updates.get(found.number)
            return update is not None and update.audience is self.subject
        return found == self.subject

    def _cite(self, entry: Recorded) -> None:
        cited = (self._room.seq_of(ref) for ref in entry.refs)
        fresh = {seq for seq in cited if seq is not None} - {*self.own, *self.speaks_of}
        self.speaks_of += sorted(fresh)

    def _names_it(self, entry: Recorded) -> bool:
        words = entry.event.words
        if not isinstance(self.subject, Item) or not isinstance(words, e.TextWords):
            return False
        return self._named.search(words.text) is not None


def source_of(room: Transcript, subject: Subject) -> Source | None:
    """The entry in which a thing is said first; for what was promoted, the one it came from."""
    i = room.incident
    match subject:
        case Item("D", number):
            decision = i.decisions.get(number)
            return decision.source if decision else None
        case Item("A", number):
            action = i.actions.get(number)
            return action.source if action else None
        case Item("H", number):
            hypothesis = i.hypotheses.get(number)
            return hypothesis.source if hypothesis else None
        case _:
            return None
