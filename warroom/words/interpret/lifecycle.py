"""Words for the incident itself: its title, what is known of it, status and severity."""

import re

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.vocabulary import Level, Severity, Status
from warroom.words.interpret.reader import Reader
from warroom.words.misread import misread

_SEVERITY = re.compile(r"(?:sev)?([1-5])", re.ASCII | re.IGNORECASE)
_TIMES = ("started", "identified", "mitigated", "resolved")
_PARTS = ("impact", "urgency", "services", "bridge", *_TIMES)
_PART = re.compile(rf"(?:(?<=\s)|\A)({'|'.join(_PARTS)}):?(?=\s|\Z)", re.IGNORECASE)


def title(line: Reader) -> list[PersonCommand]:
    return [c.Retitle(title=line.text("say the title: /title Checkout failing for all cards"))]


def status(line: Reader) -> list[PersonCommand]:
    to = line.choice(Status, "say where the incident stands: /status identified")
    line.leading_time()
    return [c.ChangeStatus(to=to, reason=line.reason())]


def sev(line: Reader) -> list[PersonCommand]:
    found = _SEVERITY.fullmatch(line.take())
    if found is None:
        misread("say the severity, 1 to 5, and why: /sev 1 all EU checkouts fail")
    reason = line.reason() or misread(f"say why: /sev {found[1]} all EU checkouts fail")
    return [c.ChangeSeverity(to=Severity(f"SEV{found[1]}"), reason=reason)]


def info(line: Reader) -> list[PersonCommand]:
    parts = _parts(line)
    times = {f"{name}_at": line.moment(parts[name]) for name in _TIMES if name in parts}
    described = c.Describe(
        impact=_level(line, parts, "impact"),
        urgency=_level(line, parts, "urgency"),
        services=tuple(filter(None, map(str.strip, parts.get("services", "").split(",")))),
        bridge=parts.get("bridge"),
        **times,
    )
    if described == c.Describe():
        misread("name at least one service: /info services cards,checkout")
    return [described]


def _parts(line: Reader) -> dict[str, str]:
    """What is said of each part: a part's name, then all up to the next one."""
    first, *said = _PART.split(line.maybe_text() or "")
    if first.strip() or not said:
        misread("say what is known by its name: /info impact high started 13:40")
    parts: dict[str, str] = {}
    for name, value in zip(map(str.casefold, said[::2]), map(str.strip, said[1::2]), strict=True):
        if name in parts or not value:
            misread(f"say {name} once, and what it is: /info impact high started 13:40")
        parts[name] = value
    return parts


def _level(line: Reader, parts: dict[str, str], name: str) -> Level | None:
    value = parts.get(name)
    if value is None:
        return None
    found = next((level for level in Level if level == value.casefold()), None)
    return found or misread(f"{name} is high, medium or low: /info {name} high")
