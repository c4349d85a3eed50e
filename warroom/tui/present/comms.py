"""Stakeholder updates as the panes show them: what is known, what is drafted, who was told what."""

import re
from collections.abc import Iterator

from warroom.domain.incident import Promise, StakeholderUpdate, stale_because
from warroom.domain.vocabulary import Audience, UpdateState
from warroom.export.phrasing import caveats, phrase, readers
from warroom.text import one_line, visible
from warroom.tui.present.pieces import PaneRow, Piece, Pieces, Tone
from warroom.tui.present.scene import Scene, owed
from warroom.tui.present.steps import approvers, steps
from warroom.tui.present.subject import Item

NOT_SENT = "NOT SENT BY WARROOM: paste it, then /update U{n} sent WHERE"
"""What publishing does not do, as long as nobody says that they did it."""

_GAP = re.compile(r"\[[^\[\]\n]+\]")
"""What a template leaves to be written: `[what customers notice]`."""

_STATE = {
    UpdateState.DRAFT: "draft",
    UpdateState.SUBMITTED: "submitted",
    UpdateState.APPROVED: "approved",
    UpdateState.PUBLISHED: "published",
}
_STEP = {
    UpdateState.DRAFT: ("", "then: /u U{n} submit"),
    UpdateState.SUBMITTED: ("?", "waits for approval: /u U{n} approve"),
    UpdateState.APPROVED: (">", "waits to go out: /u U{n} publish"),
}


_ORDER = (UpdateState.APPROVED, UpdateState.SUBMITTED, UpdateState.DRAFT)


def _unpublished(scene: Scene) -> list[StakeholderUpdate]:
    """What is on its way out, the furthest first."""
    found = [one for one in scene.incident.updates.values() if one.published is None]
    return sorted(found, key=lambda one: (_ORDER.index(one.state), -one.number))


def _published(scene: Scene) -> list[StakeholderUpdate]:
    """What is out, the latest first."""
    found = [one for one in scene.incident.updates.values() if one.published is not None]
    return sorted(found, key=lambda one: (one.published_at, one.number), reverse=True)


# --- beside the timeline -------------------------------------------------------------------------


def updates(scene: Scene) -> list[PaneRow]:
    """What is not published yet first, then the latest."""
    return [update_row(scene, one) for one in (*_unpublished(scene), *_published(scene))]


def update_row(scene: Scene, one: StakeholderUpdate) -> PaneRow:
    """Where an update stands, and what it waits for."""
    about, entry = Item("U", one.number), one.text.seq
    if one.published_at is not None:
        told = f"published to {readers(one.audience)} {scene.clock(one.published_at)}"
        text, notes = told + _next(scene, one), receipts(scene, one)
        return PaneRow(str(about), _mark(one), text, "", Tone.QUIET, notes, entry, about)
    mark, step = _STEP[one.state]
    notes = (*_doubts(scene, one), Piece(step.format(n=one.number), Tone.QUIET))
    text = (
        f"{_STATE[one.state]} for {readers(one.audience)} by {scene.first_name(one.text.speaker)}"
    )
    return PaneRow(str(about), mark, text, "", Tone.PLAIN, notes, entry, about)


def _mark(published: StakeholderUpdate) -> str:
    """`>` for as long as it waits for someone to put it anywhere."""
    return "ok" if published.sent else ">"


def _next(scene: Scene, one: StakeholderUpdate) -> str:
    promise = scene.incident.promises.get(one.audience)
    if promise is None or one.published is None or promise.source.seq != one.published.seq:
        return ""
    return f", next {scene.clock(promise.at)}"


def _doubts(scene: Scene, one: StakeholderUpdate) -> Iterator[Piece]:
    """What should give whoever approves or publishes an update pause."""
    if why := stale_because(scene.incident, one):
        yield Piece(f"STALE: {why}", Tone.WARN)
    if one.returned is not None and one.state is UpdateState.DRAFT:
        yield Piece(f"returned: {scene.text(one.returned.seq)}", Tone.WARN)
    if one.break_glass:
        yield Piece("approved by BREAK-GLASS", Tone.ALARM)


def receipts(scene: Scene, one: StakeholderUpdate) -> Pieces:
    """Where people say that they put an update; that it was put nowhere until someone does."""
    if not one.sent:
        return (Piece(NOT_SENT.format(n=one.number), Tone.WARN),)
    return tuple(
        Piece(
            f"sent to {scene.text(said.seq)}, {scene.who(said.seq)} {scene.at(said.seq)}",
            Tone.QUIET,
        )
        for said in one.sent
    )


# --- the draft -----------------------------------------------------------------------------------


def draft(scene: Scene) -> list[PaneRow]:
    """Every update that is not out yet: its text, who approved it, what it cites, what it lacks."""
    return [_draft(scene, one) for one in _unpublished(scene)]


def _draft(scene: Scene, one: StakeholderUpdate) -> PaneRow:
    about, entry = Item("U", one.number), one.text.seq
    mark, _ = _STEP[one.state]
    author = scene.who(entry)
    correction = f", corrects U{one.corrects}" if one.corrects else ""
    head = (
        f"{_STATE[one.state]} for {readers(one.audience)} by {author} {scene.at(entry)}{correction}"
    )
    text = [Piece(line) for line in visible(scene.room.text(entry)).split("\n")]
    notes = (*_doubts(scene, one), *text, *_cited(scene, one), *_approval(scene, one))
    lacks = [Piece(f"missing: {lack}", Tone.ACCENT) for lack in missing(scene, one)]
    then = [Piece(f"then: {step.form}", Tone.QUIET) for step in steps(about, scene)[:1]]
    return PaneRow(str(about), mark, head, "", Tone.STRONG, (*notes, *lacks, *then), entry, about)


def _cited(scene: Scene, one: StakeholderUpdate) -> Iterator[Piece]:
    for seq in one.cites:
        yield Piece(f"cites #{seq} {scene.text(seq)}", Tone.QUIET)


def _approval(scene: Scene, one: StakeholderUpdate) -> Iterator[Piece]:
    """Who approved exactly this text, and whether that was by voice or under an unproven name."""
    entry = scene.room.entry(one.approved.seq) if one.approved else None
    if entry is not None:
        how = f"{scene.who(entry.seq)} {scene.at(entry.seq)}{caveats(entry)}"
        yield Piece(f"approved by {how}", Tone.GOOD)


def gaps(text: str) -> list[str]:
    """What a template left to be written and nobody wrote, `[which services]`."""
    return _GAP.findall(text)


def missing(scene: Scene, one: StakeholderUpdate) -> Iterator[str]:
    """What an update lacks before it can go out, the first thing to do first."""
    if scene.incident.gone(one.text.seq):
        yield "its text, which is gone: revise it"
    yield from (f"{gap}, to be written" for gap in gaps(scene.text(one.text.seq)))
    if not one.cites:
        yield "what it rests on, such as #41 at its end"
    if one.state is not UpdateState.APPROVED and one.audience is not Audience.INTERNAL:
        others = approvers(scene, one)
        who = " or ".join(others) if others else "someone who may and did not write it"
        yield f"approval by {who}"


# --- the promise clock, and what was told --------------------------------------------------------


def promises(scene: Scene) -> list[PaneRow]:
    """For each audience: when it hears next, or that it has heard nothing."""
    return [promise_row(scene, audience) for audience in Audience]


def promise_row(scene: Scene, audience: Audience) -> PaneRow:
    """When an audience was told last, whether by anyone, and how long until it hears again."""
    one = next((one for one in _published(scene) if one.audience is audience), None)
    last = "never told" if one is None else _last(scene, one)
    promise = scene.incident.promises.get(audience)
    if promise is None:
        return PaneRow("", "", f"{audience}: {last}", tone=Tone.QUIET, about=audience)
    return _promised(scene, promise, f"{audience}: {last}, next {scene.clock(promise.at)}")


def _last(scene: Scene, one: StakeholderUpdate) -> str:
    """What the clock says of the latest update: who is told is told by someone who put it there."""
    at = scene.clock(one.published_at) if one.published_at else "?"
    return f"told {at}" if one.sent else f"published {at}, NOT SENT"


def _promised(scene: Scene, promise: Promise, text: str) -> PaneRow:
    entry, about = promise.source.seq, promise.audience
    right, tone = owed(promise.at - scene.now, overdue=promise.overdue)
    mark = "!" if tone is Tone.ALARM else ""
    return PaneRow("", mark, text, right, tone, entry=entry, about=about)


def told(scene: Scene) -> list[PaneRow]:
    """What each audience was told and when, the latest first, and where it went."""
    return [_told(scene, one) for one in _published(scene)]


def _told(scene: Scene, one: StakeholderUpdate) -> PaneRow:
    about = Item("U", one.number)
    at = scene.clock(one.published_at) if one.published_at else "?"
    text = f"{one.audience}: {scene.text(one.text.seq)}"
    notes = receipts(scene, one)
    return PaneRow(str(about), _mark(one), text, at, Tone.PLAIN, notes, one.text.seq, about)


# --- facts ---------------------------------------------------------------------------------------


def facts(scene: Scene) -> list[PaneRow]:
    """What was confirmed as a fact for comms, by its entry's number, the latest first."""
    found = sorted(scene.incident.facts, reverse=True)
    return [
        PaneRow(f"#{seq}", "ok", scene.text(seq), scene.at(seq), entry=seq, about=seq)
        for seq in found
    ]


def news(scene: Scene) -> list[PaneRow]:
    """What has changed since the last update went out, or at all if none did; the latest first."""
    published = _published(scene)
    since = published[0].published.seq if published and published[0].published else 0
    return [_news(scene, seq) for seq in sorted(_changes(scene), reverse=True) if seq > since]


def _changes(scene: Scene) -> set[int]:
    """The entries that changed what can be told outside: read from the fold, not the timeline."""
    i = scene.incident
    found = {i.status_seq, i.severity_seq, *(one.seq for one in i.facts.values())}
    for decision in i.decisions.values():
        found |= {one.seq for one in (decision.decided, decision.outcome_source) if one}
    found |= {one.assessed.seq for one in i.hypotheses.values() if one.assessed}
    return found - {0}


def _news(scene: Scene, seq: int) -> PaneRow:
    entry = scene.room.entry(seq)
    if entry is None:
        return PaneRow(f"#{seq}", "", "?")
    said = phrase(entry, scene.room)
    text = one_line(f"{said.tag} {said.text}")
    return PaneRow(f"#{seq}", "", text, scene.at(seq), entry=seq, about=seq)
