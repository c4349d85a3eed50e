"""What people are called."""

import pytest

from warroom.domain import events as e
from warroom.domain.events import PersonWords, RollWords, TextWords
from warroom.domain.names import Names
from warroom.domain.vocabulary import HUB, Via

ANA = PersonWords(name="Ana Ahlgren", handle="ana")


@pytest.fixture
def names() -> Names:
    return Names()


def test_the_hub_has_a_name(names: Names) -> None:
    """The hub writes too, and nobody introduces it."""
    assert ("hub", "hub") == (names.name(HUB), names.handle(HUB))


def test_strangers_are_called_by_the_start_of_their_id(names: Names) -> None:
    """Someone whose words are gone can still be told apart; nobody is nobody."""
    assert ("?0123ab", "?0123ab", "nobody") == (
        names.name("0123abcdef"),
        names.handle("0123abcdef"),
        names.name(None),
    )


@pytest.mark.parametrize(
    "event",
    [
        e.PersonJoined(person="p1", words=ANA),
        e.PersonRegistered(person="p1", via=Via.OS, words=ANA),
    ],
    ids=lambda event: event.kind,
)
def test_a_name_is_learned(names: Names, event: e.Event) -> None:
    """B5: the words of attendance name someone."""
    names.learn(event)
    assert ("Ana Ahlgren", "ana") == (names.name("p1"), names.handle("p1"))


def test_the_latest_name_counts(names: Names) -> None:
    """Who joins again under another name is called by that."""
    names.learn(e.PersonJoined(person="p1", words=ANA))
    names.learn(e.PersonJoined(person="p1", words=PersonWords(name="Ana Berg", handle="ab")))
    assert ("Ana Berg", "ab") == (names.name("p1"), names.handle("p1"))


def test_a_voice_is_called_by_its_handle(names: Names) -> None:
    """B15: who was called has a handle and no other name."""
    called = e.RollCalled(people=("v1", "v2"), words=RollWords(("raj", "kim")))
    names.learn(called)
    assert ("raj", "kim") == (names.name("v1"), names.handle("v2"))


def test_a_roll_call_renames_nobody(names: Names) -> None:
    """B15: who has a name keeps it when called."""
    called = e.RollCalled(people=("p1",), words=RollWords(("annie",)))
    names.learn(e.PersonJoined(person="p1", words=ANA))
    names.learn(called)
    assert "Ana Ahlgren" == names.name("p1")


def test_a_voice_that_joins_has_a_name_of_its_own(names: Names) -> None:
    """B15: it takes the place of what they were called."""
    names.learn(e.RollCalled(people=("p1",), words=RollWords(("annie",))))
    names.learn(e.PersonJoined(person="p1", words=ANA))
    assert "ana" == names.handle("p1")


@pytest.mark.parametrize(
    "event",
    [
        e.PersonJoined(person="p1"),
        e.PersonRegistered(person="p1", via=Via.OS),
        e.RollCalled(people=("p1",)),
        e.NotePosted(),
        e.Unknown(kind="person.renamed"),
    ],
)
def test_an_event_without_names_teaches_nothing(names: Names, event: e.Event | e.Unknown) -> None:
    """Words that are redacted, and events about other things, change no name."""
    names.learn(event)
    assert "?p1" == names.name("p1")


def test_a_new_name_counts_and_the_handle_stays(names: Names) -> None:
    """Someone is still called by the handle that others know."""
    names.learn(e.PersonJoined(person="p1", words=ANA))
    names.learn(e.PersonRenamed(person="p1", words=TextWords("Ana Berg")))
    assert ("Ana Berg", "ana") == (names.name("p1"), names.handle("p1"))


def test_names_are_those_of_the_events_there_are() -> None:
    """L6: what stands nowhere any more names nobody, and everything else still does."""
    joined = e.PersonJoined(person="p1", words=ANA)
    called = e.RollCalled(people=("p1", "v1"), words=RollWords(("annie", "raj")))
    renamed = e.PersonRenamed(person="p1", words=TextWords("Ana Berg"))
    assert ("Ana Ahlgren", "ana") == _of(Names([joined, called]))
    assert ("annie", "annie") == _of(Names([e.PersonJoined(person="p1"), called]))
    assert ("Ana Berg", "?p1") == _of(Names([e.PersonJoined(person="p1"), renamed]))


def _of(names: Names) -> tuple[str, str]:
    return names.name("p1"), names.handle("p1")


def test_who_reads_like_someone_else_is_known(names: Names) -> None:
    """As long as both are called so."""
    names.learn(e.PersonJoined(person="p1", words=ANA))
    assert () == names.twins("p1") == names.twins("nobody")
    names.learn(e.PersonJoined(person="p2", words=PersonWords(name="ANA AHLGREN", handle="a2")))
    assert (("p2",), ("p1",)) == (names.twins("p1"), names.twins("p2"))
    names.learn(e.PersonRenamed(person="p2", words=TextWords("Bo")))
    assert () == names.twins("p1")
