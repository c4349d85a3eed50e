"""Who shows which code or token at the door: what it stands for, or why it is worth nothing. Pure.

Only digests are looked up. That takes as long for a wrong one as for a right one, as far as it
matters: nobody can choose the digest of what they show.
"""

import hashlib
import hmac
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from warroom.domain.access import Access, invite_is_over, session_is_over


class Returning(Struct, frozen=True):
    """Someone with a session. `fresh`: they use the token that was rotated in, at first."""

    session: str
    fresh: bool = False


class Invited(Struct, frozen=True):
    """Someone with an invite that lets them in."""

    invite: str


class Spent(Struct, frozen=True):
    """What was shown let someone in once, and does no more. `text` is for the person.

    `credential` is the invite or session that it was of, and `person` whose session. `session` is
    the one whose old token it was: someone may have stolen it, or been stolen from.
    """

    text: str
    session: str | None = None
    credential: str | None = None
    person: str | None = None


Shown: TypeAlias = Returning | Invited | Spent


def shown(access: Access, secret: str, at: datetime) -> Shown | None:
    """What a code or token stands for; None if it was never given out."""
    digest = digest_of(secret)
    if (session := access.tokens.get(digest)) is not None:
        return _session(access, session, digest, at)
    if (invite := access.codes.get(digest)) is not None:
        over = invite_is_over(access.invites[invite], at)
        if over is None:
            return Invited(invite)
        return Spent(f"{over}; ask for another one", credential=invite)
    return None


def digest_of(secret: str) -> str:
    """The SHA-256 of a code or token, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _session(access: Access, id_: str, digest: str, at: datetime) -> Shown:
    session = access.sessions.get(id_)
    if session is None:
        return Spent("this session is not known here any more; ask for an invite", credential=id_)
    over = session_is_over(session, at)
    if over is not None:
        return Spent(f"{over}; ask for an invite", credential=id_, person=session.person)
    if session.next is not None and hmac.compare_digest(session.next, digest):
        return Returning(id_, fresh=True)
    if hmac.compare_digest(session.token, digest):
        return Returning(id_)
    return Spent(
        "this token was replaced by a newer one; if it was not you who uses that, "
        "tell whoever runs the hub, and ask for an invite",
        session=id_,
        credential=id_,
        person=session.person,
    )
