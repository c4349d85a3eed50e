"""The lines above the timeline: condition, who holds what, the worst alarm, the line's trouble."""

from textual.app import ComposeResult
from textual.containers import Vertical

from warroom.tui.keymap import ALARM, Keymap
from warroom.tui.present import alarm_text, header
from warroom.tui.present.glance import Glance
from warroom.tui.widgets.lines import OneLine


class Overhead(Vertical):
    """What must be seen at a glance. A style sheet says which lines a narrow screen has."""

    DEFAULT_CSS = "Overhead { height: auto; }"

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._alarm_key = keymap.first(ALARM)
        self._views = keymap.views()

    def compose(self) -> ComposeResult:
        for name in ("condition", "holders", "alarm", "tabs", "trouble"):
            yield OneLine(id=name)

    def show(self, glance: Glance, view: str | None = None) -> None:
        """Show a room. `view` is what stands in the timeline's place, None if it is there."""
        scene, alarms = glance.scene, glance.alarms
        condition, holders, alarm, tabs, about = self.query(OneLine)
        condition.show(header.condition(scene, glance.link, condition.width))
        holders.show(header.holders(scene, holders.width))
        alarm.show(alarm_text.row(scene, alarms, self._alarm_key, alarm.width))
        alarm.display = bool(alarms)
        tabs.show(header.tabs(view, self._views))
        about.warn(glance.trouble)
        self.set_class(not alarms, "-calm")
