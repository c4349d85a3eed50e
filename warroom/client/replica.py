"""A room as this client holds it: what the hub sent, checked, and what is still on its way.

Sans-I/O: messages go in, `Change`s come out. A screen shows the replica; it decides nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec
from msgspec import Struct

from warroom.client.draft import Draft
from warroom.domain.events import EntryRedacted, LogAdopted, LogRestored, Recorded, WordsExpired
from warroom.domain.transcript import Transcript
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, Malformed, read_line
from warroom.log.shelf import Shelf
from warroom.log.signing import SignedHead
from warroom.protocol.envelopes import (
    Acked,
    Declined,
    Diverged,
    Entries,
    HeadAt,
    Here,
    HubMessage,
    Open,
    Opened,
    Presence,
    Recovering,
    Submit,
)


class Sync(StrEnum):
    """How the replica stands to the hub's log."""

    CLOSED = "closed"
    CATCHING_UP = "catching up"
    RECOVERING = "recovering"
    LIVE = "live"
    DIVERGED = "diverged"


class Stand(StrEnum):
    """Where a command of ours is that is no entry yet."""

    SENDING = "sending"
    WAITING = "waiting"
    RETURNED = "not taken"


class Pending(Struct, frozen=True):
    """A command on its way: shown until its entry is here, or its author has done with it.

    It is `SENDING` once the hub may have it, `WAITING` as long as it was never sent. `kept`: it is
    in the outbox, and outlives this process. `typed` is the line it was written in, `why` says
    why a `RETURNED` one came back.
    """

    submit: Submit
    written_at: datetime
    stand: Stand = Stand.SENDING
    kept: bool = False
    typed: str = ""
    why: str = ""


class Appended(Struct, frozen=True):
    """New entries, in order."""

    entries: tuple[Recorded, ...]


class Settled(Struct, frozen=True):
    """A command of ours is entry `seq`, which may still be on its way here."""

    id: str
    seq: int


class Returned(Struct, frozen=True):
    """A command of ours was declined for good; its text is in `pending`. `text` names people."""

    pending: Pending
    declined: Declined
    text: str


class Retry(Struct, frozen=True):
    """A command of ours was declined for now, and `text` says why: send it again, later."""

    submit: Submit
    text: str


class SyncChanged(Struct, frozen=True):
    """The replica stands otherwise to the hub's log."""

    sync: Sync


class PresenceChanged(Struct, frozen=True):
    """Other people are here now."""


class Reopen(Struct, frozen=True):
    """What came does not follow what is held: the room is asked for again, and shown why."""

    why: str


class Heal(Struct, frozen=True):
    """The hub lacks what follows entry `seq`, which is held here: offer it, or, if there is
    nothing to offer, open the room again."""

    seq: int


Change: TypeAlias = (
    Appended | Settled | Returned | Retry | SyncChanged | PresenceChanged | Reopen | Heal
)


class Replica:
    """One log as far as this client has it.

    Entries are taken only if each follows the one before by number and hash, and its header is of
    this log; anything else reopens the room from what is held, and if that brings the same again,
    the two logs have diverged. `heads` are the signed heads the hub has shown, the latest last.
    `returned` are commands of ours that are back with their author. `refusal` says why the hub
    did not take what was offered to it, `held_up` why it takes nothing for now.
    """

    def __init__(self, log: str) -> None:
        self.log = log
        self.label = ""
        self.room = Transcript(log)
        self.entries = Shelf()
        self.heads: list[SignedHead] = []
        self.pending: dict[str, Pending] = {}
        self.returned: dict[str, Pending] = {}
        self.here: dict[str, Here] = {}
        self.sync = Sync.CLOSED
        self.hub_head: HeadAt | None = None
        self.recovering = False
        self.refusal = ""
        self.held_up = ""
        self._recovers_after = 0
        self._settled: set[str] = set()
        self._following = False
        self._failed_after: int | None = None
        self._behind_at: int | None = None

    @property
    def seq(self) -> int:
        return len(self.entries)

    @property
    def head(self) -> str | None:
        """The hash of the last entry held."""
        return self.entries.hash_of(self.seq) if self.entries else None

    def open(self) -> Open:
        """Ask for what follows the last entry held. What comes before the answer is ignored."""
        self._following = False
        return Open(log=self.log, after=self.seq, head=self.head)

    def restore(self, items: Iterable[Entry | SignedHead]) -> Iterator[Change]:
        """Take in what this machine has kept of the log, before the hub is asked for the rest.

        Raises `Malformed` at what does not follow; all before that is held.
        """
        before = self.seq
        problem: Malformed | None = None
        try:
            for item in items:
                self._keep(item) if isinstance(item, SignedHead) else self._append(item)
        except Malformed as error:
            problem = error
        self.label = self.label or self.room.incident.label
        if self.seq > before:
            yield Appended(tuple(self.room.entries[before:]))
        if problem is not None:
            raise problem

    def put_back(self, pending: Pending) -> None:
        """A command of ours that an earlier process left."""
        where = self.returned if pending.stand is Stand.RETURNED else self.pending
        where[pending.submit.id] = pending

    def send(self, id_: str, draft: Draft, written_at: datetime) -> Submit:
        """A command to submit, kept as pending until it is answered."""
        submit = Submit(
            id=id_,
            log=self.log,
            command=draft.command,
            seen=self.seq,
            said_by=draft.said_by,
            occurred_at=draft.occurred_at,
        )
        self.pending[id_] = Pending(submit, written_at)
        return submit

    def resend(self) -> Sequence[Submit]:
        """Everything unanswered, to be sent again after the line was lost. Ids make it safe."""
        sent = (one for one in self.pending.values() if one.stand is Stand.SENDING)
        return [pending.submit for pending in sent]

    @property
    def open_to_words(self) -> bool:
        """Whether the hub takes a line for this room now, as far as is known."""
        return self.sync in {Sync.LIVE, Sync.CATCHING_UP} and not self.recovering

    def present(self, handle: str) -> str | None:
        """Who is connected under a handle, and can be named: the hub has them attend then."""
        wanted = handle.casefold()
        found = (one for one in self.here.values() if one.handle.casefold() == wanted)
        return next((one.person for one in found if not one.observer), None)

    def lost(self) -> Iterator[Change]:
        """The line is gone: what is held stays."""
        self._following = False
        self.held_up = ""
        self._failed_after = self._behind_at = None
        if self.here:
            self.here = {}
            yield PresenceChanged()
        if self.sync is not Sync.DIVERGED:
            yield from self._now(Sync.CLOSED)

    def receive(self, message: HubMessage) -> Iterator[Change]:
        """Take in a message of the hub that speaks of this log."""
        match message:
            case Opened(label=label, seq=seq, head=head, recovering=recovering):
                self.label = label
                self.hub_head = HeadAt(self.log, seq, head)
                self._recover(seq, recovering=recovering)
                self._following = True
                yield from self._now(Sync.LIVE if seq <= self.seq else Sync.CATCHING_UP)
            case Entries() if self._following:
                yield from self._take(message)
            case Acked(id=id_, seq=seq) if id_ in self.pending:
                yield from self._settle(id_, seq)
            case Declined():
                yield from self._declined(message)
            case Recovering(seq=seq, head=head):
                yield from self._heal(HeadAt(self.log, seq, head))
            case Diverged(seq=seq, head=head):
                self.hub_head = HeadAt(self.log, seq, head)
                yield from self._diverge()
            case Presence(here=here):
                self.here = {one.person: one for one in here}
                yield PresenceChanged()
            case _:
                pass

    def heartbeat(self, head: HeadAt) -> Iterator[Change]:
        """The hub says where the log stands.

        Entries may be on their way. If none came since the last heartbeat, they are asked for.
        """
        if not self._following:
            return
        self.hub_head = head
        if 1 <= head.seq <= self.seq and self.entries.hash_of(head.seq) != head.hash:
            yield from self._diverge()
        elif head.seq <= self.seq:
            self._behind_at = None
        elif self._behind_at == self.seq:
            yield from self._ask_again(f"the hub is at #{head.seq}, this client at #{self.seq}")
        else:
            self._behind_at = self.seq

    def offer_refused(self, why: str) -> Iterator[Change]:
        """The hub does not take what was offered: what is held here is not more of its log."""
        self.refusal = why
        yield from self._diverge()

    def _heal(self, hub: HeadAt) -> Iterator[Change]:
        """The hub takes back what it lacks: ours is more of the same log, or another one."""
        self.hub_head = hub
        self._recover(hub.seq, recovering=True)
        if 1 <= hub.seq <= self.seq and self.entries.hash_of(hub.seq) != hub.hash:
            yield from self._diverge()
        else:
            self._following = False
            yield from self._now(Sync.RECOVERING)
            yield Heal(hub.seq)

    def _recover(self, seq: int, *, recovering: bool) -> None:
        """The hub stands at `seq`; if it recovers, until an entry after that says it goes on."""
        self.recovering = recovering
        self._recovers_after = seq

    def _take(self, message: Entries) -> Iterator[Change]:
        before = self.seq
        problem = None
        try:
            for raw in message.entries:
                self._append(read_line(bytes(raw)))
            for raw in message.heads:
                self._keep(msgspec.json.decode(raw, type=SignedHead))
        except (Malformed, msgspec.DecodeError) as error:
            problem = str(error)
        if self.seq > before:
            fresh = tuple(self.room.entries[before:])
            ours = [recorded for recorded in fresh if recorded.id in self.pending]
            settled = [change for one in ours for change in self._settle(one.id, one.seq)]
            yield Appended(fresh)
            yield from settled
        if problem is not None:
            yield from self._mistrust(problem)
        elif self.hub_head is not None and self.seq >= self.hub_head.seq:
            yield from self._now(Sync.LIVE)

    def _append(self, entry: Entry) -> None:
        """Hold an entry. Raises `Malformed` if it does not follow the last one."""
        if 1 <= entry.seq <= self.seq:
            if entry.hash != self.entries.hash_of(entry.seq):
                raise Malformed(f"#{entry.seq} is another entry than the one held")
            return
        if entry.seq != self.seq + 1:
            raise Malformed(f"#{entry.seq} came after #{self.seq}")
        if entry.header.prev != (self.head or GENESIS) or entry.header.log != self.log:
            raise Malformed(f"#{entry.seq} does not follow #{self.seq} of this log")
        recorded = entry.recorded()
        self.entries.append(entry)
        self.room.append(recorded)
        match recorded.event:
            case EntryRedacted(of=of) if 1 <= of.seq < entry.seq:
                self.entries.redact(of.seq)
            case WordsExpired(through=through) if 1 <= through.seq < entry.seq:
                self.entries.expire(through.seq)
            case LogAdopted() | LogRestored() if entry.seq > self._recovers_after:
                self.recovering = False
            case _:
                pass

    def _keep(self, head: SignedHead) -> None:
        """Hold a signed head. Raises `Malformed` if it is not of an entry held."""
        if not 1 <= head.seq <= self.seq or self.entries.hash_of(head.seq) != head.hash:
            raise Malformed(f"the signed head of #{head.seq} is of another log")
        self.heads.append(head)

    def _mistrust(self, problem: str) -> Iterator[Change]:
        """Ask again; if that brings the same, there is nothing more to ask."""
        if self._failed_after == self.seq:
            yield from self._diverge()
            return
        self._failed_after = self.seq
        yield from self._ask_again(problem)

    def _ask_again(self, why: str) -> Iterator[Change]:
        self._following = False
        self._behind_at = None
        yield from self._now(Sync.CATCHING_UP)
        yield Reopen(why)

    def _diverge(self) -> Iterator[Change]:
        self._following = False
        yield from self._now(Sync.DIVERGED)

    def _settle(self, id_: str, seq: int) -> Iterator[Change]:
        """A command of ours is an entry: say so once, and keep it as pending until it is here."""
        self.held_up = ""
        if id_ not in self._settled:
            self._settled.add(id_)
            yield Settled(id_, seq)
        if seq <= self.seq:
            self._settled.discard(id_)
            del self.pending[id_]

    def _declined(self, message: Declined) -> Iterator[Change]:
        pending = self.pending.get(message.id)
        if pending is None:
            return
        text = message.text.replace("{about}", self.room.names.name(message.about))
        if message.temporary:
            self.held_up = text
            yield Retry(pending.submit, text)
            return
        self.held_up = ""
        del self.pending[message.id]
        yield Returned(pending, message, text)

    def _now(self, sync: Sync) -> Iterator[Change]:
        if sync is not self.sync:
            self.sync = sync
            yield SyncChanged(sync)
