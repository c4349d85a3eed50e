"""The room of a hub: cursors, pages, what is kept in memory, and what a redaction takes out of it.

Entries are numbered from 1, so a follower's cursor is the number of entries it has.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from server.batch import Committed
from server.journal import Page
from server.room import Missing, Room
from tests.unit.conftest import KEY, NINE, entry_id
from warroom.domain import events as e
from warroom.domain.events import Citation, Event, IncidentWords, PersonWords, TextWords
from warroom.domain.transcript import GONE, Transcript
from warroom.domain.vocabulary import Role, Status, Via
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, make_entry, read_line
from warroom.log.signing import SignedHead
from warroom.protocol.codec import MAX_HUB_FRAME, decode_hub
from warroom.protocol.envelopes import Entries

LOG = f"{7:032x}"
DECLARED = e.IncidentDeclared(
    label="INC-7", key=KEY, policy=e.DEFAULT_POLICY, words=IncidentWords(title="Checkout fails")
)


def note(text: str = "p99 is 4 s") -> e.NotePosted:
    return e.NotePosted(words=TextWords(text))


def joins(person: str) -> e.PersonJoined:
    return e.PersonJoined(person=person, words=PersonWords(person.title(), person))


@dataclass
class Book:
    """A journal on paper, and the room that follows it. Frames are lines, to be read again."""

    room: Room = field(default_factory=lambda: Room(LOG, "INC-7", lambda data: data + b"\n"))
    entries: list[Entry] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    def writes(self, *batch: Event) -> Committed:
        """A batch as the writer commits it."""
        made = []
        for event in batch:
            before = self.entries[-1] if self.entries else None
            seq = len(self.entries) + 1
            entry = make_entry(
                log=LOG,
                seq=seq,
                prev=before.hash if before else GENESIS,
                id=entry_id(seq),
                at=NINE + timedelta(seconds=seq),
                by="ana",
                via=Via.OS,
                event=event,
                salt="0" * 32,
            )
            self.entries.append(entry)
            made.append(entry)
        last = made[-1]
        head = SignedHead(log=LOG, seq=last.seq, hash=last.hash, key=KEY, sig="b" * 128)
        self.heads.append(head)
        return Committed(LOG, "INC-7", tuple(made), head)

    def commits(self, *batch: Event) -> dict[str, list[int]]:
        """What each follower gets live."""
        live = self.room.commit(self.writes(*batch))
        return {str(key): seqs(live.data) for key in live.to}

    def page(self, missing: Missing) -> Page:
        """What the journal answers to a room that lacks a page."""
        entries = self.entries[missing.after : missing.after + missing.limit]
        upto = entries[-1].seq if entries else 0
        return Page(tuple(entries), tuple(head for head in self.heads if head.seq <= upto))

    def pages(self, key: str) -> list[list[int]]:
        """Page a follower forward until it has caught up."""
        found = []
        while (page := self.room.next_page(key)) is not None:
            if isinstance(page, Missing):
                self.room.supply(page, self.page(page))
            else:
                found.append(seqs(page))
        return found

    @property
    def transcript(self) -> Transcript:
        """What a reader makes of it."""
        transcript = Transcript(LOG)
        for entry in self.entries:
            transcript.append(entry.recorded())
        return transcript

    def cites(self, seq: int) -> Citation:
        return Citation(seq, self.entries[seq - 1].hash)

    def redacts(self, seq: int) -> e.EntryRedacted:
        """The redaction of an entry, whose words the journal deletes."""
        cited = self.cites(seq)
        self.entries[seq - 1] = msgspec.structs.replace(self.entries[seq - 1], body_bytes=None)
        return e.EntryRedacted(of=cited, request=self.cites(len(self.entries)))

    def expires(self, through: int) -> e.WordsExpired:
        """The expiry of all words up to an entry, which the journal gives out no more."""
        for at, entry in enumerate(self.entries[:through]):
            self.entries[at] = msgspec.structs.replace(entry, body_bytes=None)
        return e.WordsExpired(through=self.cites(through), days=90)


def frames(data: bytes) -> Iterable[Entries]:
    for line in data.splitlines():
        message = decode_hub(line)
        assert isinstance(message, Entries)
        assert LOG == message.log
        yield message


def seqs(data: bytes) -> list[int]:
    """The numbers of the entries in some frames, each of which is small enough."""
    assert all(len(line) <= MAX_HUB_FRAME for line in data.splitlines())
    return [read_line(bytes(line)).seq for frame in frames(data) for line in frame.entries]


def words(data: object) -> bytes:
    assert isinstance(data, bytes)
    return data


@pytest.fixture
def book() -> Book:
    """A room that was just declared."""
    book = Book()
    book.commits(DECLARED)
    return book


# --- cursors -------------------------------------------------------------------------------------


def test_a_batch_goes_to_those_who_stand_right_before_it(book: Book) -> None:
    """Who stands further back gets it by paging, once."""
    book.room.follow("ana", 1)
    book.room.follow("bo", 0)
    assert {"ana": [2, 3]} == book.commits(note(), note())
    assert (False, True) == (book.room.behind("ana"), book.room.behind("bo"))
    assert [[1, 2, 3]] == book.pages("bo")
    assert [] == book.pages("ana")
    assert {"ana": [4], "bo": [4]} == book.commits(note())


def test_a_batch_carries_its_head(book: Book) -> None:
    """Everything acknowledged is signed."""
    book.room.follow("ana", 1)
    live = book.room.commit(book.writes(note(), note()))
    ((head,),) = [frame.heads for frame in frames(live.data)]
    assert book.heads[-1].line() == bytes(head)


def test_a_held_follower_is_paged_until_it_has_caught_up(book: Book) -> None:
    """A full line gets nothing live; then it is live again."""
    book.room.follow("ana", 1)
    book.commits(note())
    book.room.hold("ana")
    assert book.room.behind("ana")
    assert {} == book.commits(note())
    assert [[3]] == book.pages("ana")
    assert {"ana": [4]} == book.commits(note())


def test_who_stopped_following_gets_nothing(book: Book) -> None:
    """Whatever was under way for them then."""
    book.room.follow("ana", 0)
    book.room.unfollow("ana")
    book.room.unfollow("ana")
    book.room.hold("ana")
    assert not book.room.behind("ana")
    assert [] == book.pages("ana")
    assert [] == list(book.room.followers)
    assert {} == book.commits(note())


# --- pages ---------------------------------------------------------------------------------------


def test_a_restored_room_pages_from_the_journal(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page, each with the last head that it reaches."""
    monkeypatch.setattr("server.room.PAGE_ENTRIES", 2)
    book.commits(note(), note())
    book.commits(note(), note())
    restored = Book(Room(LOG, "INC-7", book.room._pack), book.entries, book.heads)
    restored.room.restore(book.entries)
    restored.room.follow("ana", 0)
    assert [[1, 2], [3, 4], [5]] == restored.pages("ana")
    restored.room.follow("bo", 1)
    assert [[2, 3], [4, 5]] == restored.pages("bo")


def test_a_page_is_made_once_for_all_who_ask(book: Book) -> None:
    """The very same bytes."""
    book.room.follow("ana", 0)
    book.room.follow("bo", 0)
    page = book.room.next_page("ana")
    assert page is book.room.next_page("bo")


def test_an_empty_page_of_the_journal_changes_nothing(book: Book) -> None:
    """The room asks again."""
    restored = Room(LOG, "INC-7", book.room._pack)
    restored.restore(book.entries)
    restored.follow("ana", 0)
    missing = restored.next_page("ana")
    assert isinstance(missing, Missing)
    restored.supply(missing, Page((), ()))
    assert missing == restored.next_page("ana")


def test_only_so_many_pages_and_entries_are_kept(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest comes from the journal."""
    monkeypatch.setattr("server.room.PAGE_ENTRIES", 1)
    monkeypatch.setattr("server.room.MEMO_PAGES", 2)
    monkeypatch.setattr("server.room.RECENT_ENTRIES", 3)
    for _ in range(5):
        book.commits(note())
    book.room.follow("ana", 0)
    assert Missing(0, 1, 0) == book.room.next_page("ana")
    assert [[1], [2], [3], [4], [5], [6]] == book.pages("ana")
    assert [4, 5] == list(book.room._memo)
    assert [4, 5, 6] == [entry.seq for entry in book.room._recent]
    assert [4, 5, 6] == [head.seq for head in book.room._recent_heads]


def test_only_so_many_bytes_are_kept(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large entries leave the memory earlier, and one that is too large is never in it."""
    monkeypatch.setattr("server.room.RECENT_BYTES", 4_000)
    for _ in range(4):
        book.commits(note("x" * 1_000))
    assert [4, 5] == [entry.seq for entry in book.room._recent]
    assert [4, 5] == [head.seq for head in book.room._recent_heads]
    book.commits(note("x" * 5_000))
    assert [] == [*book.room._recent, *book.room._recent_heads]
    book.commits(note())
    assert [7] == [entry.seq for entry in book.room._recent]
    book.room.follow("ana", 0)
    assert [[1, 2, 3, 4, 5, 6, 7]] == book.pages("ana")


def test_large_entries_are_split_into_frames_of_bounded_size(book: Book) -> None:
    """Live and in pages; only the frame that holds a head's entry carries the head."""
    large = [note("x" * 60_000) for _ in range(6)]
    book.room.follow("ana", 1)
    live = book.room.commit(book.writes(*large))
    assert [2, 3, 4, 5, 6, 7] == seqs(live.data)
    assert [(4, 0), (2, 1)] == [(len(f.entries), len(f.heads)) for f in frames(live.data)]
    book.room.follow("bo", 0)
    assert [[1, 2, 3, 4, 5], [6, 7]] == book.pages("bo")


# --- the title -----------------------------------------------------------------------------------


def test_the_title_is_the_last_one_given(book: Book) -> None:
    """Or a placeholder, where its words are gone."""
    book.commits(e.IncidentRetitled(words=TextWords("Checkout fails in the EU")))
    assert "Checkout fails in the EU" == book.room.title
    book.commits(book.redacts(2))
    assert GONE == book.room.title
    restored = Room(LOG, "INC-7", book.room._pack)
    restored.restore(book.entries)
    assert GONE == restored.title


def test_the_title_reads_as_it_was_amended_like_on_every_screen(book: Book) -> None:
    """The hub keeps no transcript, and still has the words that readers have."""
    assert "Checkout fails" == book.room.title == book.transcript.title
    book.commits(e.EntryAmended(of=book.cites(1), words=TextWords("Checkout fails in the EU")))
    book.commits(note(), e.EntryAmended(of=book.cites(2), words=TextWords("no title")))
    assert "Checkout fails in the EU" == book.room.title == book.transcript.title
    book.commits(book.redacts(2))
    assert "Checkout fails" == book.room.title == book.transcript.title
    book.commits(book.redacts(1))
    assert GONE == book.room.title == book.transcript.title


def test_a_redaction_of_something_else_leaves_the_title(book: Book) -> None:
    """A note's words are not the room's."""
    book.commits(note())
    book.commits(book.redacts(2))
    assert "Checkout fails" == book.room.title


# --- redaction -----------------------------------------------------------------------------------


def test_words_that_have_expired_leave_the_memory(book: Book) -> None:
    """Title and names too, but for the name of who came later; restored, the room is the same."""
    book.commits(joins("ana"), joins("bo"), note("the key is hunter2"))
    book.room.follow("ana", 0)
    assert b"hunter2" in words(book.room.next_page("ana"))
    book.commits(e.StatusChanged(was=Status.DECLARED, now=Status.CANCELLED))
    book.commits(joins("cy"))
    book.commits(book.expires(5))
    book.room.follow("bo", 0)
    missing = book.room.next_page("bo")
    assert isinstance(missing, Missing)
    book.room.supply(missing, book.page(missing))
    assert b"hunter2" not in words(book.room.next_page("bo"))
    restored = Room(LOG, "INC-7", book.room._pack)
    restored.restore(book.entries)
    for room in (book.room, restored):
        assert f"[expired {NINE:%Y-%m-%d}]" == room.title
        assert ("?ana", "Cy") == (room.names.name("ana"), room.names.name("cy"))


def test_redacted_words_leave_the_memory(book: Book) -> None:
    """Pages made before are forgotten; the journal has the rest."""
    book.commits(note("the key is hunter2"))
    book.room.follow("ana", 0)
    assert b"hunter2" in words(book.room.next_page("ana"))
    book.commits(book.redacts(2))
    book.room.follow("bo", 0)
    missing = book.room.next_page("bo")
    assert isinstance(missing, Missing)
    book.room.supply(missing, book.page(missing))
    assert b"hunter2" not in words(book.room.next_page("bo"))


def test_a_page_read_before_a_redaction_is_not_kept(book: Book) -> None:
    """It was on its way from the journal when the words were deleted there."""
    book.commits(note("the key is hunter2"))
    late = Book(Room(LOG, "INC-7", book.room._pack), book.entries, book.heads)
    late.room.restore(book.entries)
    late.room.follow("ana", 0)
    missing = late.room.next_page("ana")
    assert isinstance(missing, Missing)
    page = late.page(missing)
    late.commits(late.redacts(2))
    late.room.supply(missing, page)
    again = late.room.next_page("ana")
    assert isinstance(again, Missing)
    late.room.supply(again, late.page(again))
    assert b"hunter2" not in words(late.room.next_page("ana"))


def test_a_batch_with_its_own_redaction_is_not_remembered(book: Book) -> None:
    """Its words were committed and deleted at once; only the journal knows what is left."""
    committed = book.writes(note("the key is hunter2"))
    batch = book.writes(book.redacts(2))
    book.room.commit(Committed(LOG, "INC-7", (*committed.entries, *batch.entries), book.heads[-1]))
    book.room.follow("ana", 0)
    assert isinstance(book.room.next_page("ana"), Missing)


def test_a_redacted_name_is_forgotten_however_old_it_is(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long after its entry has left the memory; those called by voice likewise."""
    monkeypatch.setattr("server.room.RECENT_ENTRIES", 1)
    called = e.RollCalled(people=("v-raj",), words=e.RollWords(("raj",)))
    book.commits(joins("ana"), called, e.RoleTaken(role=Role.INCIDENT_COMMANDER))
    book.commits(note())
    assert ("Ana", "raj") == (book.room.names.name("ana"), book.room.names.name("v-raj"))
    book.commits(book.redacts(2))
    book.commits(book.redacts(3))
    assert ("?ana", "?v-raj") == (book.room.names.name("ana"), book.room.names.name("v-raj"))


def test_a_redacted_name_gives_way_to_what_is_said_elsewhere(book: Book) -> None:
    """As for every reader: here who comes in and leaves is named, too."""
    book.commits(joins("ana"), e.PersonRenamed(person="ana", words=e.TextWords("Ana Ruiz")))
    book.commits(book.redacts(2))
    assert "Ana Ruiz" == book.room.names.name("ana")


def test_a_page_carries_the_last_head_of_every_hub_that_kept_the_log() -> None:
    """Nobody after a hub can sign for it, and without its head the adoption proves nothing."""
    book = Book()
    commits = [book.writes(DECLARED), book.writes(note()), book.writes(note())]
    old = [msgspec.structs.replace(commit.head, key="cd" * 32) for commit in commits]
    entries = tuple(entry for commit in commits for entry in commit.entries)
    taken = Committed(LOG, "INC-7", entries, old[-1], earlier=tuple(old[:-1]))
    book.room.follow("ana", 0)
    live = book.room.commit(taken)
    book.heads = old
    book.commits(e.LogAdopted(key=KEY, head=book.cites(3)), note())
    book.room.follow("bo", 0)
    page = book.room.next_page("bo")

    assert isinstance(page, bytes)
    for data, expected in ((live.data, [3]), (page, [3, 5])):
        (frame,) = frames(data)
        heads = [msgspec.json.decode(line, type=SignedHead) for line in frame.heads]
        assert expected == [head.seq for head in heads]


def test_the_log_file_of_the_hub_names_no_restricted_room() -> None:
    """Whoever reads it is not told that there is one by that label."""
    book = Book()
    book.writes(replace(DECLARED, restricted=True))
    book.room.restore(book.entries)
    assert "a restricted room" == book.room.called
    other = Book()
    other.writes(DECLARED)
    other.room.restore(other.entries)
    assert "INC-7" == other.room.called
