"""Who may shake hands on a TCP port: by the code or token that they show."""

import hmac
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeAlias

from msgspec import Struct

from server.access import Invited, Returning, Spent, shown
from server.hub import Hub
from server.limits import Buckets, Rate, Rates, neighbourhood, seconds
from warroom.clock import monotonic

_TOLD = Rate(1, 1 / 60)
"""How often the file `hub.log` says of one session that an old token of it came: it is short, and
what else it has to say must not be pushed out."""

_logger = logging.getLogger(__name__)


class ThisMachine(Struct, frozen=True):
    """A program of this machine, with the token that stands in the data folder."""


class Turned(Struct, frozen=True):
    """Nobody who may come in. `wait` is in seconds, where coming back later helps."""

    status: HTTPStatus
    text: str
    wait: int | None = None


Admitted: TypeAlias = ThisMachine | Returning | Invited


class Doorkeeper:
    """Looks at what is shown, and slows down who keeps showing what nobody was given."""

    def __init__(self, hub: Hub, rates: Rates) -> None:
        self.token = ""
        self._hub = hub
        self._failures = Buckets(rates.failures)
        self._told = Buckets(_TOLD)

    def admit(
        self, authorization: Sequence[str], address: str, *, encrypted: bool
    ) -> Admitted | Turned:
        """What the `Authorization` headers of a handshake are good for."""
        secret = _bearer(authorization)
        if not encrypted and self.token and _same(secret, self.token):
            # On a port of this machine alone: it never travels, so it is worth nothing elsewhere.
            return ThisMachine()
        match shown(self._hub.access, secret, self._hub.now()):
            case None:
                return self._too_often(address) or _unknown(encrypted=encrypted)
            case Spent() as spent:
                self._note(spent, address)
                return self._too_often(address) or _over(spent)
            case admitted:
                return admitted

    def _note(self, spent: Spent, address: str) -> None:
        """Someone came with what let somebody in once: the hub's log says it, and `people`."""
        self._hub.records.turned_away(spent.person, spent.credential)
        if spent.session is None:
            return
        self._hub.visits.stale(spent.session, address, self._hub.now())
        if not self._told.take(spent.session, monotonic()):
            _logger.warning("an old token of session %s came from %s", spent.session, address)

    def _too_often(self, address: str) -> Turned | None:
        wait = self._failures.take(neighbourhood(address), monotonic())
        if not wait:
            return None
        text = f"Too many wrong tokens came from here; try again in {seconds(wait)} s."
        return Turned(HTTPStatus.TOO_MANY_REQUESTS, text, seconds(wait))


def _unknown(*, encrypted: bool) -> Turned:
    where = "" if encrypted else ", or the token that stands in its data folder"
    text = f"The hub does not know this token. It asks for an invite or a session{where}."
    return Turned(HTTPStatus.UNAUTHORIZED, text)


def _over(spent: Spent) -> Turned:
    return Turned(HTTPStatus.UNAUTHORIZED, f"{spent.text[0].upper()}{spent.text[1:]}.")


def _bearer(authorization: Sequence[str]) -> str:
    """The token, if there is exactly one; otherwise what nobody was ever given."""
    if len(authorization) != 1:
        return ""
    scheme, _, secret = authorization[0].partition(" ")
    return secret if scheme == "Bearer" else ""


def _same(secret: str, wanted: str) -> bool:
    return hmac.compare_digest(secret.encode(), wanted.encode())
