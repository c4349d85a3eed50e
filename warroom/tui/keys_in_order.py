"""Keys act in the order in which they were typed, however quickly they come.

Textual hands a key on from widget to widget. Of a burst, which is what a slow line makes of quick
typing, later keys would overtake it, and keys that come before there is a line would be lost. A
widget names in `turns` the keys of its own after which others may be for somewhere else: these wait
until its screen takes them.
"""

from typing import Any

from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widgets import OptionList

from warroom.tui.widgets.timeline import Timeline


class KeysInOrder(App[None]):
    """The part of the app that takes keys."""

    _early: list[events.Key | events.Paste] | None
    """Keys that came too early, None while they are taken."""

    _awaited: Screen[Any] | None = None
    """The screen that will take them."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._early = []

    def touched(self) -> None:
        """The person is here."""
        raise NotImplementedError

    async def on_event(self, event: events.Event) -> None:
        """Take a key, or keep it while a room is not complete yet."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.touched()
            if self._early is not None:
                self._early.append(event)
                return
            if isinstance(event, events.Key):
                if await self._acts_at_once(event.key):
                    return
                if event.key in getattr(self.focused, "turns", ()):
                    self.keep_keys_for(self.screen)
        await super().on_event(event)

    async def _acts_at_once(self, key: str) -> bool:
        """Whether a key was one of those that act where nothing is typed, and has acted.

        Letters of `/pool` are no keys of the timeline, and a q in the title after ^n does not quit.
        """
        if not self.app_focus or not isinstance(self.focused, Timeline | OptionList):
            return False
        return await self._check_bindings(key, priority=True) or await self._check_bindings(key)

    def keep_keys_for(self, screen: Screen[Any]) -> None:
        """Keep the keys that come before there is something on this screen that takes them."""
        self._awaited, self._early = screen, self._early or []

    def take_keys(self, screen: Screen[Any]) -> None:
        """A screen takes keys, those that came before it first; or it is gone."""
        if screen is self._awaited:
            self._awaited = None
            self.call_next(self._take_early)

    async def _take_early(self) -> None:
        early, self._early = self._early or [], None
        for event in sorted(early, key=lambda event: event.time):
            await self.on_event(event)
