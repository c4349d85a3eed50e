"""The replica, as a transcript: `<<` what the hub sends, `>>` what changes here."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from msgspec import Raw

from warroom.client.draft import Draft
from warroom.client.replica import (
    Appended,
    Change,
    Heal,
    Pending,
    PresenceChanged,
    Reopen,
    Replica,
    Retry,
    Returned,
    Settled,
    Stand,
    Sync,
    SyncChanged,
)
from warroom.domain.commands import Post
from warroom.domain.events import (
    DEFAULT_POLICY,
    Citation,
    EntryRedacted,
    Event,
    IncidentDeclared,
    IncidentWords,
    LogAdopted,
    LogRestored,
    NotePosted,
    PersonJoined,
    PersonWords,
    RedactionRequested,
    StatusChanged,
    TextWords,
    WordsExpired,
)
from warroom.domain.transcript import GONE
from warroom.domain.vocabulary import Code, Status, Via
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, Malformed, make_entry
from warroom.log.signing import SignedHead
from warroom.protocol.envelopes import (
    Acked,
    Declined,
    Diverged,
    Entries,
    Failed,
    HeadAt,
    Here,
    Open,
    Opened,
    Presence,
    Recovering,
    Submit,
)

LOG = "a" * 32
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIVE, CATCHING_UP = SyncChanged(Sync.LIVE), SyncChanged(Sync.CATCHING_UP)
CLOSED, DIVERGED = SyncChanged(Sync.CLOSED), SyncChanged(Sync.DIVERGED)


def command_id(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012x}"


class Hub:
    """The log as the hub has it, and what it would send of it."""

    def __init__(self, log: str = LOG) -> None:
        self.log = log
        self.entries: list[Entry] = []

    def writes(self, *events: Event, salt: str = "0" * 32) -> None:
        for event in events:
            seq = len(self.entries) + 1
            prev = self.entries[-1].hash if self.entries else GENESIS
            entry = make_entry(
                log=self.log,
                seq=seq,
                prev=prev,
                id=command_id(seq),
                at=NINE + timedelta(seconds=seq),
                by="ana",
                via=Via.OS,
                event=event,
                salt=salt,
            )
            self.entries.append(entry)

    def notes(self, *texts: str) -> None:
        self.writes(*(NotePosted(words=TextWords(text)) for text in texts))

    def at(self, seq: int) -> HeadAt:
        return HeadAt(self.log, seq, self.entries[seq - 1].hash)

    def opened(self, after: int = 0) -> Opened:
        seq = len(self.entries)
        return Opened(log=self.log, label="INC-7", after=after, seq=seq, head=self.entries[-1].hash)

    def head(self, seq: int) -> SignedHead:
        hash_ = self.entries[seq - 1].hash
        return SignedHead(log=self.log, seq=seq, hash=hash_, key="b" * 64, sig="c" * 128)

    def sends(self, *seqs: int, heads: Iterable[SignedHead] = ()) -> Entries:
        return Entries(
            log=self.log,
            entries=tuple(Raw(self.entries[seq - 1].line()) for seq in seqs),
            heads=tuple(Raw(head.line()) for head in heads),
        )


@pytest.fixture
def hub() -> Hub:
    """A log of three entries: declared, joined, a note."""
    hub = Hub()
    declared = IncidentDeclared(
        label="INC-7", key="b" * 64, policy=DEFAULT_POLICY, words=IncidentWords(title="Down")
    )
    joined = PersonJoined(person="ana", words=PersonWords(name="Ana Ruiz", handle="ana"))
    hub.writes(declared, joined)
    hub.notes("p99 is 4 s")
    return hub


@pytest.fixture
def replica() -> Replica:
    return Replica(LOG)


@pytest.fixture
def live(hub: Hub, replica: Replica) -> Replica:
    """A replica that holds all of the hub's three entries."""
    replica.open()
    says(replica, hub.opened(), hub.sends(1, 2, 3))
    return replica


def says(replica: Replica, *messages: object) -> list[Change]:
    """What changes when the hub says all this."""
    return [change for message in messages for change in replica.receive(message)]  # type: ignore[arg-type]


def seqs(changes: Iterable[Change]) -> list[int]:
    """The numbers of all entries that were appended."""
    appended = [change for change in changes if isinstance(change, Appended)]
    return [recorded.seq for change in appended for recorded in change.entries]


def post(replica: Replica, number: int, text: str = "hello") -> Submit:
    return replica.send(command_id(number), Draft(Post(text=text)), NINE)


# --- reading ---------------------------------------------------------------------------------


def test_an_empty_replica_asks_for_everything(replica: Replica) -> None:
    """Nothing held: after 0, and no head to name."""
    assert Open(log=LOG) == replica.open()


def test_a_replica_asks_for_what_follows_what_it_holds(live: Replica, hub: Hub) -> None:
    """The number and the hash of the last entry say where to go on."""
    assert Open(log=LOG, after=3, head=hub.entries[2].hash) == live.open()


def test_the_backlog_comes_in_pieces_and_then_it_is_live(hub: Hub, replica: Replica) -> None:
    """It is live only once it has what the hub had when it was opened."""
    replica.open()
    assert [CATCHING_UP] == says(replica, hub.opened())
    first = says(replica, hub.sends(1, 2))
    assert [1, 2] == seqs(first)
    assert 1 == len(first)
    last = says(replica, hub.sends(3))
    assert LIVE == last[-1]
    assert ("INC-7", "Down", "p99 is 4 s") == (
        replica.label,
        replica.room.title,
        replica.room.text(3),
    )


def test_a_room_without_news_is_live_at_once(live: Replica, hub: Hub) -> None:
    """Coming back to an unchanged room brings no entries."""
    assert [PresenceChanged(), CLOSED] == [
        *says(live, Presence(log=LOG, here=())),
        *live.lost(),
    ]
    live.open()
    assert [LIVE] == says(live, hub.opened(after=3))


def test_new_entries_are_appended_without_another_sync(live: Replica, hub: Hub) -> None:
    """A live replica stays live."""
    hub.notes("better")
    changes = says(live, hub.sends(4, heads=[hub.head(4)]))
    assert [4] == seqs(changes)
    assert 1 == len(changes)
    assert [hub.head(4)] == live.heads


def test_what_is_held_already_changes_nothing(live: Replica, hub: Hub) -> None:
    """The same entries once more, as after a race of two openings."""
    assert [] == says(live, hub.sends(2, 3))


def test_nothing_is_taken_before_the_room_is_opened(hub: Hub, replica: Replica) -> None:
    """What was on its way when the room was asked for again does not count."""
    replica.open()
    assert [] == says(replica, hub.sends(1))


def test_words_redacted_in_the_same_batch_are_never_shown(live: Replica, hub: Hub) -> None:
    """The entries that come out are as they stand after the whole batch."""
    hub.notes("the password is swordfish")
    of = Citation(4, hub.entries[3].hash)
    hub.writes(RedactionRequested(of=of, words=TextWords("a password")))
    hub.writes(EntryRedacted(of=of, request=Citation(5, hub.entries[4].hash)))
    (appended,) = says(live, hub.sends(4, 5, 6))
    assert isinstance(appended, Appended)
    assert None is appended.entries[0].event.words
    assert GONE == live.room.text(4)
    assert None is live.entries[3].body_bytes
    assert hub.entries[3].hash == live.entries[3].hash


def test_words_that_have_expired_are_held_no_longer(live: Replica, hub: Hub) -> None:
    """Nor are the names in them; an expiry of what never was is only an entry."""
    hub.notes("the password is swordfish")
    through = Citation(4, hub.entries[3].hash)
    hub.writes(WordsExpired(through=Citation(99, "f" * 64), days=90))
    says(live, hub.sends(4, 5))
    assert live.entries[3].body_bytes is not None
    hub.writes(StatusChanged(was=Status.DECLARED, now=Status.CANCELLED))
    hub.writes(WordsExpired(through=through, days=90))
    says(live, hub.sends(6, 7))
    assert [None] * 4 == [entry.body_bytes for entry in live.entries[:4]]
    assert f"[expired {hub.entries[6].header.at[:10]}]" == live.room.text(4)


def test_a_redaction_of_what_never_was_is_only_an_entry(live: Replica, hub: Hub) -> None:
    """Whatever an entry cites, the fold is total."""
    nowhere = Citation(99, "f" * 64)
    hub.writes(EntryRedacted(of=nowhere, request=nowhere))
    assert [4] == seqs(says(live, hub.sends(4)))


# --- what does not fit -----------------------------------------------------------------------


def test_a_gap_asks_again_and_holds_what_was_good(live: Replica, hub: Hub) -> None:
    """Entries up to the gap are kept; the room is asked for from there."""
    hub.notes("one", "two", "three")
    changes = says(live, hub.sends(4, 6))
    assert [4] == seqs(changes)
    assert [CATCHING_UP, Reopen("#6 came after #4")] == changes[1:]
    assert [] == says(live, hub.sends(6))
    assert 4 == live.open().after
    assert [5, 6] == seqs(says(live, hub.opened(after=4), hub.sends(5, 6)))
    assert Sync.LIVE is live.sync


def test_the_same_gap_again_means_that_the_logs_have_diverged(live: Replica, hub: Hub) -> None:
    """Asking once more would be a loop."""
    hub.notes("one", "two")
    says(live, hub.sends(5))
    live.open()
    assert [CATCHING_UP, DIVERGED] == [CATCHING_UP, *says(live, hub.opened(after=3), hub.sends(5))]
    assert [] == says(live, hub.sends(4))


def test_an_entry_of_another_chain_is_not_taken(live: Replica, hub: Hub) -> None:
    """The hash of the entry before has to be the one held."""
    other = Hub()
    other.notes("x", "y", "z", "and so on")
    assert [CATCHING_UP, Reopen("#4 does not follow #3 of this log")] == says(live, other.sends(4))


def test_another_entry_in_a_place_that_is_held_is_not_taken(live: Replica) -> None:
    """What is held is never replaced."""
    other = Hub()
    other.notes("x", "y")
    assert [CATCHING_UP, Reopen("#2 is another entry than the one held")] == says(
        live, other.sends(2)
    )


def test_an_entry_of_another_log_is_not_taken(replica: Replica) -> None:
    """Even a first entry has to name this log."""
    other = Hub("b" * 32)
    other.notes("x")
    replica.open()
    says(replica, Opened(log=LOG, label="INC-7", after=0, seq=1, head=other.entries[0].hash))
    assert [Reopen("#1 does not follow #0 of this log")] == says(replica, other.sends(1))


@pytest.mark.parametrize("line", [b"{}", b'{"type":"entry","header":1,"body":null}', b"[1]"])
def test_bytes_that_are_no_entry_ask_again(live: Replica, line: bytes) -> None:
    """A broken frame is no reason to end."""
    broken = Entries(log=LOG, entries=(Raw(line),), heads=())
    assert [CATCHING_UP, Reopen] == [
        change if change == CATCHING_UP else type(change) for change in says(live, broken)
    ]


def test_a_signed_head_of_something_else_asks_again(live: Replica, hub: Hub) -> None:
    """A head has to name an entry that is held, by its hash."""
    other = Hub()
    other.notes("x", "y", "z")
    for head in (other.head(3), SignedHead(log=LOG, seq=9, hash="f" * 64, key="", sig="")):
        changes = says(live, hub.sends(heads=[head]))
        assert [] == live.heads
        assert changes
        live.lost()
        live.open()
        says(live, hub.opened(after=3))


def test_a_head_that_cannot_be_read_asks_again(live: Replica) -> None:
    """As for entries."""
    broken = Entries(log=LOG, entries=(), heads=(Raw(b'{"type":"head"}'),))
    assert isinstance(says(live, broken)[-1], Reopen)


def test_a_hub_that_says_diverged_is_believed(live: Replica) -> None:
    """The file is kept, and never merged; losing the line does not make it better."""
    assert [DIVERGED] == says(live, Diverged(log=LOG, seq=2, head="f" * 64))
    assert [] == list(live.lost())
    assert 3 == live.seq
    assert HeadAt(LOG, 2, "f" * 64) == live.hub_head


# --- heartbeats ------------------------------------------------------------------------------


def test_a_heartbeat_that_agrees_changes_nothing(live: Replica, hub: Hub) -> None:
    """The usual one."""
    assert [] == list(live.heartbeat(hub.at(3)))


def test_entries_that_do_not_come_are_asked_for_at_the_second_heartbeat(
    live: Replica, hub: Hub
) -> None:
    """At the first they may still be on their way."""
    hub.notes("lost on the way")
    assert [] == list(live.heartbeat(hub.at(4)))
    assert [CATCHING_UP, Reopen("the hub is at #4, this client at #3")] == list(
        live.heartbeat(hub.at(4))
    )
    assert [] == list(live.heartbeat(hub.at(4)))


def test_entries_that_come_between_two_heartbeats_are_progress(live: Replica, hub: Hub) -> None:
    """Slow is not lost."""
    hub.notes("one", "two")
    assert [] == list(live.heartbeat(hub.at(5)))
    says(live, hub.sends(4))
    assert [] == list(live.heartbeat(hub.at(5)))


def test_a_heartbeat_of_another_history_is_divergence(live: Replica) -> None:
    """The hub's log is another one than that which it sent."""
    assert [DIVERGED] == list(live.heartbeat(HeadAt(LOG, 3, "f" * 64)))


# --- writing ---------------------------------------------------------------------------------


def test_a_command_is_pending_until_its_entry_is_here(live: Replica, hub: Hub) -> None:
    """The answer comes first: the entry is on its way."""
    submit = post(live, 4)
    assert (3, [submit]) == (submit.seen, live.resend())
    assert [Settled(command_id(4), 4)] == says(live, Acked(id=command_id(4), log=LOG, seq=4))
    assert {command_id(4): Pending(submit, NINE)} == live.pending
    hub.notes("hello")
    assert 1 == len(says(live, hub.sends(4)))
    assert {} == live.pending


def test_the_entry_may_come_before_the_answer(live: Replica, hub: Hub) -> None:
    """As after a reconnect: then the entry is the answer, and the answer says nothing new."""
    post(live, 4)
    hub.notes("hello")
    assert Settled(command_id(4), 4) == says(live, hub.sends(4))[-1]
    assert {} == live.pending
    assert [] == says(live, Acked(id=command_id(4), log=LOG, seq=4))


def test_a_command_answered_twice_is_pending_no_longer(live: Replica) -> None:
    """Sent again after a reconnect, it is answered with the number it already has."""
    post(live, 3)
    assert [Settled(command_id(3), 3)] == says(live, Acked(id=command_id(3), log=LOG, seq=3))
    assert {} == live.pending


def test_a_command_declined_comes_back_with_names(live: Replica) -> None:
    """The hub's rules know no names; the person reads one."""
    submit = post(live, 4)
    declined = Declined(
        id=submit.id, log=LOG, code=Code.NOT_ALLOWED, text="{about} is in command", about="ana"
    )
    assert [Returned(Pending(submit, NINE), declined, "Ana Ruiz is in command")] == says(
        live, declined
    )
    assert {} == live.pending
    assert [] == says(live, declined)


def test_a_command_declined_for_now_stays_pending(live: Replica) -> None:
    """It is sent again, later."""
    submit = post(live, 4)
    busy = Declined(id=submit.id, log=LOG, code=Code.TEMPORARY, text="busy", temporary=True)
    assert [Retry(submit, "busy")] == says(live, busy)
    assert [submit] == live.resend()


@pytest.mark.parametrize("ends", ["taken", "refused", "lost"])
def test_why_nothing_is_taken_is_known_for_as_long_as_it_is_so(live: Replica, ends: str) -> None:
    """Until the hub answers otherwise, or the line is lost."""
    submit = post(live, 4)
    full = Declined(id=submit.id, log=LOG, code=Code.TEMPORARY, text="full", temporary=True)
    says(live, full)
    assert "full" == live.held_up
    match ends:
        case "taken":
            says(live, Acked(id=submit.id, log=LOG, seq=99))
        case "refused":
            says(live, Declined(id=submit.id, log=LOG, code=Code.CONFLICT, text="no"))
        case _:
            list(live.lost())
    assert "" == live.held_up


def test_said_by_and_occurred_at_go_with_the_command(live: Replica) -> None:
    """What a scribe writes down for someone else."""
    draft = Draft(Post(text="p99 is 4 s"), said_by="bo", occurred_at=NINE)
    submit = live.send(command_id(4), draft, NINE)
    assert ("bo", NINE) == (submit.said_by, submit.occurred_at)


# --- people ----------------------------------------------------------------------------------


def test_presence_is_forgotten_with_the_line(live: Replica) -> None:
    """Who is here cannot be known offline; what was written stays."""
    ana = Here(person="ana", idle=3)
    assert [PresenceChanged()] == says(live, Presence(log=LOG, here=(ana,)))
    assert {"ana": ana} == live.here
    assert [PresenceChanged(), CLOSED] == list(live.lost())
    assert ({}, 3) == (live.here, live.seq)


def test_who_is_here_is_found_by_handle(live: Replica) -> None:
    """Whatever its case; not who only reads, and nobody of a hub that tells no handles."""
    kim, eve = Here("0f3c", handle="Kim"), Here("77aa", observer=True, handle="eve")
    says(live, Presence(log=LOG, here=(kim, eve, Here("bo"))))
    assert ["0f3c", None, None] == [live.present(handle) for handle in ("kim", "eve", "bo")]


def test_other_messages_change_nothing(live: Replica) -> None:
    """They are for others to read."""
    assert [] == says(live, Failed(code=Code.INVALID, text="no", log=LOG))


# --- what this machine holds, and what the hub lacks -------------------------------------------


def test_what_was_kept_is_taken_in_before_the_hub_is_asked() -> None:
    """As far as it follows."""
    hub, other, replica = Hub(), Hub(), Replica(LOG)
    hub.notes("one", "two", "three")
    other.notes("one", "two", "3")
    changes = list(replica.restore([*hub.entries[:2], hub.head(2)]))
    assert [Appended(tuple(replica.room.entries))] == changes
    assert [] == list(replica.restore([]))
    assert Open(log=LOG, after=2, head=hub.entries[1].hash) == replica.open()
    taken: list[Change] = []
    with pytest.raises(Malformed):  # noqa: PT012
        for change in replica.restore([hub.entries[2], hub.head(1), hub.entries[0], other.head(3)]):
            taken.append(change)  # noqa: PERF402
    assert (1, 3) == (len(taken), replica.seq)


def test_lines_of_an_earlier_process_are_in_the_room_again() -> None:
    """Those that wait are not sent before they are told to; those that came back never."""
    replica = Replica(LOG)
    for number, stand in enumerate(Stand):
        submit = Submit(id=command_id(number), log=LOG, command=Post(text=stand))
        replica.put_back(Pending(submit, NINE, stand, kept=True))
    assert ["sending", "waiting"] == [one.stand for one in replica.pending.values()]
    assert ["not taken"] == [one.stand for one in replica.returned.values()]
    assert [command_id(0)] == [submit.id for submit in replica.resend()]


def recovering(hub: Hub, seq: int) -> Recovering:
    return Recovering(log=LOG, seq=seq, head=hub.entries[seq - 1].hash if seq else GENESIS)


def holding(hub: Hub) -> Replica:
    replica = Replica(LOG)
    list(replica.restore(hub.entries))
    return replica


@pytest.mark.parametrize("seq", [0, 1, 3])
def test_a_hub_that_lacks_entries_is_offered_them(seq: int) -> None:
    """From where it stands, if that is in the log that is held."""
    hub = Hub()
    hub.notes("one", "two", "three")
    replica = holding(hub)
    changes = list(replica.receive(recovering(hub, seq)))
    assert [SyncChanged(Sync.RECOVERING), Heal(seq)] == changes
    assert (True, False) == (replica.recovering, replica.open_to_words)
    assert [Heal(seq)] == list(replica.receive(recovering(hub, seq)))


def test_a_hub_that_got_more_from_others_is_asked_again() -> None:
    """What it has beyond is not held yet."""
    hub = Hub()
    hub.notes("one", "two")
    replica = holding(hub)
    hub.notes("three")
    assert Heal(3) == list(replica.receive(recovering(hub, 3)))[-1]


def test_a_hub_that_recovers_another_log_has_diverged() -> None:
    """And so it has if it does not take what is offered, which is kept as the reason."""
    hub, other = Hub(), Hub()
    hub.notes("one", "two")
    other.notes("another")
    assert [DIVERGED] == list(holding(hub).receive(recovering(other, 1)))
    replica = holding(hub)
    list(replica.receive(recovering(hub, 1)))
    assert [DIVERGED] == list(replica.offer_refused("the signature is none"))
    assert "the signature is none" == replica.refusal


def test_a_room_recovers_until_an_entry_says_that_it_goes_on() -> None:
    """One that says so of an earlier time does not end it."""
    hub, replica = Hub(), Replica(LOG)
    hub.notes("one")
    adopted = LogAdopted(key="d" * 64, head=Citation(1, hub.entries[0].hash))
    hub.writes(adopted)
    opened = msgspec.structs.replace(hub.opened(), recovering=True)
    list(replica.receive(opened))
    list(replica.receive(hub.sends(1, 2)))
    assert (True, False) == (replica.recovering, replica.open_to_words)
    hub.writes(LogRestored(head=Citation(2, hub.entries[1].hash), restore=command_id(7)))
    list(replica.receive(hub.sends(3)))
    assert (False, True) == (replica.recovering, replica.open_to_words)
