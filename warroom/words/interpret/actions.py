"""Words for action items: added, assigned, postponed, started, done, dropped."""

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.vocabulary import ActionState
from warroom.words.interpret.reader import Reader
from warroom.words.misread import misread

_ADVANCES = {
    "start": ActionState.STARTED,
    "started": ActionState.STARTED,
    "done": ActionState.DONE,
    "drop": ActionState.DROPPED,
    "dropped": ActionState.DROPPED,
}


def act(line: Reader) -> list[PersonCommand]:
    number = line.number("a")
    if number is not None:
        return _about(line, number)
    assignee = line.person()
    if assignee is not None and (other := line.handle()) is not None:
        misread(
            f"an action is one person's: give @{other} one of their own, or write them later on"
        )
    text = line.text("say what is to be done: /act @bo drain pool-3 +10m")
    return [c.AddAction(text=text, assignee=assignee, due_at=line.due_at())]


def _about(line: Reader, number: int) -> list[PersonCommand]:
    """An action that there is: how it goes, who has it now, until when."""
    to = _ADVANCES.get(line.peek())
    if to is not None:
        line.take()
        return [_advance(line, number, to)]
    changes: list[PersonCommand] = []
    assignee = line.person()
    if assignee is not None:
        changes.append(c.AssignAction(action=number, assignee=assignee))
    due_at = line.due_at()
    if due_at is not None:
        changes.append(c.PostponeAction(action=number, due_at=due_at, reason=line.reason()))
    if not changes or line.left:
        misread(f"say how A{number} goes: start, done, drop REASON, +10m or @who")
    return changes


def _advance(line: Reader, number: int, to: ActionState) -> PersonCommand:
    text = line.reason()
    if to is ActionState.DROPPED and text is None:
        misread(f"say why: /act A{number} drop the vendor did it")
    if to is ActionState.STARTED and text is not None:
        misread(f"a start has no text; write /act A{number} start, and a note if need be")
    return c.AdvanceAction(action=number, to=to, text=text)
