"""What one may want to think of before a line is sent. Asked once; enter again sends it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from warroom.client.draft import Draft
from warroom.domain.commands import (
    ApproveUpdate,
    ChangeStatus,
    Describe,
    PublishUpdate,
    SubmitUpdate,
)
from warroom.domain.incident import Incident
from warroom.domain.vocabulary import Status
from warroom.export.phrasing import readers
from warroom.export.times import clock_time, time_beside
from warroom.tui.present.comms import gaps
from warroom.tui.present.debrief import unfinished
from warroom.tui.present.scene import Scene


def doubts(drafts: Iterable[Draft], scene: Scene) -> str:
    """What speaks against sending these, as one line; nothing if nothing does."""
    return "; ".join(dict.fromkeys(doubt for draft in drafts for doubt in _doubts(draft, scene)))


def _doubts(draft: Draft, scene: Scene) -> Iterator[str]:
    yield from (f"{doubt.why}; enter again {doubt.sent}" for doubt in draft.doubts)
    yield from _too_early(draft, scene.incident)
    match draft.command:
        case ChangeStatus(to=Status.CLOSED):
            if left := ", ".join(unfinished(scene.incident)):
                yield f"not finished: {left} (F5 says how); enter again closes it all the same"
        case ChangeStatus(to=Status.CANCELLED):
            told = {one.audience for one in scene.incident.updates.values() if one.published}
            if told:
                who = ", ".join(map(readers, sorted(told)))
                yield f"{who} would go on waiting: tell them first; enter again cancels it"
        case SubmitUpdate(update=n) | ApproveUpdate(update=n) | PublishUpdate(update=n):
            update = scene.incident.updates.get(n)
            if update is not None and (left := " ".join(gaps(scene.text(update.text.seq)))):
                yield f"U{n} still says {left}: revise it; enter again lets it stand"
        case _:
            pass


def _too_early(draft: Draft, incident: Incident) -> Iterator[str]:
    """What people see may be older than the incident; where it stands is not."""
    began = incident.began_at
    dated: tuple[datetime | None, ...]
    match draft.command:
        case ChangeStatus():
            dated = (draft.occurred_at,)
        case Describe(identified_at=identified, mitigated_at=mitigated, resolved_at=resolved):
            began = draft.command.started_at or began
            dated = (identified, mitigated, resolved)
        case _:
            return
    for at in dated:
        if began and at and at < began:
            when, known = time_beside(at, began), clock_time(began)
            yield f"{when} UTC is before it began, {known} (/info started); enter again means that"
