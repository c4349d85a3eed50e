"""What stakeholders are told: what was published, as it was published."""

import pytest
from msgspec.structs import replace

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain.events import Citation, Recorded, UpdatePublished, WordsExpired
from warroom.domain.feed import Feed, Published
from warroom.domain.vocabulary import Audience


def feed(room: Playbook) -> tuple[Published, ...]:
    """What the room has published."""
    learning = Feed()
    for entry in room.entries:
        learning.learn(entry)
    return learning.published


def publish(room: Playbook, update: int) -> None:
    room.does("dee", c.SubmitUpdate(update=update))
    room.does("ana", room.approval(update))
    room.does("bo", c.PublishUpdate(update=update))


@pytest.fixture
def told(staffed: Playbook) -> Playbook:
    """A room that has told customers something, after a second thought, and has a draft left."""
    staffed.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Cards may fail."))
    staffed.does("dee", c.ReviseUpdate(update=1, text="Cards fail since nine."))
    publish(staffed, 1)
    staffed.does("dee", c.DraftUpdate(audience=Audience.INTERNAL, text="the vendor is asleep"))
    return staffed


def test_the_text_that_went_out(told: Playbook) -> None:
    """Drafts and what they once said are nobody's business; the promise is told."""
    promise = told.incident.promises[Audience.CUSTOMERS].at
    expected = Published(
        update=1,
        audience=Audience.CUSTOMERS,
        at=told.now,
        text="Cards fail since nine.",
        next_by=promise,
    )
    assert (expected,) == feed(told)


def test_a_correction_says_what_it_corrects(told: Playbook) -> None:
    """In the order in which they went out."""
    told.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Since eight.", corrects=1))
    publish(told, 3)
    assert [(1, None), (3, 1)] == [(one.update, one.corrects) for one in feed(told)]


def test_words_that_were_redacted_are_gone(told: Playbook) -> None:
    """That something was told stays."""
    text = told.incident.updates[1].text.seq
    told.does("dee", c.RequestRedaction(entry=text, reason="a customer's name"))
    told.does("bo", c.ApproveRedaction(entry=text))
    assert [(1, None)] == [(one.update, one.text) for one in feed(told)]


def test_words_that_have_expired_are_gone(told: Playbook) -> None:
    """What was told later stays, and an expiry of what is still to come takes nothing."""
    told.records(WordsExpired(through=Citation(told.incident.seq + 1, "0" * 64), days=90))
    assert ["Cards fail since nine."] == [one.text for one in feed(told)]
    first = told.incident.seq
    told.does("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Since eight.", corrects=1))
    publish(told, 3)
    told.records(WordsExpired(through=Citation(first, "0" * 64), days=90))
    assert [(1, None), (3, "Since eight.")] == [(one.update, one.text) for one in feed(told)]


def test_a_redaction_of_something_else_takes_no_words(told: Playbook) -> None:
    """What went out stays as it went out."""
    told.does("cy", c.Post(text="the password is swordfish"))
    told.does("cy", c.RequestRedaction(entry=told.incident.seq, reason="a password"))
    told.does("bo", c.ApproveRedaction(entry=told.incident.seq - 1))
    assert ["Cards fail since nine."] == [one.text for one in feed(told)]


def test_what_makes_no_sense_tells_nothing() -> None:
    """A publication of nothing, and words that were gone before this was told."""
    room = Playbook()
    room.records(UpdatePublished(update=7, text=Citation(1, "0" * 64)))
    assert () == feed(room)


def test_a_log_whose_words_are_gone_tells_the_same(told: Playbook) -> None:
    """Whoever folds it anew, after the redaction, gets no words either."""
    told.entries = [without_words(entry) for entry in told.entries]
    assert [(1, None)] == [(one.update, one.text) for one in feed(told)]


def without_words(entry: Recorded) -> Recorded:
    event = entry.event
    return entry if event.words is None else replace(entry, event=replace(event, words=None))
