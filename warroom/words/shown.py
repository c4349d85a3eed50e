"""What a line may ask for that is no command: something to look at, a place to write,
or something to ask of the hub itself."""

from typing import TypeAlias

from msgspec import Struct

from warroom.client.inviting import InviteWanted
from warroom.domain.vocabulary import Audience


class ShowBrief(Struct, frozen=True):
    """Show the brief, or copy it to the clipboard."""

    copy: bool = False


class OpenDraft(Struct, frozen=True):
    """Open an empty draft for an audience: no text was given."""

    audience: Audience
    corrects: int | None = None
    cites: tuple[int, ...] = ()


Shown: TypeAlias = ShowBrief | OpenDraft | InviteWanted
