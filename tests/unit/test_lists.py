"""The lists that everyone is told: who may see the same is told the same, and it is made once."""

from itertools import product

import pytest

from server.session import Session
from warroom.domain.feed import Published
from warroom.domain.incident import Incident
from warroom.domain.vocabulary import Audience, Scope
from warroom.protocol.envelopes import You

OPEN, OTHER = Incident(log="1"), Incident(log="2")
HIDDEN = Incident(log="3", restricted=True, members=frozenset({"ana"}))
SECRET = Incident(log="4", restricted=True, members=frozenset({"ana", "bo"}))
ROOMS = (OPEN, OTHER, HIDDEN, SECRET)


class Connection(Session):
    """A session as far as its view goes."""

    def __init__(self, you: You) -> None:
        self.you = you


@pytest.mark.parametrize("rooms", [(), (HIDDEN,), (HIDDEN, SECRET)])
def test_whoever_has_the_same_view_is_told_the_same(rooms: tuple[Incident, ...]) -> None:
    """Every scope, bound or not, of every audience; members of all rooms, of one, and of none."""
    people = product(("ana", "bo", "kim", "lee"), Scope, (None, "1", "3"), (None, *Audience))
    views: dict[object, set[tuple[object, ...]]] = {}
    known = [room for room in ROOMS if not room.restricted or room in rooms]
    for person, scope, bound, audience in people:
        session = Connection(You(person, person, person, scope, bound, audience))
        seen = tuple(session.sees(room) for room in known)
        heard = tuple(
            session.hears(room, Published(update=1, audience=one, at=None))  # type: ignore[arg-type]
            for room in known
            for one in Audience
        )
        views.setdefault(session.view(rooms), set()).add(seen + heard)
    assert {1} == {len(differing) for differing in views.values()}
    assert len(views) < 4 * len(Scope) * 3 * 4
