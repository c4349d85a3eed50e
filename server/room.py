"""Who follows a log, how far each one is, and what goes out. Sans-I/O.

Every follower is a cursor over the log. Live, a batch is written to all whose cursor stands right
before it; whoever stands further back is paged forward from memory or from the journal. Joining,
resuming and being slow are one code path.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import islice

from msgspec import Struct

from server.batch import Committed
from server.journal import Page
from warroom.domain.events import (
    EntryAmended,
    EntryRedacted,
    Event,
    IncidentDeclared,
    IncidentRetitled,
    MemberAdmitted,
    PersonJoined,
    PersonRenamed,
    Recorded,
    RollCalled,
    Unknown,
    WordsExpired,
)
from warroom.domain.feed import Feed
from warroom.domain.fold import apply
from warroom.domain.incident import Incident
from warroom.domain.names import Names
from warroom.domain.transcript import standing
from warroom.log.entry import Entry
from warroom.log.signing import SignedHead
from warroom.protocol.codec import MAX_HUB_FRAME, entries_frame

PAGE_ENTRIES = 500
RECENT_ENTRIES = 2_000
RECENT_BYTES = 4 * 1024 * 1024
"""What a room keeps in memory for those who come back: so many entries, and no more than that."""

MEMO_PAGES = 64
_FRAME_ROOM = MAX_HUB_FRAME - 1024
"""What the lines of one frame may take; the rest is its envelope."""


class Follower(Struct):
    """A cursor: the last entry sent. `held` while the line is too full for live writes."""

    sent: int
    held: bool = False


class Live(Struct, frozen=True):
    """Bytes to write now to these followers, the same for all."""

    data: bytes
    to: tuple[Hashable, ...]


class Missing(Struct, frozen=True):
    """The page that the room needs from the journal before it can go on.

    `erasures` is how many the room had seen when it asked: a page read before the next one may
    hold words that are gone by now.
    """

    after: int
    limit: int
    erasures: int


class Room:
    """One log in the hub's memory. `pack` turns a payload into the bytes of its frame."""

    def __init__(self, log: str, label: str, pack: Callable[[bytes], bytes]) -> None:
        self.log = log
        self.label = label
        self.incident = Incident(log=log)
        self.names = Names()
        self.feed = Feed()
        self._pack = pack
        self._followers: dict[Hashable, Follower] = {}
        self._recent: deque[Entry] = deque()
        self._recent_bytes = 0
        self._recent_heads: deque[SignedHead] = deque()
        self._memo: OrderedDict[int, tuple[int, bytes]] = OrderedDict()
        self._naming: dict[int, Event | Unknown] = {}
        self._titles: dict[int, str | None] = {}
        self._erasures = 0

    @property
    def called(self) -> str:
        """What the hub calls the room in its log file, which is nobody's room: no restricted one
        is told by its label there."""
        return "a restricted room" if self.incident.restricted else self.label

    @property
    def title(self) -> str:
        """The title as it now stands, as every reader has it."""
        return standing(self.incident, self.incident.title, self._titles.get)

    @property
    def seq(self) -> int:
        return self.incident.seq

    @property
    def followers(self) -> Iterable[Hashable]:
        return self._followers.keys()

    def restore(self, entries: Iterable[Entry]) -> None:
        """Fold entries that the journal holds, at start."""
        for entry in entries:
            self._fold(entry)

    def commit(self, committed: Committed) -> Live:
        """Fold a committed batch; what to write, and to whom, right now."""
        for entry in committed.entries:
            self._fold(entry)
        self._remember(committed)
        first, last = committed.entries[0].seq, committed.entries[-1].seq
        ready = []
        for key, follower in self._followers.items():
            if follower.sent == first - 1 and not follower.held:
                follower.sent = last
                ready.append(key)
        heads = (*committed.earlier, committed.head)
        payloads = _payloads(self.log, committed.entries, heads)
        return Live(b"".join(self._pack(payload) for _, payload in payloads), tuple(ready))

    def follow(self, key: Hashable, after: int) -> None:
        """Start a cursor after entry `after`, which the log holds."""
        self._followers[key] = Follower(after)

    def unfollow(self, key: Hashable) -> None:
        self._followers.pop(key, None)

    def hold(self, key: Hashable) -> None:
        """Stop live writes to a follower whose line is full; paging takes over."""
        if key in self._followers:
            self._followers[key].held = True

    def behind(self, key: Hashable) -> bool:
        """Whether there is a page for this follower to fetch."""
        follower = self._followers.get(key)
        return follower is not None and (follower.held or follower.sent < self.seq)

    def next_page(self, key: Hashable) -> bytes | Missing | None:
        """The next bytes for a follower; what to fetch first; None if it has caught up.

        A follower that has caught up is live again.
        """
        follower = self._followers.get(key)
        if follower is None:
            return None
        if follower.sent >= self.seq:
            follower.held = False
            return None
        if follower.sent not in self._memo:
            recent = self._recent_after(follower.sent)
            if not recent:
                return Missing(follower.sent, PAGE_ENTRIES, self._erasures)
            heads = tuple(head for head in self._recent_heads if head.seq >= recent[0].seq)
            self._keep_page(follower.sent, recent, heads)
        last, data = self._memo[follower.sent]
        self._memo.move_to_end(follower.sent)
        follower.sent = last
        return data

    def supply(self, missing: Missing, page: Page) -> None:
        """Take the page that `next_page` asked for, unless words were erased in between."""
        if page.entries and missing.erasures == self._erasures:
            self._keep_page(missing.after, page.entries, page.heads)

    def _fold(self, entry: Entry) -> None:
        recorded = entry.recorded()
        self.incident = apply(self.incident, recorded)
        self.names.learn(recorded.event)
        self.feed.learn(recorded)
        self._learn(recorded)

    def _learn(self, recorded: Recorded) -> None:
        """Take the title's words, and remember which entries hold names."""
        match recorded.event:
            case PersonJoined() | PersonRenamed() | MemberAdmitted() | RollCalled():
                self._naming[recorded.seq] = recorded.event
            case IncidentDeclared(words=words):
                self._titles = {recorded.seq: words.title if words else None}
            case IncidentRetitled(words=said):
                self._titles = {recorded.seq: said.text if said else None}
            case EntryAmended(of=of, words=said) if of.seq == self.incident.title:
                self._titles[recorded.seq] = said.text if said else None
            case EntryRedacted(of=of):
                self._redact(of.seq)
            case WordsExpired():
                self._expire()
            case _:
                pass

    def _redact(self, seq: int) -> None:
        if self._naming.pop(seq, None) is not None:
            self.names = Names(self._naming.values())
        self._titles.pop(seq, None)
        self._drop_words()

    def _expire(self) -> None:
        """Names and title are what later entries say, if any do."""
        through = self.incident.expired
        self._titles = {seq: text for seq, text in self._titles.items() if seq > through}
        self._naming = {seq: event for seq, event in self._naming.items() if seq > through}
        self.names = Names(self._naming.values())
        self._drop_words()

    def _drop_words(self) -> None:
        """Drop everything that may hold words; the journal has what is left of them."""
        self._erasures += 1
        self._recent.clear()
        self._recent_bytes = 0
        self._recent_heads.clear()
        self._memo.clear()

    def _remember(self, committed: Committed) -> None:
        if any(self.incident.gone(entry.seq) for entry in committed.entries):
            return
        self._recent.extend(committed.entries)
        self._recent_bytes += sum(map(_size, committed.entries))
        self._recent_heads.extend((*committed.earlier, committed.head))
        while len(self._recent) > RECENT_ENTRIES or self._recent_bytes > RECENT_BYTES:
            self._recent_bytes -= _size(self._recent.popleft())
        first = self._recent[0].seq if self._recent else self.seq + 1
        while self._recent_heads and self._recent_heads[0].seq < first:
            self._recent_heads.popleft()

    def _recent_after(self, seq: int) -> tuple[Entry, ...]:
        """The page of entries after `seq`, if memory has it. What memory has is consecutive."""
        skip = seq + 1 - self._recent[0].seq if self._recent else -1
        return tuple(islice(self._recent, skip, skip + PAGE_ENTRIES)) if skip >= 0 else ()

    def _keep_page(
        self, after: int, entries: tuple[Entry, ...], heads: tuple[SignedHead, ...]
    ) -> None:
        """Encode one frame that begins after `after`, and keep it for the next who asks."""
        last, payload = next(_payloads(self.log, entries, heads))
        self._memo[after] = (last, self._pack(payload))
        while len(self._memo) > MEMO_PAGES:
            self._memo.popitem(last=False)


def _size(entry: Entry) -> int:
    return len(entry.header_bytes) + len(entry.body_bytes or b"")


def _payloads(
    log: str, entries: tuple[Entry, ...], heads: tuple[SignedHead, ...]
) -> Iterator[tuple[int, bytes]]:
    """Payloads of bounded size, in order, each with the number of its last entry.

    A head covers everything before it, so each payload carries only its last one, and the last of
    a hub that had the log before: nobody after it can sign for that hub.
    """
    start = 0
    while start < len(entries):
        size, end = 0, start
        lines: list[bytes] = []
        while end < len(entries):
            line = entries[end].line()
            if lines and size + len(line) > _FRAME_ROOM:
                break
            lines.append(line)
            size += len(line) + 1
            end += 1
        first, last = entries[start].seq, entries[end - 1].seq
        within = [head for head in heads if first <= head.seq <= last]
        following = (*within[1:], None)
        kept = [
            head.line()
            for head, after in zip(within, following, strict=False)
            if after is None or head.key != after.key
        ]
        yield last, entries_frame(log, lines, kept)
        start = end
