"""Words for what people say, how it is corrected, and who is there."""

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.vocabulary import HypothesisState, PromotedTo
from warroom.words.interpret.reader import Reader
from warroom.words.misread import misread

_STATES = {
    "out": HypothesisState.RULED_OUT,
    "supported": HypothesisState.SUPPORTED,
    "open": HypothesisState.OPEN,
}


def post(line: Reader) -> list[PersonCommand]:
    return [c.Post(text=line.text("there is nothing to post; type some text"))]


def obs(line: Reader) -> list[PersonCommand]:
    return [c.Observe(text=line.text("say what was observed: /obs p99 4.2 s"))]


def hyp(line: Reader) -> list[PersonCommand]:
    number = line.number("h")
    if number is None:
        return [c.RaiseHypothesis(text=line.text("say what you suspect: /hyp pool exhausted"))]
    state = _STATES.get(line.take().casefold())
    if state is None:
        misread(f"say what became of H{number}: out, supported or open")
    return [c.AssessHypothesis(hypothesis=number, state=state, text=line.reason())]


def amend(line: Reader) -> list[PersonCommand]:
    entry = line.entry()
    return [c.Amend(entry=entry, text=line.text(f"say how #{entry} should read"))]


def strike(line: Reader) -> list[PersonCommand]:
    entry = line.entry()
    reason = line.reason() or misread(f"say why: /strike #{entry} wrong cluster")
    return [c.Strike(entry=entry, reason=reason)]


def redact(line: Reader) -> list[PersonCommand]:
    entry = line.entry()
    reason = line.reason() or misread(f"say why: /redact #{entry} customer name")
    if reason.casefold() == "approve":
        return [c.ApproveRedaction(entry=entry)]
    return [c.RequestRedaction(entry=entry, reason=reason)]


def hold(line: Reader) -> list[PersonCommand]:
    return [c.Hold(reason=line.reason() or misread("say why: /hold the insurer asks for it"))]


def unhold(line: Reader) -> list[PersonCommand]:
    return [c.Unhold(reason=line.reason() or misread("say why: /unhold the claim is settled"))]


def promote(line: Reader) -> list[PersonCommand]:
    entry = line.entry()
    to = line.choice(PromotedTo, f"say what #{entry} is: decision, action, hypothesis or fact")
    if to is not PromotedTo.ACTION:
        line.end()
        return [c.Promote(entry=entry, to=to)]
    assignee = line.person()
    line.end()
    return [c.Promote(entry=entry, to=to, assignee=assignee, due_at=line.due_at())]
