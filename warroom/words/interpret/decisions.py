"""Words for decisions: recorded, proposed, objected to, decided, withdrawn, their outcome.

The parts of a decision may follow its choice, each under its label: `because:`, `verify:`,
`rollback:`, `question:`, `options: a | b`. A semicolon or a new line before a label is not part
of the text.
"""

import re

from warroom.domain import commands as c
from warroom.domain.commands import DecisionText, PersonCommand
from warroom.domain.vocabulary import Outcome
from warroom.words.interpret.reader import Reader
from warroom.words.misread import misread

_LABEL = re.compile(
    r"(?:(?<=[\s;])|\A)(because|verify|rollback|question|options):(?=\s|\Z)", re.IGNORECASE
)
_LONGEST_WINDOW = 24 * 3600

_FIELDS = {
    "because": "rationale",
    "verify": "verification",
    "rollback": "rollback",
    "question": "question",
}


def propose(line: Reader) -> list[PersonCommand]:
    text = _decision(line, "say what you propose: /propose fail over to eu-west-2 !high")
    window = line.window()
    if window is not None and window > _LONGEST_WINDOW:
        misread("objections are heard for a day at most; write +30s, say")
    return [c.ProposeDecision(decision=text, risk=line.risk(), window=window)]


def decide(line: Reader) -> list[PersonCommand]:
    number = line.number("d")
    if number is None:
        text = _decision(line, "say what is decided: /decide roll back 8.14")
        return [c.RecordDecision(decision=text, risk=line.risk())]
    outcome = next((outcome for outcome in Outcome if line.take_if(outcome)), None)
    if outcome is not None:
        return [c.RecordOutcome(decision=number, outcome=outcome, text=line.maybe_text())]
    if line.left and line.peek() not in {"because", "because:"}:
        misread(
            f"say what came of D{number}, worked, failed or reversed, or decide it: "
            f"/decide D{number} because REASON"
        )
    return [c.DecideProposal(decision=number, rationale=line.reason())]


def object_to(line: Reader) -> list[PersonCommand]:
    number = _proposal(line, "object")
    reason = line.reason() or misread(f"say why: /object D{number} replica lags 40 s")
    return [c.ObjectTo(decision=number, reason=reason)]


def withdraw(line: Reader) -> list[PersonCommand]:
    return [c.WithdrawProposal(decision=_proposal(line, "withdraw"), reason=line.reason())]


def _proposal(line: Reader, word: str) -> int:
    number = line.number("d")
    if number is None:
        misread(f"say which proposal by its number: /{word} D2")
    return number


def _decision(line: Reader, missing: str) -> DecisionText:
    """The parts of a decision, from its text with labels."""
    choice, *labelled = _LABEL.split(line.maybe_text() or "")
    parts: dict[str, str] = {}
    for label, text in zip(map(str.casefold, labelled[::2]), labelled[1::2], strict=True):
        if label in parts or not _trimmed(text):
            misread(f"say {label}: once, with a text; /decide roll back because: it is fast")
        parts[label] = _trimmed(text)
    options = parts.pop("options", "")
    return DecisionText(
        choice=_trimmed(choice) or misread(missing),
        options=tuple(filter(None, map(str.strip, options.split("|")))),
        **{_FIELDS[label]: text for label, text in parts.items()},
    )


def _trimmed(text: str) -> str:
    return text.rstrip("; \t\n").strip() if text.strip("; \t\n") else ""
