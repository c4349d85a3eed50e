"""Rules for decisions: recorded at once, or proposed, objected to, decided; then the outcome."""

from datetime import timedelta
from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.asked import Asked, Code, Ruling, refuse, words
from warroom.domain.events import DecisionWords, TextWords
from warroom.domain.incident import Decision, Incident
from warroom.domain.vocabulary import DecisionState

DecisionCommand: TypeAlias = (
    c.RecordDecision
    | c.ProposeDecision
    | c.ObjectTo
    | c.DecideProposal
    | c.WithdrawProposal
    | c.RecordOutcome
    | c.CloseObjections
)


def rule(i: Incident, command: DecisionCommand, asked: Asked) -> Ruling:
    match command:
        case c.RecordDecision(decision=text, risk=risk):
            number = len(i.decisions) + 1
            return Ruling(e.DecisionRecorded(decision=number, risk=risk, words=_parts(text)))
        case c.ProposeDecision():
            return _propose(i, command, asked)
        case c.ObjectTo(decision=number, reason=reason):
            proposal = _proposal(i, number)
            event = e.ObjectionRaised(decision=number, words=TextWords(reason))
            return Ruling(event, (proposal.source.id,))
        case c.DecideProposal():
            return _decide(i, command)
        case c.WithdrawProposal():
            return _withdraw(i, command, asked)
        case c.RecordOutcome():
            return _outcome(i, command)
        case c.CloseObjections():
            return _close(i, command, asked)
        case unreachable:
            assert_never(unreachable)


def _parts(text: c.DecisionText) -> DecisionWords:
    return DecisionWords(
        choice=text.choice,
        question=text.question,
        options=text.options,
        rationale=text.rationale,
        rollback=text.rollback,
        verification=text.verification,
    )


def _propose(i: Incident, command: c.ProposeDecision, asked: Asked) -> Ruling:
    window = command.window or i.policy.objection_window
    event = e.DecisionProposed(
        decision=len(i.decisions) + 1,
        risk=command.risk,
        objections_until=asked.at + timedelta(seconds=window),
        words=_parts(command.decision),
    )
    return Ruling(event)


def _known(i: Incident, number: int) -> Decision:
    decision = i.decisions.get(number)
    if decision is None:
        refuse(Code.NOT_FOUND, f"there is no decision D{number}")
    return decision


def settled(decision: Decision) -> str:
    """Why a decision is no proposal any more, with what can be done instead; empty if it is one."""
    n = decision.number
    match decision.state:
        case DecisionState.PROPOSED:
            return ""
        case DecisionState.DECIDED:
            return f"D{n} is decided, no longer a proposal; to go back on it: /decide D{n} reversed"
        case DecisionState.WITHDRAWN:
            return f"D{n} is withdrawn, no longer a proposal; propose it anew: /propose TEXT"
        case unreachable:
            assert_never(unreachable)


def _proposal(i: Incident, number: int) -> Decision:
    decision = _known(i, number)
    if why := settled(decision):
        refuse(Code.ILLEGAL_STATE, why)
    return decision


def _decide(i: Incident, command: c.DecideProposal) -> Ruling:
    proposal = _proposal(i, command.decision)
    event = e.ProposalDecided(
        decision=proposal.number,
        objections=len(proposal.objections),
        words=words(command.rationale),
    )
    return Ruling(event, (proposal.source.id, *(heard.id for heard in proposal.objections)))


def _withdraw(i: Incident, command: c.WithdrawProposal, asked: Asked) -> Ruling:
    proposal = _proposal(i, command.decision)
    if asked.speaker not in (proposal.source.speaker, i.commander):
        refuse(
            Code.NOT_ALLOWED,
            f"{{about}} proposed D{proposal.number}; they or the commander can withdraw it",
            proposal.source.speaker,
        )
    event = e.ProposalWithdrawn(
        decision=proposal.number,
        words=words(command.reason),
    )
    return Ruling(event, (proposal.source.id,))


def _outcome(i: Incident, command: c.RecordOutcome) -> Ruling:
    decision = _known(i, command.decision)
    if decision.state is not DecisionState.DECIDED:
        why = settled(decision) or f"D{decision.number} is proposed; decide it first"
        refuse(Code.ILLEGAL_STATE, why)
    event = e.OutcomeRecorded(
        decision=decision.number,
        outcome=command.outcome,
        words=words(command.text),
    )
    return Ruling(event, (decision.source.id,))


def _close(i: Incident, command: c.CloseObjections, asked: Asked) -> Ruling:
    decision = i.decisions.get(command.decision)
    until = decision.objections_until if decision and decision.objections_open else None
    if decision is None or until is None or asked.at < until:
        refuse(Code.NOT_DUE, "objections to that proposal are closed, or still heard")
    event = e.ObjectionsClosed(decision=decision.number, heard=len(decision.objections))
    return Ruling(event, (decision.source.id,))
