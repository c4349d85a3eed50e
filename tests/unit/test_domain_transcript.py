"""A whole room as a reader holds it: entries, their words as they now stand, and people."""

from functools import reduce

import pytest

from tests.unit.conftest import LOG, Playbook, entry_id
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.events import Citation, Recorded
from warroom.domain.transcript import GONE, WORDLESS, Transcript
from warroom.domain.vocabulary import HUB, Audience, Status


def read(room: Playbook) -> Transcript:
    """What a reader holds who took in the whole log."""
    transcript = Transcript(LOG)
    for recorded in room.entries:
        transcript.append(recorded)
    return transcript


def redacts(room: Playbook, seq: int) -> None:
    room.does("cy", c.RequestRedaction(entry=seq, reason="a name"))
    room.does("bo", c.ApproveRedaction(entry=seq))


def test_a_reader_holds_what_the_hub_holds(story: Playbook) -> None:
    """L1: the same fold of the same log."""
    assert story.incident == read(story).incident


def test_entries_are_found_by_number_and_id(staffed: Playbook) -> None:
    """L11: numbers and ids that nobody gave find nothing."""
    transcript = read(staffed)
    last = staffed.entries[-1]
    assert last == transcript.entry(last.seq)
    assert [None, None] == [transcript.entry(0), transcript.entry(last.seq + 1)]
    assert last.seq == transcript.seq_of(last.id)
    assert transcript.seq_of(entry_id(99)) is None


def test_the_title_is_the_latest(staffed: Playbook) -> None:
    """L6: a new title, and then an amendment of it."""
    assert "Checkout is down" == read(staffed).title
    staffed.does("ana", c.Retitle(title="Cards fail"))
    assert "Cards fail" == read(staffed).title
    staffed.does("cy", c.Amend(entry=staffed.incident.title, text="Card payments fail"))
    assert "Card payments fail" == read(staffed).title


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (c.Post(text="a note"), "a note"),
        (c.RecordDecision(decision=c.DecisionText(choice="wait", rationale="x")), "wait"),
        (c.RecordSent(update=1, where="the status page", text="x"), "the status page"),
    ],
)
def test_each_entry_has_its_main_words(
    staffed: Playbook, command: c.PersonCommand, text: str
) -> None:
    """L2: what stands on the entry's line."""
    staffed.does("dee", c.DraftUpdate(audience=Audience.INTERNAL, text="x"))
    staffed.does("bo", c.PublishUpdate(update=1))
    staffed.does("ana", command)
    assert text == read(staffed).text(staffed.incident.seq)


def test_words_stand_as_last_amended(staffed: Playbook) -> None:
    """L6: an amendment that is redacted gives way to the one before."""
    staffed.does("cy", c.Post(text="the lag is 40 min"))
    note = staffed.incident.seq
    staffed.does("cy", c.Amend(entry=note, text="the lag is 40 s"))
    staffed.does("cy", c.Amend(entry=note, text="Kim says the lag is 41 s"))
    assert "Kim says the lag is 41 s" == read(staffed).text(note)
    redacts(staffed, note + 2)
    assert "the lag is 40 s" == read(staffed).text(note)


def test_redacted_words_are_gone(staffed: Playbook) -> None:
    """L6: from the entry itself, and from what is shown, amended or not."""
    staffed.does("cy", c.Post(text="the password is swordfish"))
    note = staffed.incident.seq
    staffed.does("cy", c.Amend(entry=note, text="it was swordfish"))
    redacts(staffed, note)
    transcript = read(staffed)
    entry = transcript.entry(note)
    assert entry is not None
    assert (GONE, None) == (transcript.text(note), entry.event.words)


def test_words_that_have_expired_say_since_when(staffed: Playbook) -> None:
    """With them the names, but for those that are said again; what was redacted stays redacted."""
    staffed.does("cy", c.Post(text="the password is swordfish"))
    note = staffed.incident.seq
    redacts(staffed, 1)
    staffed.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="x"))
    staffed.waits(100 * 24 * 3600)
    staffed.does("cy", c.Post(text="what was this?"))
    staffed.does(HUB, c.ExpireWords(days=100))
    staffed.does(HUB, c.Join(person="bo", name="Bo", handle="bo"))
    transcript = read(staffed)
    assert [GONE, f"[expired {staffed.now:%Y-%m-%d}]", "what was this?"] == [
        transcript.text(seq) for seq in (1, note, staffed.incident.seq - 2)
    ]
    entry = transcript.entry(note)
    assert entry is not None
    assert entry.event.words is None
    assert ("Bo", "?cy") == (transcript.names.name("bo"), transcript.names.name("cy"))


@pytest.mark.parametrize("seq", [2, 6, 99])
def test_where_no_words_are_none_are_shown(staffed: Playbook, seq: int) -> None:
    """L6: names alone, facts alone, and an entry that is not there: nobody redacted those."""
    assert WORDLESS == read(staffed).text(seq)


def test_people_are_found_by_their_handle(staffed: Playbook) -> None:
    """B5: with the `@` or without, in any case; not who is not in the room."""
    transcript = read(staffed)
    assert ["bo", "bo", None, None] == [
        transcript.person(handle) for handle in ("@bo", "BO", "@eve", "hub")
    ]


def test_of_two_with_one_handle_the_latest_with_a_client_is_meant(staffed: Playbook) -> None:
    """B15: someone who is here by client before a voice, who joined last before the others."""
    raj = staffed.calls("ana", "raj")
    assert raj == read(staffed).person("raj")
    for person in ("raj1", "raj2"):
        staffed.does("hub", c.Join(person=person, name="Raj", handle="raj"))
    assert "raj2" == read(staffed).person("raj")


def test_a_redacted_name_is_forgotten(staffed: Playbook) -> None:
    """L6: nobody is found under a name that is gone."""
    joined = staffed.incident.people["dee"].source.seq
    redacts(staffed, joined)
    transcript = read(staffed)
    assert ("?dee", None) == (transcript.names.name("dee"), transcript.person("dee"))


@pytest.mark.parametrize("last", [False, True], ids=["the first", "the last"])
def test_a_redacted_name_gives_way_to_what_is_said_elsewhere(staffed: Playbook, last: bool) -> None:
    """L6: as it does for whoever reads the log later, and never had the words."""
    staffed.does("dee", c.Rename(name="Dee Park"))
    redacts(staffed, staffed.incident.seq if last else staffed.incident.people["dee"].source.seq)
    live = read(staffed)
    later = Transcript(LOG)
    for recorded in live.entries:
        later.append(recorded)
    assert (later.names.names, later.names.handles) == (live.names.names, live.names.handles)
    assert ("Dee" if last else "Dee Park") == live.names.name("dee")


@pytest.mark.parametrize("seq", [6, 7, 99])
def test_a_redaction_of_nothing_is_survived(staffed: Playbook, seq: int) -> None:
    """An entry of facts alone, an entry that is not there, the redaction itself: no harm."""
    before = [recorded.event for recorded in staffed.entries]
    of = Citation(seq, "0" * 64)
    staffed.records(e.EntryRedacted(of=of, request=of))
    assert before == [recorded.event for recorded in read(staffed).entries[: len(before)]]


def test_reading_on_is_reading_from_the_start(story: Playbook) -> None:
    """L1: a reader who comes back is as whole as one who never left."""

    def append(transcript: Transcript, recorded: Recorded) -> Transcript:
        transcript.append(recorded)
        return transcript

    first, rest = story.entries[:20], story.entries[20:]
    resumed = reduce(append, rest, reduce(append, first, Transcript(LOG)))
    whole = read(story)
    assert (whole.incident, whole.entries, whole.names.names) == (
        resumed.incident,
        resumed.entries,
        resumed.names.names,
    )
