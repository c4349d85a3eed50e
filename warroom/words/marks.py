"""Trailing marks: `~14:01` when it happened, `+10m` when it is due, `!high` how risky it is.

They count only as the last tokens of a line, and only for words that take them; anywhere else
they are text. A time without a date is UTC: the latest such time for what happened, the next one
for what is due. Where today's is yet to come, the latest is asked about.

| mark | says |
|---|---|
| `~14:01` `~14:01:30` `~2020-02-12T11:45Z` | that time |
| `~"10 min ago"` `~"1 h 20 min ago"` `~"yesterday 23:10"` `~now` | counted from now |
| `+10m` `+90s` `+1h30m` `+2d` | so long from now |
| `+@14:30` `+@2020-02-12T11:45Z` | by that time |
| `!high` `!medium` `!low` | the risk |

Headless, `--at`, `--due` and `--risk` take the same without the sign.
"""

import re
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from warroom.domain.vocabulary import SKEW, Risk
from warroom.words.misread import Misread
from warroom.words.table import Mark

DAY = timedelta(days=1)
NEAR = timedelta(hours=12)
"""A time of day that is yet to come, and within this, is nearer than yesterday's."""

YEAR = timedelta(days=366)


class Marks(Struct, frozen=True, omit_defaults=True):
    """The marks of a line as written, without their signs; they are read once `now` is known."""

    at: str | None = None
    due: str | None = None
    risk: str | None = None


NO_MARKS = Marks()

_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_DATED = rf"\d{{4}}-\d\d-\d\d(?:[T ]{_CLOCK}(?:Z|[+-]\d\d:?\d\d)?)?"
_SPAN = r"(?:\d{1,5}[dhms])+"
_FORMS = {
    Mark.AT: rf'~(?:{_CLOCK}|{_DATED}|now|"[^"\n]{{1,60}}")',
    Mark.DUE: rf"\+(?:{_SPAN}|@(?:{_CLOCK}|{_DATED}))",
    Mark.RISK: "!(?:high|medium|low)",
}
_ANY = re.compile(
    r"(?:(?<=\s)|\A)(?:"
    + "|".join(f"(?P<{kind}>{form})" for kind, form in _FORMS.items())
    + r")\Z",
    re.ASCII | re.IGNORECASE,
)
_LEADING = re.compile(rf"({_FORMS[Mark.AT]})(?:\s+|\Z)", re.ASCII | re.IGNORECASE)
_UNREAD = {
    Mark.AT: (r'~(?:[a-z]+|\d{1,2}[:h]\S*|\d{4}-\S*|"\S*)', '~14:01 or ~"10 min ago"'),
    Mark.DUE: (r"\+@?\d\S*", "+10m, +1h30m or +@14:30"),
    Mark.RISK: (r"![a-z]+", "!high, !medium or !low"),
}
"""What looks like a mark and is none, and how one is written. `~200ms` is a quantity."""

_LONGEST = 80
"""Characters of the longest mark there can be: a line is searched no further from its end."""

_SIGNS = re.compile(r'\A[~+!]?@?"?([^"]*)"?\Z', re.DOTALL)
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)
_AGO = re.compile(r"((?:\d{1,5}\s*[a-z]+\s*)+)\bago", re.ASCII)
_PIECE = re.compile(r"(\d{1,5})\s*([a-z]+)", re.ASCII)
_UNITS = {
    unit: timedelta(seconds=seconds)
    for seconds, units in (
        (1, "s sec secs second seconds"),
        (60, "m min mins minute minutes"),
        (3600, "h hr hrs hour hours"),
        (86400, "d day days"),
    )
    for unit in units.split()
}


def take_marks(text: str, wanted: frozenset[Mark]) -> tuple[str, Marks]:
    """The text without the marks that end it, and the marks; each kind counts once."""
    marks, left = Marks(), set(wanted)
    text = text.rstrip()
    while (found := _last(text)) is not None and found.lastgroup in left:
        kind = Mark(found.lastgroup)
        left.remove(kind)
        marks = replace(marks, **{kind: _bare(found[0])})
        text = text[: len(text) - len(found[0])].rstrip()
    return text, marks


def unread(text: str, wanted: frozenset[Mark]) -> str:
    """What a text from which the marks are taken ends with, and how it is written, if that looks
    like a mark; nothing if it does not."""
    last = text.split()[-1] if text.strip() else ""
    for kind, (form, example) in _UNREAD.items():
        looks_like_one = kind in wanted and re.fullmatch(form, last, re.ASCII | re.IGNORECASE)
        if looks_like_one and not _last(last):
            return f"{last} is not understood; write {example} as the last thing on the line"
    return ""


def take_leading_time(text: str) -> tuple[str | None, str]:
    """The time that a text begins with, as written without its sign, and what follows it."""
    found = _LEADING.match(text)
    return (_bare(found[1]), text[found.end() :]) if found else (None, text)


def occurred(text: str, now: datetime) -> datetime:
    """When something happened. Raises `Misread`.

    A time without a date is the latest such time that has come, or comes within the minute by
    which clocks may differ: who writes 14:01 at 14:00:50 does not mean yesterday.
    """
    text = _bare(text)
    moment = _clock_time(text, now) or _dated(text) or _counted(text.casefold(), now)
    if moment is None:
        raise Misread(f'"{text}" is no time; write ~14:01, ~2020-02-12T11:45Z or ~"10 min ago"')
    if moment > now + SKEW:
        raise Misread(f'"{text}" lies in the future; write when it happened, ~14:01 say')
    return moment


def doubt(text: str, now: datetime) -> str:
    """What speaks against `occurred`: today's such time is nearer, and yet to come, so that another
    zone's clock may be meant. Nothing if nothing does."""
    text = _bare(text)
    moment = _today(text, now)
    if moment is None or not SKEW < moment - now <= NEAR:
        return ""
    dated = f"{moment - DAY:%Y-%m-%dT%H:%M:%S}".removesuffix(":00")
    return f"{text} UTC is yet to come, it is {now.astimezone(UTC):%H:%M}; yesterday's is {dated}Z"


def due(text: str, now: datetime) -> datetime:
    """When something is due, or a promise falls. Raises `Misread`."""
    text = _bare(text)
    moment = _in(text, now) or _next(text, now) or _dated(text)
    if moment is None:
        raise Misread(f'"{text}" is no due time; write +10m, +1h30m or +@14:30')
    if moment <= now:
        raise Misread(f'"{text}" does not lie ahead; write a time to come, +10m say')
    return moment


def risk(text: str) -> Risk:
    """The risk that a mark names. Raises `Misread`."""
    try:
        return Risk(_bare(text).casefold())
    except ValueError:
        raise Misread(f'"{text}" is no risk; write !high, !medium or !low') from None


def _last(text: str) -> re.Match[str] | None:
    return _ANY.search(text, max(0, len(text) - _LONGEST))


def _bare(text: str) -> str:
    """What a mark says, without its sign and quotes."""
    found = _SIGNS.match(text.strip())
    return found[1].strip() if found else text


def _clock_time(text: str, now: datetime) -> datetime | None:
    """The latest such time of day."""
    moment = _today(text, now)
    return moment - DAY if moment and moment > now + SKEW else moment


def _next(text: str, now: datetime) -> datetime | None:
    """The next such time of day."""
    moment = _today(text, now)
    return moment + DAY if moment and moment <= now else moment


def _today(text: str, now: datetime) -> datetime | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return now.astimezone(UTC).replace(hour=hour, minute=minute, second=second, microsecond=0)
    except ValueError:
        raise Misread(f"{text} is no time of day; write 24 hours, 14:01 say") from None


def _dated(text: str) -> datetime | None:
    """A time with its date, UTC unless it says another zone."""
    if not re.fullmatch(_DATED, text, re.ASCII | re.IGNORECASE):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misread(f"{text} is not in the calendar; write 2020-02-12T11:45Z") from None


def _counted(text: str, now: datetime) -> datetime | None:
    """`10 min ago`, `yesterday 23:10`."""
    if text == "now":
        return now.astimezone(UTC)
    if text.startswith("yesterday"):
        moment = _today(text.removeprefix("yesterday").strip(), now)
        return moment and moment - DAY
    found = _AGO.fullmatch(text)
    span = _sum(found[1]) if found else None
    return None if span is None else now.astimezone(UTC) - span


def _in(text: str, now: datetime) -> datetime | None:
    """So long from now: `10m`, `1h30m`."""
    if not re.fullmatch(_SPAN, text, re.ASCII | re.IGNORECASE):
        return None
    span = _sum(text.casefold())
    return None if span is None else now.astimezone(UTC) + span


def _sum(text: str) -> timedelta | None:
    """The sum of `1h30m` or `1 h 30 min`; None if a unit is unknown or it is over a year."""
    total = timedelta(0)
    for number, unit in _PIECE.findall(text):
        if unit not in _UNITS:
            return None
        total += int(number) * _UNITS[unit]
        if total > YEAR:
            return None
    return total
