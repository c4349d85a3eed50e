"""Beginnings of stakeholder updates: a text for each audience and stage, filled from the log.

What the log does not know becomes a gap in brackets. Nothing is guessed, and nobody has to keep
a beginning that they do not like.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from string import Formatter

from msgspec import Struct

from warroom.domain.incident import Incident
from warroom.domain.metrics import milestones
from warroom.domain.transcript import GONE, WORDLESS, Transcript
from warroom.domain.vocabulary import Audience, Status
from warroom.export.brief import described
from warroom.export.times import time_beside
from warroom.text import one_line

_MINUTE, _HOUR = 60, 3600


class Stage(StrEnum):
    """How far an incident has come, for those who are told about it."""

    HOLDING = "holding"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


_STAGES = {
    Status.CANDIDATE: Stage.HOLDING,
    Status.DECLARED: Stage.INVESTIGATING,
    Status.INVESTIGATING: Stage.INVESTIGATING,
    Status.IDENTIFIED: Stage.IDENTIFIED,
    Status.MITIGATED: Stage.MITIGATED,
    Status.MONITORING: Stage.MONITORING,
    Status.RESOLVED: Stage.RESOLVED,
    Status.DEBRIEFING: Stage.RESOLVED,
    Status.CLOSED: Stage.RESOLVED,
}
_EARLY = frozenset({Stage.HOLDING, Stage.INVESTIGATING})


class Templates(Struct, frozen=True):
    """The texts by audience and stage, and what stands in a text for what is not known."""

    gaps: dict[str, str]
    texts: dict[tuple[Audience, Stage], str]


class Beginning(Struct, frozen=True):
    """A text to begin a draft with, and the entries that it rests on."""

    text: str
    cites: tuple[int, ...] = ()


@cache
def ours() -> Templates:
    """The templates that come with the war room."""
    from importlib.resources import files  # noqa: PLC0415 - for drafts only, as `tomllib`

    return read(files("warroom.words").joinpath("updates.toml").read_text("utf-8"))


def read(toml: str) -> Templates:
    """Templates from a TOML text. Raises `ValueError` for audiences and stages that are none."""
    import tomllib  # noqa: PLC0415 - a room is drawn without it

    found = tomllib.loads(toml)
    gaps = found.pop("gaps", {})
    texts = {
        (Audience(audience), Stage(stage)): text.strip()
        for audience, stages in found.items()
        for stage, text in stages.items()
    }
    return Templates(gaps, texts)


def stage_of(incident: Incident, audience: Audience) -> Stage | None:
    """The stage that an audience hears about next; None if there is no telling.

    The first word to an audience is a holding notice, unless more is known already.
    """
    stage = _STAGES.get(incident.status)
    told = any(
        one.audience is audience and one.published is not None for one in incident.updates.values()
    )
    return Stage.HOLDING if stage in _EARLY and not told else stage


def begin(
    room: Transcript, now: datetime, audience: Audience, stage: Stage | None = None
) -> Beginning:
    """What a draft for an audience begins with; nothing if there is no template for it."""
    i = room.incident
    stage = stage or stage_of(i, audience)
    templates = ours()
    text = templates.texts.get((audience, stage)) if stage else None
    if text is None:
        return Beginning("")
    known = {name: value for name, value in _known(room, now).items() if value}
    named = {name for _, name, _, _ in Formatter().parse(text) if name}
    filled = {name: known.get(name) or _gap(templates, name) for name in named}
    return Beginning(" ".join(text.format(**filled).split()), _facts(i) if "facts" in named else ())


def _gap(templates: Templates, name: str) -> str:
    return f"[{templates.gaps.get(name, name)}]"


def _known(room: Transcript, now: datetime) -> Mapping[str, str | None]:
    """What the log knows, by the names that templates use."""
    i = room.incident
    services, _ = described(room)
    reached = milestones(i)

    def at(moment: datetime | None) -> str | None:
        return f"{time_beside(moment, now)} UTC" if moment else None

    return {
        "label": one_line(i.label),
        "title": one_line(room.title).rstrip("."),
        "severity": i.severity,
        "services": " and ".join(services),
        "commander": one_line(room.names.name(i.commander)) if i.commander else None,
        "started": at(reached.started_at),
        "identified": at(reached.identified_at),
        "mitigated": at(reached.mitigated_at),
        "resolved": at(reached.resolved_at),
        "facts": " ".join(_sentence(room.text(seq)) for seq in _facts(i)),
        "every": _spelt(_every(i)),
    }


def _facts(i: Incident) -> tuple[int, ...]:
    """Confirmed facts that still stand, in the order in which they were said."""
    return tuple(seq for seq in sorted(i.facts) if seq not in i.struck and not i.gone(seq))


def _sentence(text: str) -> str:
    """A fact as a sentence of its own; it was written as a note."""
    text = one_line(text)
    if not text or text in {GONE, WORDLESS}:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def _every(i: Incident) -> int:
    """Seconds after which the room's policy owes an audience another word."""
    every = i.policy.update_every_unrated
    return i.policy.update_every.get(i.severity, every) if i.severity else every


def _spelt(seconds: int) -> str:
    """A length of time in words for people outside: `30 minutes`, `1 hour`."""
    hours, left = divmod(seconds, _HOUR)
    if hours and not left:
        return f"{hours} hour{'s' * (hours > 1)}"
    minutes = -(-seconds // _MINUTE)
    return f"{minutes} minute{'s' * (minutes > 1)}"
