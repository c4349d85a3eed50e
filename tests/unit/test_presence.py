"""Who is shown in a room, and for how long after their line dropped."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from server.presence import DELAY, LEFT_GRACE, Presences
from warroom.domain.vocabulary import Scope
from warroom.protocol.envelopes import Here, Presence, You

LOG = f"{1:032x}"


@dataclass(eq=False)
class Visitor:
    """A session, as far as presence goes."""

    person: str
    idle: int = 0
    observer: bool = False

    @property
    def you(self) -> You:
        return You(self.person, self.person.title(), self.person, Scope.RESPONDER)


@dataclass
class Time:
    """A clock that stands still until told, and the loop that runs by it."""

    now: float = 100.0
    waiting: list[tuple[float, Callable[[], object]]] = field(default_factory=list)

    def call_later(self, delay: float, call: Callable[..., object], *arguments: object) -> None:
        self.waiting.append((self.now + delay, lambda: call(*arguments)))

    def passes(self, seconds: float) -> None:
        """Run what is due in between, in order."""
        end = self.now + seconds
        while ready := [one for one in self.waiting if one[0] <= end]:
            first = min(ready, key=lambda one: one[0])
            self.waiting.remove(first)
            self.now, call = first
            call()
        self.now = end


@dataclass
class Hall:
    """Presences by a clock of the test's, and what was told of the room."""

    time: Time
    told: list[tuple[Here, ...]] = field(default_factory=list)
    presences: Presences = field(init=False)

    def __post_init__(self) -> None:
        self.presences = Presences(self.time, self._tell)  # type: ignore[arg-type]

    def _tell(self, log: str) -> None:
        message = self.presences.message(log)
        assert Presence(log=LOG, here=message.here) == message
        self.told.append(message.here)


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Hall:
    time = Time()
    monkeypatch.setattr("server.presence.monotonic", lambda: time.now)
    return Hall(time)


def test_who_comes_is_told_soon(hall: Hall) -> None:
    """With how idle they are, and whether they only watch; once for all who come together."""
    hall.presences.came(LOG, Visitor("ana", idle=3))
    hall.presences.came(LOG, Visitor("bo", observer=True))
    hall.time.passes(DELAY)
    (told,) = hall.told
    assert {
        Here("ana", 3, name="Ana", handle="ana"),
        Here("bo", 0, observer=True, name="Bo", handle="bo"),
    } == set(told)
    hall.presences.came(LOG, Visitor("dee"))
    hall.time.passes(DELAY)
    assert {"ana", "bo", "dee"} == {here.person for here in hall.told[-1]}


def test_who_goes_is_shown_for_a_grace_time(hall: Hall) -> None:
    """A line that dropped is not a person who left; then they are gone, and it is told."""
    ana = Visitor("ana")
    hall.presences.came(LOG, ana)
    hall.presences.went(LOG, ana)
    hall.time.passes(LEFT_GRACE)
    assert {"ana"} == hall.presences.here(LOG).keys()
    hall.time.passes(1)
    assert () == hall.told[-1]


def test_who_comes_back_in_time_never_left(hall: Hall) -> None:
    """The second connection counts, also after the first one's grace time."""
    first, second = Visitor("ana", idle=50), Visitor("ana", idle=1)
    hall.presences.came(LOG, first)
    hall.presences.went(LOG, first)
    hall.presences.came(LOG, second)
    hall.time.passes(LEFT_GRACE + 1)
    assert (Here("ana", 1, name="Ana", handle="ana"),) == hall.told[-1]


def test_the_busiest_of_several_connections_counts(hall: Hall) -> None:
    """One that is still there counts before one that has gone."""
    laptop, phone, gone = Visitor("ana", 9), Visitor("ana", 700), Visitor("ana", 0)
    for visitor in (laptop, phone, gone):
        hall.presences.came(LOG, visitor)
    hall.presences.went(LOG, gone)
    assert {"ana": Here("ana", 9, name="Ana", handle="ana")} == hall.presences.here(LOG)
