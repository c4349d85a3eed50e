"""What the app looks like: its themes, and what is drawn passes the filters."""

from collections.abc import Sequence

from textual.app import App
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen
from textual.theme import Theme

from warroom.tui.plain import PlainFilter
from warroom.tui.preferences import Preferences
from warroom.tui.safety import ControlFilter
from warroom.tui.themes import ANSI, DARK, THEMES


class Looks(App[None]):
    """The part of the app that is about how things are drawn."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.preferences = preferences
        self._outlets: list[LineFilter] = [PlainFilter()] if self.no_color else []
        self._outlets.append(ControlFilter())
        self._worn = ""
        self._dressed_in = ""

    def dress(self) -> None:
        """Take the chosen theme, and offer only those in which every meaning was looked at.

        Done before anything is mounted: a change of theme reads and applies all styles anew.
        """
        theirs = list(self.available_themes)
        for theme in THEMES:
            self.register_theme(theme)
        usual = ANSI if self.console.color_system == "standard" else DARK
        self.theme = ANSI if self.no_color else self.preferences.theme or usual
        self._worn = self._dressed_in = self.theme
        self.stylesheet.set_variables(self.get_css_variables())
        for name in theirs:
            self.unregister_theme(name)

    def refresh_css(self, animate: bool = True) -> None:
        """Read all styles anew; but not for the theme with which they were first read.

        Textual asks for it as soon as the app runs, even if the theme was chosen before.
        """
        first, self._dressed_in = self._dressed_in, ""
        if self.theme != first:
            super().refresh_css(animate)

    def remember_theme(self, theme: Theme) -> None:
        """Keep the theme that was chosen in the palette."""
        known, self._worn = self._worn, theme.name
        remember = self.preferences.remember
        if remember is None or theme.name == known:
            return
        try:
            remember(theme.name)
        except OSError as error:
            self.notify(f"the theme is not kept: {error}", severity="warning", markup=False)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and last the one that lets no control character through.

        With NO_COLOR ours takes the place of Textual's, which would leave greys.
        """
        theirs = super().get_line_filters()
        kept = [one for one in theirs if not isinstance(one, Monochrome | NoColor)]
        return [*kept, *self._outlets]

    @property
    def _background_screens(self) -> list[Screen[object]]:
        """The screens that shine through: only a modal one, the palette, lets any.

        Textual counts the one below as seen even if nothing of it is, and then draws both anew
        twenty times a second, for ever.
        """
        return super()._background_screens if self.screen.is_modal else []
