"""WebSocket frames made once and written to many.

`websockets` builds a frame anew for each connection. The hub writes the same bytes to everyone,
so it frames them itself: unmasked, unfragmented, uncompressed (RFC 6455, section 5.2).
"""

from websockets.frames import Frame, Opcode


def pack(payload: bytes) -> bytes:
    """The frame of one text message, as it goes over the line from the hub."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False)
