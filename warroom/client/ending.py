"""Why a line to the hub ended, or never began, and whether coming back can help. Pure."""

from msgspec import Struct

from warroom.protocol.closing import reconnects
from warroom.text import one_line


class Ended(Struct, frozen=True):
    """`why` is a sentence for a person. `final`: trying again by itself cannot help. `absent`:
    nobody listens there."""

    why: str
    final: bool = False
    absent: bool = False


class LineOver(Exception):
    """A line, or the attempt to have one, is over; `ended` says why."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.why)
        self.ended = ended


BROKEN = Ended("the line to the hub broke")
SILENT = Ended("the hub took the connection and then said nothing")

_FINAL = {
    401: "the hub does not know this token",
    403: "the hub does not let this client in",
}
"""The HTTP statuses after which nothing changes by itself."""


_OUT_OF_DATE = frozenset({9, 10})
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


def closed(code: int, reason: str) -> Ended:
    """The hub closed the line with this close frame."""
    why = one_line(reason) or f"the hub closed the line ({code})"
    return Ended(why, final=not reconnects(code))


def turned_away(status: int, body: bytes | bytearray | None) -> Ended:
    """The hub answered the handshake with another HTTP status than 101."""
    said = one_line(bytes(body or b"").decode(errors="replace"))
    if status in _FINAL:
        return Ended(said or _FINAL[status], final=True)
    return Ended(said or f"the hub turned the connection away (HTTP {status})")


def no_address(where: str) -> Ended:
    """What was given as the hub's address is none."""
    return Ended(f"{where} is no address of a hub; one begins with ws:// or wss://", final=True)


def no_hub(where: str, problem: str) -> Ended:
    """Something answers there, and it is no hub."""
    return Ended(f"what answers at {where} is no hub: {problem}")


def impostor(where: str) -> Ended:
    """What answers there is not the hub that one was invited to."""
    text = (
        f"what answers at {where} is not the hub that you were invited to: it shows another "
        "certificate. Someone may stand between you and the hub; nothing secret was sent. "
        "Ask whoever invited you"
    )
    return Ended(text, final=True)


def ssh_ended(where: str, status: int | None, said: str, *, asks: bool) -> Ended:
    """ssh ended before the hub was at its other end, or took too long: None.

    `said` is what it wrote to its standard error; what it could have asked, it `asks`.
    """
    lines = [line for part in said.splitlines() if (line := one_line(part).strip())]
    last = lines[-1].removeprefix("warroom: ").removeprefix("ssh: ") if lines else ""
    match status:
        case None:
            return Ended(f"ssh does not get through to the hub at {where}{_because(last)}")
        case 127:
            text = "there is no `warroom` for ssh to run; WARROOM_REMOTE can say where it is"
            return Ended(f"at {where} {text}")
        case 255 if "Host key verification failed" in said:
            text = "does not vouch for that machine: connect by hand once, and check its host key"
            return Ended(f"ssh to {where} {text}", final=True)
        case 255 if "Permission denied" in said and not asks:
            text = "has to ask for a password or a key again: leave, and join once more"
            return Ended(f"ssh to {where} {text}{_because(last)}", final=True)
        case 255:
            final = "Permission denied" in said
            return Ended(f"ssh to {where} failed{_because(last)}", final=final)
        case _:
            return Ended(f"the hub behind {where} cannot be reached{_because(last)}")


def _because(said: str) -> str:
    return f": {said}" if said else ""


def out_of_date(where: str, pinned: str | None) -> Ended:
    """The hub's certificate does not hold today. `pinned` is that certificate, if it is known."""
    when = ""
    if pinned is not None:
        from warroom.client.tls import validity  # noqa: PLC0415 - for this trouble only

        since, until = validity(pinned)
        when = f": it holds from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
    text = (
        f"the certificate of the hub at {where} does not hold today{when}. If this machine's clock "
        "is right, whoever runs the hub has to renew it; nothing secret was sent"
    )
    return Ended(text, final=True)


def unreachable(where: str, error: OSError, *, pinned: str | None = None) -> Ended:
    """Nothing answers there, or nothing that is trusted. `pinned`, PEM: the one that alone is."""
    if doubt := getattr(error, "verify_message", ""):
        if getattr(error, "verify_code", 0) in _OUT_OF_DATE:
            return out_of_date(where, pinned)
        if pinned:
            return impostor(where)
        text = f"nobody vouches for the hub at {where} ({doubt}); nothing secret was sent"
        return Ended(text, final=True)
    match error:
        case FileNotFoundError() | ConnectionRefusedError():
            return Ended(f"no hub is listening at {where}", absent=True)
        case TimeoutError():
            return Ended(f"the hub at {where} does not answer")
        case _:
            return Ended(f"the hub at {where} cannot be reached: {error.strerror or error}")
