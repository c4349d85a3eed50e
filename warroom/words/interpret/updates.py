"""Words for stakeholder updates: drafted, revised, submitted, approved, published, sent."""

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.vocabulary import Audience
from warroom.words.interpret.reader import Reader
from warroom.words.misread import Misread, misread
from warroom.words.shown import OpenDraft

_AUDIENCES = {
    "exec": Audience.EXECUTIVE,
    "executives": Audience.EXECUTIVE,
    "customer": Audience.CUSTOMERS,
}


def update(line: Reader) -> list[PersonCommand] | OpenDraft:
    number = line.number("u")
    return _draft(line) if number is None else [_about(line, number)]


def _draft(line: Reader) -> list[PersonCommand] | OpenDraft:
    """A draft; without a text, the wish to write one."""
    audience = _audience(line)
    corrects = None
    if line.take_if("corrects"):
        corrects = line.number("u")
        if corrects is None:
            misread(f"say which update it corrects: /update {audience} corrects U1 TEXT")
    cites = line.cites()
    text = line.maybe_text()
    if text is None:
        return OpenDraft(audience, corrects, cites)
    return [c.DraftUpdate(audience=audience, text=text, cites=cites, corrects=corrects)]


def _audience(line: Reader) -> Audience:
    short = _AUDIENCES.get(line.peek())
    if short is None:
        return line.choice(Audience, "say for whom it is, /update customers, or which, /update U1")
    line.take()
    return short


def _about(line: Reader, number: int) -> PersonCommand:
    u = f"U{number}"
    match line.take().casefold():
        case "submit":
            line.end()
            return c.SubmitUpdate(update=number)
        case "approve":
            line.end()
            return c.ApproveUpdate(update=number, text=_read(line, number))
        case "break":
            reason = line.reason() or misread(f"say why: /update {u} break nobody else is up")
            text = _read(line, number)
            return c.ApproveUpdate(update=number, text=text, break_glass=True, reason=reason)
        case "return":
            reason = line.reason() or misread(f"say why: /update {u} return say since when")
            return c.ReturnUpdate(update=number, reason=reason)
        case "revise":
            cites = line.cites()
            text = line.text(f"say how it should read: /update {u} revise TEXT")
            return c.ReviseUpdate(update=number, text=text, cites=cites)
        case "publish":
            anyway = line.take_if("anyway")
            line.end()
            return c.PublishUpdate(update=number, next_by=line.due_at(), anyway=anyway)
        case "sent":
            return _sent(line, number)
        case _:
            raise Misread(
                f"say what about {u}: revise, submit, return, approve, publish, sent or break"
            )


def _read(line: Reader, number: int) -> str:
    """The hash of the text that the room shows: exactly that is approved."""
    known = line.incident.updates.get(number)
    if known is None:
        misread(f"there is no update U{number} in this room")
    return known.text.hash


def _sent(line: Reader, number: int) -> PersonCommand:
    """The first line is where it went; what follows, if anything, is about it."""
    said = line.text(f"say where: /update U{number} sent statuspage")
    where, _, text = said.partition("\n")
    return c.RecordSent(update=number, where=where.strip(), text=text.strip() or None)
