"""Who may come in and who is here: what `warroom people` shows. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from server.directory import Directory
from server.session import Session
from server.visits import Visits
from warroom.domain.access import Access, Credential, session_is_over
from warroom.domain.events import PlaceWords
from warroom.protocol.stewardship import Connected, PersonLine


def people_lines(
    access: Access,
    directory: Directory,
    visits: Visits,
    connected: Iterable[Session],
    at: datetime,
) -> Iterator[PersonLine]:
    """Everyone with a session, in the order in which they came, then who is here without one."""
    here: dict[str | None, list[Session]] = defaultdict(list)
    for session in connected:
        here[session.credential].append(session)
    for credential in sorted(access.sessions.values(), key=lambda one: one.opened_at):
        connections = here.get(credential.id, [])
        known = directory.person(credential.person)
        yield PersonLine(
            person=known.person,
            name=known.name,
            handle=known.handle,
            scope=credential.scope,
            session=credential.id,
            invite=credential.invite,
            opened_at=credential.opened_at,
            last=visits.seen.get(credential.id) or _recorded(directory, credential),
            expires_at=credential.expires_at,
            over=session_is_over(credential, at),
            here=_places(connections),
            warning=_warning(connections, visits.warnings.get(credential.id)),
        )
    for session in here[None]:
        you = session.you
        yield PersonLine(
            person=you.person,
            name=you.name,
            handle=you.handle,
            scope=you.scope,
            here=_places([session]),
        )


def _recorded(directory: Directory, credential: Credential) -> Connected:
    """Where a session was last, as far as the log tells: of this hub's life, nobody has come."""
    place = directory.last_place.get(credential.id, PlaceWords("", ""))
    return Connected(address=place.address, client=place.client, since=credential.renewed_at)


def _places(connections: Iterable[Session]) -> tuple[Connected, ...]:
    places = [
        Connected(address=one.peer.address, client=one.client, since=one.since)
        for one in connections
    ]
    return tuple(sorted(places, key=lambda place: place.since))


def _warning(connections: Iterable[Session], noticed: str | None) -> str | None:
    """What looks as if two people had the same session."""
    addresses = sorted({one.peer.address for one in connections})
    if len(addresses) > 1:
        return f"here from {len(addresses)} addresses at once: {', '.join(addresses)}"
    return noticed
