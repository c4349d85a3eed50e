"""What goes into the clipboard for a thing, and how one says that it is there."""

from collections.abc import Mapping

from warroom.text import visible
from warroom.tui.present.scene import Scene
from warroom.tui.present.subject import Item, Subject
from warroom.tui.present.thread import source_of


def clipboard_doubt(env: Mapping[str, str]) -> str:
    """Where to look for what was copied if it is not in the clipboard."""
    if "TMUX" in env:
        return "sent to your terminal's clipboard; not there? tmux needs: set -g set-clipboard on"
    return "sent to your terminal's clipboard; not there? then the terminal does not allow it"


def copied(subject: Subject, scene: Scene) -> tuple[str, str]:
    """The words of a thing as they now stand, for an update exactly its text; and their name."""
    match subject:
        case Item("U", number) if number in scene.incident.updates:
            seq = scene.incident.updates[number].text.seq
            return visible(scene.room.text(seq)), f"the text of U{number}"
        case int(seq):
            return visible(scene.room.text(seq)), f"#{seq}"
        case _:
            source = source_of(scene.room, subject)
            return (f"{subject} {scene.text(source.seq)}", f"{subject}") if source else ("", "")
