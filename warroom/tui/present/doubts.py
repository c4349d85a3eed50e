"""What one may want to think of before a line is sent. Asked once; enter again sends it."""

from collections.abc import Iterable, Iterator

from warroom.client.draft import Draft
from warroom.domain.commands import ApproveUpdate, ChangeStatus, PublishUpdate, SubmitUpdate
from warroom.domain.vocabulary import Status
from warroom.tui.present.comms import gaps
from warroom.tui.present.debrief import unfinished
from warroom.tui.present.scene import Scene


def doubts(drafts: Iterable[Draft], scene: Scene) -> str:
    """What speaks against sending these, as a sentence; nothing if nothing does."""
    return next((doubt for draft in drafts for doubt in _doubts(draft, scene)), "")


def _doubts(draft: Draft, scene: Scene) -> Iterator[str]:
    match draft.command:
        case ChangeStatus(to=Status.CLOSED):
            if left := ", ".join(unfinished(scene.incident)):
                yield f"not finished: {left} (F5 says how); enter again closes it all the same"
        case SubmitUpdate(update=n) | ApproveUpdate(update=n) | PublishUpdate(update=n):
            update = scene.incident.updates.get(n)
            if update is not None and (left := " ".join(gaps(scene.text(update.text.seq)))):
                yield f"U{n} still says {left}: revise it; enter again lets it stand"
        case _:
            pass
