"""Times and durations as people read them. All times are UTC."""

from datetime import UTC, datetime, timedelta

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

_LONG = 100
"""Hours from which on nobody counts in them."""


def clock_time(at: datetime, *, seconds: bool = False) -> str:
    """The time of day: `14:02`, or `14:02:10`."""
    return at.astimezone(UTC).strftime("%H:%M:%S" if seconds else "%H:%M")


def day_time(at: datetime) -> str:
    """The time with its date: `2026-03-02 14:02:10`."""
    return at.astimezone(UTC).isoformat(" ", "seconds").removesuffix("+00:00")


def time_beside(at: datetime, other: datetime) -> str:
    """A time told beside another one: its date is there only if it is another day."""
    if at.astimezone(UTC).date() == other.astimezone(UTC).date():
        return clock_time(at)
    return day_time(at).rpartition(":")[0]


def elapsed_time(span: timedelta) -> str:
    """How long it has gone on, in hours and minutes: `+00:49`; in days once that says more."""
    minutes = max(0, int(span.total_seconds())) // _MINUTE
    hours = minutes // 60
    return f"+{hours // 24} d" if hours >= _LONG else f"+{hours:02}:{minutes % 60:02}"


def duration(span: timedelta) -> str:
    """A length of time in its two largest units: `40 s`, `3 min`, `2 h 10 min`, `3 d`."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return _two(seconds // _HOUR, "h", seconds % _HOUR // _MINUTE, "min")
    return _two(seconds // _DAY, "d", seconds % _DAY // _HOUR, "h")


def roughly(span: timedelta) -> str:
    """A length of time in its largest unit alone: `40 s`, `3 min`, `2 h`, `3 d`."""
    many, unit, *_ = duration(span).split(" ")
    return f"{many} {unit}"


def _two(many: int, unit: str, rest: int, part: str) -> str:
    return f"{many} {unit} {rest} {part}" if rest else f"{many} {unit}"


def days_long(days: int) -> str:
    """So many days, `1 day` or `90 days`."""
    return f"{days} day{'s' * (days != 1)}"


def keeping(days: int | None) -> str:
    """How long words are kept, as the hub is told."""
    if days is None:
        return "words are kept for ever"
    return f"words are kept for {days_long(days)} after their room ended, unless it is held"


def put_off(rooms: int, days: int) -> str:
    """Why the words of some rooms do not expire yet."""
    return (
        f"words that would expire (rooms: {rooms}) are kept until the hub's clock has run on for "
        "an hour, for no entry leads up to its date; if the date is right: "
        f"warroom hub retain {days} --yes"
    )
