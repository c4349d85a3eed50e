"""How a client of this program introduces itself."""

from warroom import __version__
from warroom.protocol.envelopes import PROTOCOL, Hello


def hello(
    name: str | None,
    *,
    observer: bool = False,
    token: str | None = None,
    introduce: str | None = None,
) -> Hello:
    """The first thing to say. `name` is who comes, if not the user of this machine.

    `token` is the digest of a new token; `introduce` what someone with an invite is to be called.
    """
    return Hello(
        protocols=(PROTOCOL,),
        client=f"warroom {__version__}",
        as_name=name,
        observer=observer,
        token=token,
        name=introduce,
    )
