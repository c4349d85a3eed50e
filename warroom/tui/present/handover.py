"""A role offered to the reader, and the briefing that goes with it."""

from warroom.domain.alarms import Alarm, AlarmKind
from warroom.domain.incident import Offer
from warroom.domain.vocabulary import Role
from warroom.export.brief import handover
from warroom.export.phrasing import office
from warroom.tui.present.pieces import Piece, Pieces, Tone, fitted, spread
from warroom.tui.present.scene import Scene, left
from warroom.tui.present.steps import ROLE_WORDS

_LABEL = 11
"""Cells of the column in which the parts are named."""


def offer_to_me(scene: Scene) -> Offer | None:
    """The role that is offered to the reader and has not lapsed; of several the weightiest."""
    offers = scene.incident.offers
    mine = (offers[role] for role in Role if role in offers and offers[role].to == scene.me)
    return next((offer for offer in mine if offer.lapses_at > scene.now), None)


def unsaid(scene: Scene, alarms: list[Alarm]) -> list[Alarm]:
    """The alarms that are left to say: without the offer that the banner says, and lapsed ones."""
    offers, said = scene.incident.offers, offer_to_me(scene)
    standing = {role for role, offer in offers.items() if offer.lapses_at > scene.now}
    left_to_say = standing - {said.role} if said else standing
    return [a for a in alarms if a.kind is not AlarmKind.OFFER or a.role in left_to_say]


def in_turn(scene: Scene, alarms: list[Alarm]) -> list[Alarm]:
    """The alarms in the order in which they are dealt with: the offer that the banner says last."""
    said = offer_to_me(scene)
    offered = [a for a in alarms if said and a.kind is AlarmKind.OFFER and a.role is said.role]
    return [*unsaid(scene, alarms), *offered]


def handover_lines(scene: Scene, width: int, *, briefed: bool = True) -> list[Pieces]:
    """The banner in lines of at most so many cells; none while nothing is offered."""
    offer = offer_to_me(scene)
    if offer is None:
        return []
    giver = scene.first_name(offer.source.speaker)
    remaining = left(offer.lapses_at - scene.now)
    head = (Piece(f"{giver} offers you {office(offer.role)}, {remaining} left", Tone.WARN),)
    word = ROLE_WORDS[offer.role]
    lines = [
        spread(head, (Piece(f"#{offer.source.seq}", Tone.QUIET),), width),
        fitted(_answers(word), width),
    ]
    return [*lines, *_briefing(scene, offer, width)] if briefed else lines


def _answers(word: str) -> Pieces:
    return (
        Piece("A", Tone.STRONG),
        Piece(" accept  "),
        Piece("D", Tone.STRONG),
        Piece(" decline   "),
        Piece(f"while typing: /r accept {word}, or /r decline {word} WHY", Tone.QUIET),
    )


def _briefing(scene: Scene, offer: Offer, width: int) -> list[Pieces]:
    """What whoever takes over must know, each by a number that one can look up."""
    note = scene.room.entry(offer.source.seq)
    said = scene.text(offer.source.seq) if note and note.event.words is not None else ""
    rows = [("says", said)] if said else []
    for name, cited in handover(scene.room, scene.now):
        rows.append((name, "; ".join(cited) or "none"))
    return [
        fitted((Piece(f"{name:<{_LABEL}}", Tone.QUIET), Piece(text)), width) for name, text in rows
    ]
