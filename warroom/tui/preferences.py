"""What a person likes: a theme, and keys of their own."""

from collections.abc import Callable, Mapping

from msgspec import Struct


class Preferences(Struct, frozen=True):
    """No `theme` leaves the choice to what the terminal can show.

    `remember` is told which theme was chosen on the screen; it raises `OSError` if it cannot keep
    it. `complaints` are sentences about the settings, to be shown once.
    """

    theme: str | None = None
    keys: Mapping[str, str] = {}
    complaints: tuple[str, ...] = ()
    remember: Callable[[str], None] | None = None
