"""An invite as it is passed on: one line that says where the hub is, how to know it, and the code.

    wrs://ops.example.org:8750/#CODE.PIN.NAME

`CODE` is 256 random bits and `PIN` the SHA-256 of the hub's certificate, both in URL-safe Base64;
`ca` in place of the pin says that the usual authorities vouch for the hub. `NAME` is whom it is
for, if it says so. All of it is a fragment, which no program sends anywhere by mistake. Pure.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from warroom.text import forbidden_in

SCHEME = "wrs"
_AUTHORITIES = "ca"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_COMMAND = re.compile(r"\s*warroom\s+join\s+")
_LONGEST_NAME = 300


class NotAnInvite(ValueError):
    """The message says what is wrong, and repeats nothing of the text: it may hold a code."""


class Invite(Struct, frozen=True, kw_only=True):
    """Where to go, and what to show there. `pin` is hex; without one, authorities vouch."""

    host: str
    port: int
    code: str
    pin: str | None = None
    name: str | None = None

    def __repr__(self) -> str:
        return f"Invite({self.url})"

    @property
    def url(self) -> str:
        """The hub's address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"wss://{host}:{self.port}/"

    @classmethod
    def made(cls, url: str, code: str, pin: str | None, name: str | None) -> Self:
        """The invite to a hub at a `wrs:` address."""
        parts = urlsplit(url)
        return cls(host=parts.hostname or "", port=parts.port or 0, code=code, pin=pin, name=name)

    @classmethod
    def read(cls, text: str) -> Self:
        """The invite that someone pasted, with or without `warroom join` before it.

        Raises `NotAnInvite`.
        """
        try:
            parts = urlsplit(_bare(text))
            host, port = parts.hostname, parts.port
        except ValueError:
            raise NotAnInvite("this is no invite: its address cannot be read") from None
        code, _, rest = parts.fragment.partition(".")
        pin, _, name = rest.partition(".")
        if parts.scheme != SCHEME or not host or port is None:
            raise NotAnInvite("this is no invite: one begins with wrs:// and a host with its port")
        if not _SECRET.fullmatch(code) or not (pin == _AUTHORITIES or _SECRET.fullmatch(pin)):
            raise NotAnInvite("this invite is not whole; ask for the line as it was printed")
        return cls(host=host, port=port, code=code, pin=_hex(pin), name=_name(name))

    def line(self) -> str:
        """The invite as it is passed on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        pin = _AUTHORITIES if self.pin is None else _base64(self.pin)
        name = f".{quote(self.name, safe='')}" if self.name else ""
        return f"{SCHEME}://{host}:{self.port}/#{self.code}.{pin}{name}"


def looks_like_one(text: str) -> bool:
    """Whether someone means an invite by this, be it whole or not."""
    return _bare(text).startswith(f"{SCHEME}:")


def _bare(text: str) -> str:
    """What was pasted without the command that it is printed with, and without quotes."""
    return _COMMAND.sub("", text).strip().strip("'\"")


def _hex(pin: str) -> str | None:
    return None if pin == _AUTHORITIES else urlsafe_b64decode(f"{pin}=").hex()


def _base64(pin: str) -> str:
    return urlsafe_b64encode(bytes.fromhex(pin)).decode().rstrip("=")


def _name(quoted: str) -> str | None:
    name = unquote(quoted).strip()
    if len(name) > _LONGEST_NAME or "\n" in name or forbidden_in(name):
        raise NotAnInvite("this invite is for a name that no one can have")
    return name or None
