"""What a room has told each audience: all that stakeholders ever see of it.

A projection of the log: exactly the texts that were published, in the words that were approved,
without the words that were redacted or have expired since.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from warroom.domain import events as e
from warroom.domain.events import Recorded, TextWords
from warroom.domain.vocabulary import Audience


class Published(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stakeholder update as it went out. `text` is None once it was redacted or has expired.

    `corrects` is the number of the update that it corrects; `next_by` is the promise made with it.
    """

    update: int
    audience: Audience
    at: datetime
    text: str | None = None
    corrects: int | None = None
    next_by: datetime | None = None


class Feed:
    """The published updates of one room. `learn` every entry, in order."""

    def __init__(self) -> None:
        self._drafts: dict[int, e.UpdateDrafted] = {}
        self._texts: dict[int, str] = {}
        self._published: dict[int, tuple[int, Published]] = {}

    @property
    def published(self) -> tuple[Published, ...]:
        """What went out, in the order in which it did."""
        return tuple(published for _, published in self._published.values())

    def learn(self, recorded: Recorded) -> None:
        """Take in one entry."""
        match recorded.event:
            case e.UpdateDrafted(update=number, words=words) as draft:
                self._drafts[number] = draft
                self._keep(recorded.seq, words)
            case e.UpdateRevised(words=words):
                self._keep(recorded.seq, words)
            case e.UpdatePublished() as event:
                self._publish(event, recorded)
            case e.EntryRedacted(of=of):
                self._forget(range(of.seq, of.seq + 1))
            case e.WordsExpired(through=through) if through.seq < recorded.seq:
                self._forget(range(1, through.seq + 1))
            case _:
                pass

    def _keep(self, seq: int, words: TextWords | None) -> None:
        if words is not None:
            self._texts[seq] = words.text

    def _publish(self, event: e.UpdatePublished, recorded: Recorded) -> None:
        draft = self._drafts.get(event.update)
        if draft is None:
            return
        published = Published(
            update=event.update,
            audience=draft.audience,
            at=recorded.happened_at,
            text=self._texts.get(event.text.seq),
            corrects=draft.corrects,
            next_by=event.next_by,
        )
        self._published[event.update] = (event.text.seq, published)

    def _forget(self, seqs: range) -> None:
        self._texts = {seq: text for seq, text in self._texts.items() if seq not in seqs}
        for number, (text, published) in self._published.items():
            if text in seqs:
                self._published[number] = (text, replace(published, text=None))
