"""What the hub has noticed of sessions since it started. Never in a log."""

from datetime import datetime

from warroom.protocol.stewardship import Connected


class Visits:
    """When and from where each session was last here, and where an old token of it was shown."""

    def __init__(self) -> None:
        self.seen: dict[str, Connected] = {}
        self.warnings: dict[str, str] = {}

    def here(self, session: str, address: str, client: str, at: datetime) -> None:
        """Someone with this session is here."""
        self.seen[session] = Connected(address=address, client=client, since=at)

    def stale(self, session: str, address: str, at: datetime) -> None:
        """A token that was replaced was shown: there are two who have it."""
        self.warnings[session] = f"an old token of it came from {address} at {at:%H:%M} UTC"
