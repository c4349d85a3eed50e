"""What a code or token is worth that is shown at the door."""

from datetime import timedelta

import pytest

from server.access import Invited, Returning, Spent, digest_of, shown
from tests.unit.conftest import NINE
from warroom.domain import events as e
from warroom.domain.access import SESSION_LASTS, Access, apply_access
from warroom.domain.events import Recorded
from warroom.domain.vocabulary import Scope, Via

CODE, OLD, NEW = "code", "old token", "new token"
HOUR = timedelta(hours=1)

INVITED = e.InviteMade(
    invite="aaaaaaaa",
    code=digest_of(CODE),
    scope=Scope.RESPONDER,
    uses=1,
    expires_at=NINE + HOUR,
)
OPENED = e.SessionOpened(
    session="55555555",
    person="bo",
    scope=Scope.RESPONDER,
    token=digest_of(OLD),
    invite="aaaaaaaa",
    expires_at=NINE + SESSION_LASTS,
)
ROTATED = e.SessionRotated(session="55555555", token=digest_of(NEW))
RENEWED = e.SessionRenewed(session="55555555", expires_at=NINE + 2 * SESSION_LASTS)
ENDED = e.SessionEnded(session="55555555")


def after(*events: e.AccessEvent) -> Access:
    access = Access()
    for seq, event in enumerate(events, 1):
        recorded = Recorded(
            seq=seq, id=str(seq), hash="0" * 64, at=NINE, by="ana", via=Via.OS, event=event
        )
        access = apply_access(access, event, recorded)
    return access


def why(access: Access, secret: str, late: timedelta = timedelta(0)) -> str:
    spent = shown(access, secret, NINE + late)
    assert isinstance(spent, Spent)
    return spent.text


def test_an_invite_that_holds() -> None:
    """It lets in, as the invite that it is."""
    assert Invited("aaaaaaaa") == shown(after(INVITED), CODE, NINE)


def test_what_was_never_given_out() -> None:
    """Is worth nothing, and nothing is said of it."""
    access = after(INVITED, OPENED)
    assert [None] * 3 == [shown(access, secret, NINE) for secret in ("", "x", digest_of(CODE))]


@pytest.mark.parametrize(
    ("events", "late", "text"),
    [
        ((INVITED, OPENED), timedelta(0), "was used already; ask for another one"),
        ((INVITED,), HOUR, "expired at 2026-03-02 10:00 UTC; ask for another one"),
        (
            (INVITED, e.InviteRevoked(invite="aaaaaaaa")),
            timedelta(0),
            "was revoked; ask for another one",
        ),
    ],
)
def test_an_invite_that_is_over_says_which(
    events: tuple[e.AccessEvent, ...], late: timedelta, text: str
) -> None:
    """Used, expired or revoked: what to do about it differs for who made it."""
    assert f"this invite {text}" == why(after(*events), CODE, late)


def test_both_tokens_hold_until_the_new_one_is_used() -> None:
    """Then the old one tells of a session that two have."""
    access = after(INVITED, OPENED, ROTATED)
    assert Returning("55555555") == shown(access, OLD, NINE)
    assert Returning("55555555", fresh=True) == shown(access, NEW, NINE)
    access = after(INVITED, OPENED, ROTATED, RENEWED)
    assert Returning("55555555") == shown(access, NEW, NINE)
    spent = shown(access, OLD, NINE)
    assert isinstance(spent, Spent)
    assert ("55555555", True) == (spent.session, "replaced by a newer one" in spent.text)
    assert ("55555555", "bo") == (spent.credential, spent.person)


def test_a_session_that_is_over_says_how() -> None:
    """Ended, expired, or from before this hub's log."""
    assert "this session was revoked; ask for an invite" == why(after(INVITED, OPENED, ENDED), OLD)
    late = why(after(INVITED, OPENED), OLD, SESSION_LASTS)
    assert late.startswith("this session expired at ")
    assert "not known here any more" in why(after(ROTATED), NEW)
