"""What someone is let in for, as people write it: `observer`, `guest:INC-7`."""

from typing import TypeAlias

from warroom.domain.access import INVITABLE
from warroom.domain.vocabulary import Audience, Scope
from warroom.words.misread import misread

ScopeOf: TypeAlias = tuple[Scope, str | None, Audience | None]
"""A scope, the label of a guest's room, and the audience of a stakeholder."""


def read_scope(text: str, here: str | None = None) -> ScopeOf:
    """What a scope means; a guest who is given no room is one `here`. Raises `Misread`."""
    scope, _, more = text.partition(":")
    scope = scope.casefold()
    if scope not in INVITABLE:
        misread(f"there is no scope {scope}; give one of {', '.join(sorted(INVITABLE))}")
    if scope == Scope.GUEST:
        return Scope.GUEST, more or here or misread("a guest is for one room: guest:INC-7"), None
    if scope == Scope.STAKEHOLDER:
        return Scope.STAKEHOLDER, None, _audience(more)
    if more:
        misread(f"{scope} is for every room; only a guest is for one")
    return Scope(scope), None, None


def _audience(text: str) -> Audience:
    if (text or Audience.INTERNAL) not in list(Audience):
        misread(f"there is no audience {text}; give one of {', '.join(Audience)}")
    return Audience(text or Audience.INTERNAL)
