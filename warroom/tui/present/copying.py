"""What goes into the clipboard for a thing, and how one says that it is there."""

from warroom.text import visible
from warroom.tui.present.scene import Scene
from warroom.tui.present.subject import Item, Subject
from warroom.tui.present.thread import source_of


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
