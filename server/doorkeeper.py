"""Who may shake hands on a TCP port: by the code or token that they show."""

import hmac
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeAlias

from msgspec import Struct

from server.access import Invited, Returning, Spent, shown
from server.hub import Hub
from server.limits import Buckets, Rates, neighbourhood, seconds
from warroom.clock import monotonic

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
                return self._unknown(address, encrypted=encrypted)
            case Spent(text=text, session=session) as spent:
                self._hub.records.turned_away(spent.person, spent.credential)
                if session is not None:
                    self._hub.visits.stale(session, address, self._hub.now())
                    _logger.warning("an old token of session %s came from %s", session, address)
                return Turned(HTTPStatus.UNAUTHORIZED, f"{text[0].upper()}{text[1:]}.")
            case admitted:
                return admitted

    def _unknown(self, address: str, *, encrypted: bool) -> Turned:
        wait = self._failures.take(neighbourhood(address), monotonic())
        if wait:
            text = f"Too many wrong tokens came from here; try again in {seconds(wait)} s."
            return Turned(HTTPStatus.TOO_MANY_REQUESTS, text, seconds(wait))
        where = "" if encrypted else ", or the token that stands in its data folder"
        text = f"The hub does not know this token. It asks for an invite or a session{where}."
        return Turned(HTTPStatus.UNAUTHORIZED, text)


def _bearer(authorization: Sequence[str]) -> str:
    """The token, if there is exactly one; otherwise what nobody was ever given."""
    if len(authorization) != 1:
        return ""
    scheme, _, secret = authorization[0].partition(" ")
    return secret if scheme == "Bearer" else ""


def _same(secret: str, wanted: str) -> bool:
    return hmac.compare_digest(secret.encode(), wanted.encode())
