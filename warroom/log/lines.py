"""The lines of an export: a manifest, then the entries, each signed head right after its entry.

Reading here is for programs that trust the file's origin; whether a file is whole and true is
for `verify` to say.
"""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec
from msgspec import Struct

from warroom.domain.events import Citation
from warroom.log.chain import canonical
from warroom.log.entry import FORMAT, Entry, Malformed, read_line
from warroom.log.signing import SignedHead


class Manifest(Struct, frozen=True, kw_only=True, tag="manifest"):
    """What a file holds, said first. The lines that follow must bear out every field of it.

    `head` is the last entry; a file that still grows, a client's replica, does not name it.
    """

    log: str
    label: str
    head: Citation | None = None
    format: int = FORMAT

    def line(self) -> bytes:
        """The manifest as it stands on the first line of an export, without a newline."""
        fields = msgspec.to_builtins(self)
        return canonical({name: value for name, value in fields.items() if value is not None})


Item: TypeAlias = Manifest | Entry | SignedHead


def split(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines of an export with their numbers, from 1, without their newlines."""
    number, start = 1, 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield number, data[start:end]
        number, start = number + 1, end + 1


def read_item(line: bytes) -> Item:
    """What a line of an export holds. Raises `Malformed`."""
    try:
        match _tag_decoder.decode(line).type:
            case "entry":
                return read_line(line)
            case "head":
                return _head_decoder.decode(line)
            case "manifest":
                return _manifest_decoder.decode(line)
            case other:
                raise Malformed(f"there is no kind of line called {other!r}")
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error


class _Tag(Struct, frozen=True):
    type: str


_tag_decoder = msgspec.json.Decoder(_Tag)
_head_decoder = msgspec.json.Decoder(SignedHead)
_manifest_decoder = msgspec.json.Decoder(Manifest)
